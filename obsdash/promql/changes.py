"""What changed between two PromQL expressions: the smallest parts that differ, in words."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
    display_duration,
)

from obsdash.promql.matchers import changed_matchers, matchers_by_label
from obsdash.promql.parts import ALWAYS, Part, below, constant, focused, without_parentheses
from obsdash.promql.text import collapsed
from obsdash.promql.tree import canonical, one_line, parse
from obsdash.promql.variables import Placeholders
from obsdash.spelling import cut

# More parts than this are harder to read than the two expressions side by side.
_MANY = 5

_PLACE = 40  # characters


def expression_changes(before: str, after: str) -> list[str]:
    """Name the smallest differing parts, `rate window 5m → 1m`; empty when both mean the same.

    A part of which there are several, not all of them changed, is told with its place:
    `rate window 5m → 1m in http_requests_total`.
    """
    if canonical(before) == canonical(after):
        return []
    try:
        old, new = parse(before), parse(after)
    except ValueError:
        return [focused(collapsed(before), collapsed(after))]
    both = Placeholders("", {**old.placeholders.originals, **new.placeholders.originals})
    changes = _Comparison(both, old.tree).told(new.tree)
    if not changes or len(changes) > _MANY:
        return [focused(old.text(), new.text())]
    return changes


class _Comparison:
    """Walks two trees side by side; `within` is the function around the two nodes."""

    def __init__(self, placeholders: Placeholders, old: Expr) -> None:
        self.placeholders = placeholders
        self.old = old
        self.nodes = [old, *below(old)]
        self.names = Counter(node.name for node in self.nodes if isinstance(node, VectorSelector))

    def told(self, new: Expr) -> list[str]:
        """Return the changes in words, each once."""
        parts = list(self.compare(self.old, new, ""))
        changed = Counter(part.text for part in parts)
        there = Counter(like for node in self.nodes for like in self.likes(node))
        return list(
            dict.fromkeys(
                part.placed
                if part.like == ALWAYS or changed[part.text] < there[part.like]
                else part.text
                for part in parts
            )
        )

    def likes(self, node: Expr) -> Iterator[str]:
        """Yield what of a node can change, as `Part.like` names it."""
        match node:
            case VectorSelector():
                yield "selector"
                yield f"metric {node.name}"
                yield from (f"matcher {text}" for text in self._by_label(node).values())
                yield f"offset {node.offset} {node.at}"
            case AggregateExpr():
                yield self._aggregation(node)
                if node.param is not None:
                    yield f"{node.op} {self.text(node.param)}"
            case Call():
                yield f"function {node.func.name}"
                for argument in node.args:
                    yield f"{node.func.name} {self.text(argument)}"
                    if isinstance(argument, MatrixSelector | SubqueryExpr):
                        yield f"{node.func.name} window {argument.range}"
            case BinaryExpr():
                yield _operator(node)
                yield f"{_operator(node)} {self.text(node.rhs)}"

    def text(self, node: Expr) -> str:
        """Return a node's canonical text, with the variables put back."""
        return self.placeholders.restore(one_line(node))

    def part(self, text: str, like: str, node: Expr) -> Part:
        """Return a change of something in a node of the old tree."""
        return Part(text, f"{text} in {self._place(node)}", like)

    def _place(self, node: Expr) -> str:
        """Return a metric's name, or of several of one name, the selector."""
        selectors = (part for part in (node, *below(node)) if isinstance(part, VectorSelector))
        found = next(selectors, None)
        if found is None:
            return cut(self.text(node), _PLACE)
        unique = found.name and self.names[found.name] == 1
        return self._name(found) if unique else cut(self.text(found), _PLACE)

    def compare(self, a: Expr, b: Expr, within: str) -> Iterator[Part]:
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

    def _replaced(self, a: Expr, b: Expr, within: str) -> Part:
        label = f"{within} " if isinstance(a, NumberLiteral | StringLiteral) and within else ""
        text = label + focused(self.text(a), self.text(b))
        return self.part(text, f"{within} {self.text(a)}", a)

    def _parentheses(self, a: Expr, b: Expr, within: str) -> Iterator[Part]:
        inner_a, inner_b = without_parentheses(a), without_parentheses(b)
        if self.text(inner_a) == self.text(inner_b):
            verb = "added around" if isinstance(b, ParenExpr) else "removed around"
            text = f"parentheses {verb} {cut(self.text(inner_a))}"
            yield Part(text, text, "")
        else:
            yield from self.compare(inner_a, inner_b, within)

    def _wrapping(self, a: Expr, b: Expr) -> Part | None:
        """Say that one expression became a part of the other, or came out of it."""
        return self._around(a, b, "added to", "wrapped in") or self._around(
            b, a, "removed from", "no longer in"
        )

    def _around(self, inner: Expr, outer: Expr, infix: str, prefix: str) -> Part | None:
        text = self.text(inner)
        like = "" if without_parentheses(self.old) in (inner, outer) else ALWAYS
        is_metric = isinstance(inner, VectorSelector)
        place = self._place(inner) if is_metric else cut(text, _PLACE)
        if isinstance(outer, BinaryExpr) and (operand := self._operand(outer, text)):
            if infix == "removed from":
                like = operand
            return Part(f"{operand} {infix.split()[0]}", f"{operand} {infix} {place}", like)
        if isinstance(inner, NumberLiteral | StringLiteral):
            return None
        if any(self.text(node) == text for node in below(outer)):
            words = f"{prefix} {_without(text, self.text(outer))}"
            return Part(words, f"{place} {words}", like)
        return None

    def _operand(self, node: BinaryExpr, beside: str) -> str:
        """Return the operator and the operand that stand beside one, "" when it is none."""
        rest = self.text(node).removeprefix(beside)
        lhs, rhs = (self.text(without_parentheses(side)) for side in (node.lhs, node.rhs))
        if rest.startswith(" "):  # `a` before `a * 24 * 30`, too
            return rest.strip()
        if lhs == beside:
            return f"{_operator(node)} {self.text(node.rhs)}"
        return f"{self.text(node.lhs)} {_operator(node)} …" if rhs == beside else ""

    def _alike(self, a: Expr, b: Expr, within: str) -> Iterator[Part]:
        """Compare two nodes of one type."""
        match a, b:
            case VectorSelector(), VectorSelector():
                yield from self._selectors(a, b)
            case MatrixSelector(), MatrixSelector():
                if a.range != b.range:
                    yield self._window(a, b, within)
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

    def _window(
        self, a: MatrixSelector | SubqueryExpr, b: MatrixSelector | SubqueryExpr, within: str
    ) -> Part:
        text = self._durations(f"{within} window".lstrip(), a.range, b.range)
        return self.part(text, f"{within} window {a.range}", a)

    def _durations(self, label: str, a: timedelta | None, b: timedelta | None) -> str:
        return f"{label} {self._duration(a)} → {self._duration(b)}"

    def _duration(self, value: timedelta | None) -> str:
        if value is None:
            return "default"
        sign, size = ("-", -value) if value < timedelta() else ("", value)
        return self.placeholders.restore(sign + display_duration(size))

    def _selectors(self, a: VectorSelector, b: VectorSelector) -> Iterator[Part]:
        if a.name != b.name:
            text = f"metric {self._name(a)} → {self._name(b)}"
            yield self.part(text, f"metric {a.name}", a)
        yield from self._matchers(a, b)
        yield from self._shifts(a, b)

    def _name(self, selector: VectorSelector) -> str:
        return self.placeholders.restore(selector.name or "any")

    def _matchers(self, a: VectorSelector, b: VectorSelector) -> Iterator[Part]:
        place = self._place(a)
        for label, was, now in changed_matchers(self._by_label(a), self._by_label(b)):
            if not was:
                text = f"label matcher {now} added"
                yield Part(text, f"{text} to {place}", "selector")
            elif not now:
                text = f"label matcher {was} removed"
                yield Part(text, f"{text} from {place}", f"matcher {was}")
            else:
                both = focused(was, now)
                name = "" if both.startswith(label) else f"{label}: "
                yield self.part(f"label matcher {name}{both}", f"matcher {was}", a)

    def _by_label(self, selector: VectorSelector) -> dict[str, str]:
        return matchers_by_label(selector, self.placeholders)

    def _shifts(
        self, a: VectorSelector | SubqueryExpr, b: VectorSelector | SubqueryExpr
    ) -> Iterator[Part]:
        old = f"offset {self._duration(a.offset)}" if a.offset else ""
        new = f"offset {self._duration(b.offset)}" if b.offset else ""
        for text in (*_came_or_went(old, new), *_came_or_went(str(a.at or ""), str(b.at or ""))):
            yield self.part(text, f"offset {a.offset} {a.at}", a)

    def _subqueries(self, a: SubqueryExpr, b: SubqueryExpr, within: str) -> Iterator[Part]:
        if a.range != b.range:
            yield self._window(a, b, within)
        if a.step != b.step:
            yield self.part(self._durations("subquery step", a.step, b.step), "", a)
        yield from self._shifts(a, b)
        yield from self.compare(a.expr, b.expr, within)

    def _calls(self, a: Call, b: Call) -> Iterator[Part]:
        if len(a.args) != len(b.args):
            yield self._replaced(a, b, "")
            return
        if a.func.name != b.func.name:
            text = f"function {a.func.name} → {b.func.name}"
            yield self.part(text, f"function {a.func.name}", a)
        for old, new in zip(a.args, b.args, strict=True):
            yield from self._argument(old, new, b.func.name, a)

    def _argument(self, old: Expr, new: Expr, within: str, around: Expr) -> Iterator[Part]:
        for part in self.compare(old, new, within):
            place = f"{part.text} in {self._place(around)}" if constant(old) else part.placed
            yield part._replace(placed=place)

    def _aggregations(self, a: AggregateExpr, b: AggregateExpr) -> Iterator[Part]:
        old, new = self._aggregation(a), self._aggregation(b)
        if old != new:
            yield self.part(f"{old} → {new}", old, a)
        if a.param is not None and b.param is not None:
            yield from self._argument(a.param, b.param, str(b.op), a)
        yield from self.compare(a.expr, b.expr, str(b.op))

    def _aggregation(self, node: AggregateExpr) -> str:
        if node.modifier is None:
            return str(node.op)
        kind = "by" if node.modifier.type == AggModifierType.By else "without"
        return self.placeholders.restore(f"{node.op} {kind} ({', '.join(node.modifier.labels)})")

    def _operations(self, a: BinaryExpr, b: BinaryExpr) -> Iterator[Part]:
        old, new = _operator(a), _operator(b)
        sides = ((a.lhs, b.lhs), (a.rhs, b.rhs))
        if old != new and all(self.text(x) != self.text(y) for x, y in sides):
            yield self._replaced(a, b, "")
            return
        plain = constant(a.rhs) or constant(b.rhs)
        right = [self.text(without_parentheses(side)) for side in (a.rhs, b.rhs)]
        if plain and (old, right[0]) != (new, right[1]):
            text = focused(f"{old} {right[0]}", f"{new} {right[1]}")
            yield self.part(text, f"{old} {self.text(a.rhs)}", a.lhs)
        elif old != new:
            yield self.part(f"{old} → {new}", old, a)
        yield from self.compare(a.lhs, b.lhs, "")
        if not plain:
            yield from self.compare(a.rhs, b.rhs, "")


def _without(part: str, text: str) -> str:
    """Return a text with … for a part of it."""
    return re.sub(rf"(?<![\w:]){re.escape(part)}(?![\w:])", "…", text, count=1)


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
