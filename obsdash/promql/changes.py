"""What changed between two PromQL expressions: the smallest parts that differ, in words."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    Matcher,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
    display_duration,
    walk,
)

from obsdash.promql.text import collapsed
from obsdash.promql.tree import canonical, one_line, parse
from obsdash.promql.variables import Placeholders
from obsdash.spelling import cut, focus

_MATCH = {
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}

# More parts than this are harder to read than the two expressions side by side.
_MANY = 3


def expression_changes(before: str, after: str) -> list[str]:
    """Name the smallest differing parts, `rate window 5m → 1m`; empty when both mean the same."""
    if canonical(before) == canonical(after):
        return []
    try:
        old, new = parse(before), parse(after)
    except ValueError:
        return [_texts(collapsed(before), collapsed(after))]
    both = Placeholders("", {**old.placeholders.originals, **new.placeholders.originals})
    changes = list(dict.fromkeys(_Comparison(both).compare(old.tree, new.tree, "")))
    if not changes or len(changes) > _MANY:
        return [_texts(old.text(), new.text())]
    return changes


def _texts(before: str, after: str) -> str:
    return " → ".join(focus(before, after))


class _Comparison(NamedTuple):
    """Walks two trees side by side; `within` is the function around the two nodes."""

    placeholders: Placeholders

    def text(self, node: Expr) -> str:
        return self.placeholders.restore(one_line(node))

    def compare(self, a: Expr, b: Expr, within: str) -> Iterator[str]:
        """Yield in words what differs between two nodes."""
        if self.text(a) == self.text(b):
            return
        if isinstance(a, ParenExpr) or isinstance(b, ParenExpr):
            yield from self._parentheses(a, b, within)
        elif wrapping := self._wrapping(a, b):
            yield wrapping
        elif type(a) is type(b):
            yield from self._alike(a, b, within)
        else:
            yield self._replaced(a, b, within)

    def _replaced(self, a: Expr, b: Expr, within: str) -> str:
        label = f"{within} " if isinstance(a, NumberLiteral | StringLiteral) and within else ""
        return label + _texts(self.text(a), self.text(b))

    def _parentheses(self, a: Expr, b: Expr, within: str) -> Iterator[str]:
        inner_a = a.expr if isinstance(a, ParenExpr) else a
        inner_b = b.expr if isinstance(b, ParenExpr) else b
        if self.text(inner_a) == self.text(inner_b):
            verb = "added around" if isinstance(b, ParenExpr) else "removed around"
            yield f"parentheses {verb} {cut(self.text(inner_a))}"
        else:
            yield from self.compare(inner_a, inner_b, within)

    def _wrapping(self, a: Expr, b: Expr) -> str:
        """Say that one expression became a part of the other, or came out of it."""
        return self._around(a, b, "added", "wrapped in") or self._around(
            b, a, "removed", "no longer in"
        )

    def _around(self, inner: Expr, outer: Expr, infix: str, prefix: str) -> str:
        text = self.text(inner)
        if isinstance(outer, BinaryExpr):
            operator = _operator(outer)
            if self.text(outer.lhs) == text:
                return f"{operator} {self.text(outer.rhs)} {infix}"
            if self.text(outer.rhs) == text:
                return f"{self.text(outer.lhs)} {operator} {infix}"
        if isinstance(inner, NumberLiteral | StringLiteral):
            return ""
        if any(self.text(node) == text for node in _below(outer)):
            return f"{prefix} {self.text(outer).replace(text, '…', 1)}"
        return ""

    def _alike(self, a: Expr, b: Expr, within: str) -> Iterator[str]:
        """Compare two nodes of one type."""
        match a, b:
            case VectorSelector(), VectorSelector():
                yield from self._selectors(a, b)
            case MatrixSelector(), MatrixSelector():
                if a.range != b.range:
                    yield self._durations(f"{within} window".lstrip(), a.range, b.range)
                yield from self.compare(a.vector_selector, b.vector_selector, within)
            case SubqueryExpr(), SubqueryExpr():
                yield from self._subqueries(a, b, within)
            case Call(), Call():
                yield from self._calls(a, b)
            case AggregateExpr(), AggregateExpr():
                yield from self._aggregations(a, b)
            case BinaryExpr(), BinaryExpr():
                yield from self._operations(a, b)
            case UnaryExpr(), UnaryExpr():
                yield from self.compare(a.expr, b.expr, within)
            case _:
                yield self._replaced(a, b, within)

    def _durations(self, label: str, a: timedelta | None, b: timedelta | None) -> str:
        return f"{label} {self._duration(a)} → {self._duration(b)}"

    def _duration(self, value: timedelta | None) -> str:
        if value is None:
            return "default"
        sign, size = ("-", -value) if value < timedelta() else ("", value)
        return self.placeholders.restore(sign + display_duration(size))

    def _selectors(self, a: VectorSelector, b: VectorSelector) -> Iterator[str]:
        if a.name != b.name:
            yield f"metric {self._name(a)} → {self._name(b)}"
        yield from self._matchers(a, b)
        yield from self._shifts(a, b)

    def _name(self, selector: VectorSelector) -> str:
        return self.placeholders.restore(selector.name or "any")

    def _matchers(self, a: VectorSelector, b: VectorSelector) -> Iterator[str]:
        old, new = self._by_label(a), self._by_label(b)
        for label in dict.fromkeys([*old, *new]):
            if label not in old:
                yield f"label matcher {', '.join(new[label])} added"
            elif label not in new:
                yield f"label matcher {', '.join(old[label])} removed"
            elif old[label] != new[label]:
                before, after = focus(", ".join(old[label]), ", ".join(new[label]))
                yield f"label matcher {before} → {after}"

    def _by_label(self, selector: VectorSelector) -> dict[str, list[str]]:
        """Return the matchers as text, by label; those joined by `or` stand together."""
        found: dict[str, list[str]] = {}
        for matcher in selector.matchers.matchers:
            found.setdefault(matcher.name, []).append(self._matcher(matcher))
        if selector.matchers.or_matchers:
            groups = [
                ",".join(self._matcher(m) for m in group) for group in selector.matchers.or_matchers
            ]
            found[" or "] = [" or ".join(groups)]
        return {label: sorted(texts) for label, texts in found.items()}

    def _matcher(self, matcher: Matcher) -> str:
        if matcher.name.startswith("var_") and matcher.value == "_":
            return self.placeholders.restore(f'{matcher.name}="_"')
        text = f"{matcher.name}{_MATCH[str(matcher.op)]}{json.dumps(matcher.value)}"
        return self.placeholders.restore(text)

    def _shifts(
        self, a: VectorSelector | SubqueryExpr, b: VectorSelector | SubqueryExpr
    ) -> Iterator[str]:
        old = f"offset {self._duration(a.offset)}" if a.offset else ""
        new = f"offset {self._duration(b.offset)}" if b.offset else ""
        yield from _came_or_went(old, new)
        yield from _came_or_went(str(a.at or ""), str(b.at or ""))

    def _subqueries(self, a: SubqueryExpr, b: SubqueryExpr, within: str) -> Iterator[str]:
        if a.range != b.range:
            yield self._durations(f"{within} window".lstrip(), a.range, b.range)
        if a.step != b.step:
            yield self._durations("subquery step", a.step, b.step)
        yield from self._shifts(a, b)
        yield from self.compare(a.expr, b.expr, within)

    def _calls(self, a: Call, b: Call) -> Iterator[str]:
        if len(a.args) != len(b.args):
            yield _texts(self.text(a), self.text(b))
            return
        if a.func.name != b.func.name:
            yield f"function {a.func.name} → {b.func.name}"
        for old, new in zip(a.args, b.args, strict=True):
            yield from self.compare(old, new, b.func.name)

    def _aggregations(self, a: AggregateExpr, b: AggregateExpr) -> Iterator[str]:
        old, new = self._aggregation(a), self._aggregation(b)
        if old != new:
            yield f"{old} → {new}"
        if a.param is not None and b.param is not None:
            yield from self.compare(a.param, b.param, str(b.op))
        yield from self.compare(a.expr, b.expr, str(b.op))

    def _aggregation(self, node: AggregateExpr) -> str:
        if node.modifier is None:
            return str(node.op)
        kind = "by" if node.modifier.type == AggModifierType.By else "without"
        return self.placeholders.restore(f"{node.op} {kind} ({', '.join(node.modifier.labels)})")

    def _operations(self, a: BinaryExpr, b: BinaryExpr) -> Iterator[str]:
        old, new = _operator(a), _operator(b)
        sides = ((a.lhs, b.lhs), (a.rhs, b.rhs))
        if old != new and all(self.text(x) != self.text(y) for x, y in sides):
            yield self._replaced(a, b, "")
            return
        plain = isinstance(a.rhs, NumberLiteral) and isinstance(b.rhs, NumberLiteral)
        if plain and (old, self.text(a.rhs)) != (new, self.text(b.rhs)):
            yield f"{old} {self.text(a.rhs)} → {new} {self.text(b.rhs)}"
        elif old != new:
            yield f"{old} → {new}"
        yield from self.compare(a.lhs, b.lhs, "")
        if not plain:
            yield from self.compare(a.rhs, b.rhs, "")


def _operator(node: BinaryExpr) -> str:
    """Return the operator with its matching, `* on (instance) group_left (version)`."""
    return f"{node.op} {node.modifier or ''}".rstrip()


def _came_or_went(old: str, new: str) -> Iterator[str]:
    if old == new:
        return
    if old and new:
        yield f"{old} → {new}"
    else:
        yield f"{new} added" if new else f"{old} removed"


def _below(tree: Expr) -> Iterator[Expr]:
    """Yield every node below the top, selectors of ranges too."""
    nodes: list[Expr] = []
    walk(tree, nodes.append)
    yield from nodes[1:]
    for node in nodes:
        if isinstance(node, MatrixSelector):
            yield node.vector_selector
