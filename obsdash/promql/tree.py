"""PromQL as a tree: whether it parses, its canonical text, the metrics it reads."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from typing import NamedTuple

import promql_parser
from promql_parser import Expr

from obsdash.promql.text import collapsed, parsable, tokens
from obsdash.promql.variables import Guess, Placeholders, with_placeholders

# The parser recurses: beyond a few thousand levels it ends the process, and printing takes time
# that grows with the square of the depth.
MAX_LENGTH = 64 * 1024
MAX_OPERATORS = 500
MAX_NESTING = 200
_ABSENCE = ("absent", "absent_over_time")
_OPERATORS = ("+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">=", "and", "or", "unless")


class Parsed(NamedTuple):
    """A tree, and the variables that its stand-ins stand for."""

    tree: Expr
    placeholders: Placeholders

    def text(self) -> str:
        """Return the canonical text with the variables put back."""
        return self.placeholders.restore(one_line(self.tree))


@lru_cache(maxsize=256)
def parse(expr: str) -> Parsed:
    """Return the tree of an expression, its variables replaced; raises ValueError with a sentence.

    A variable that stands where a value stands may be a metric's name or a number: both are tried.
    """
    _refuse_what_overflows(expr)
    first, *others = Guess
    try:
        return _parse(expr, first)
    except ValueError:
        for guess in others if "$" in expr or "[[" in expr else ():
            with suppress(ValueError):
                return _parse(expr, guess)
        raise


def _parse(expr: str, guess: Guess) -> Parsed:
    placeholders = with_placeholders(expr, guess)
    return Parsed(promql_parser.parse(parsable(placeholders.text)), placeholders)


def parse_error(expr: str) -> str | None:
    """Return why an expression is no PromQL, in one sentence, or None when it is."""
    try:
        parse(expr)
    except ValueError as error:
        return " ".join(str(error).split())
    return None


@lru_cache(maxsize=4096)
def canonical(expr: str) -> str:
    """Return the one spelling of everything that means the same; variables stay `$job`.

    White space, comments, quotes, the order of matchers and labels, `sum(x) by (y)`, `[300s]` make
    no difference. What does not parse comes back with its white space collapsed.
    """
    try:
        return parse(expr).text()
    except ValueError:
        return collapsed(expr)


def metrics(expr: str) -> frozenset[str]:
    """Return the metric names that an expression reads; none when it does not parse.

    Names that hold a variable or are chosen by a regular expression are left out.
    """
    try:
        parsed = parse(expr)
    except ValueError:
        return frozenset()
    names: set[str] = set()
    promql_parser.walk(parsed.tree, lambda node: names.update(_named(node)))
    return frozenset(name for name in names if parsed.placeholders.restore(name) == name)


def missing_metrics(expr: str, exists: Callable[[str], bool]) -> frozenset[str]:
    """Return the metrics for want of which an expression may be empty.

    One side of `x or y` is enough, `x unless y` needs only x, and `absent(x)` needs nothing.
    exists: whether a metric has any series at all; asked once a name.
    """
    try:
        parsed = parse(expr)
    except ValueError:
        return frozenset()

    @cache
    def known(name: str) -> bool:
        return parsed.placeholders.restore(name) != name or exists(name)

    parts: list[list[set[str]]] = [[]]  # what the children of each open node lack

    def leave(node: Expr) -> None:
        inside = parts.pop()
        parts[-1].append(_missing(node, inside, known))

    promql_parser.walk(parsed.tree, lambda _: parts.append([]), leave)
    return frozenset(parts[0][0])


def _missing(node: Expr, inside: Sequence[set[str]], exists: Callable[[str], bool]) -> set[str]:
    if isinstance(node, promql_parser.Call) and node.func.name in _ABSENCE:
        return set()
    if isinstance(node, promql_parser.BinaryExpr):
        operator = str(node.op)
        if operator == "unless" or (operator == "or" and not all(inside)):
            return inside[0] if operator == "unless" else set()
    own = {name for name in _named(node) if not exists(name)}
    return own.union(*inside)


def _named(node: Expr) -> set[str]:
    if isinstance(node, promql_parser.MatrixSelector):
        node = node.vector_selector
    if not isinstance(node, promql_parser.VectorSelector):
        return set()
    equal = promql_parser.MatchOp.Equal
    named = {m.value for m in node.matchers.matchers if m.name == "__name__" and m.op == equal}
    return named | {node.name} if node.name else named


def one_line(node: Expr) -> str:
    """Return a node's text without the printer's line breaks; those inside texts are escaped."""
    pretty = node.prettify().strip()
    if "\n" not in pretty:
        return pretty
    return re.sub(r"\n\s*", " ", re.sub(r"(?<=\()\n\s*|\n\s*(?=\))", "", pretty))


def _refuse_what_overflows(expr: str) -> None:
    if len(expr) > MAX_LENGTH:
        raise ValueError(f"the expression is longer than {MAX_LENGTH} characters")
    if len(expr) <= MAX_NESTING:
        return
    depth = deepest = operators = 0
    for token in tokens(expr):
        depth += (token.text == "(") - (token.text == ")")
        deepest = max(deepest, depth)
        operators += token.text in _OPERATORS
    if deepest > MAX_NESTING:
        raise ValueError(f"the expression is nested deeper than {MAX_NESTING} levels")
    if operators > MAX_OPERATORS:
        raise ValueError(f"the expression has more than {MAX_OPERATORS} operators")
