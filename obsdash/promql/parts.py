"""Parts of an expression: how a change of one is told, and what is inside a node."""

from collections.abc import Sequence
from typing import NamedTuple

from promql_parser import Expr, ParenExpr, VectorSelector, walk

from obsdash.promql.text import tokens
from obsdash.spelling import LIMIT, cut, focus

ALWAYS = "*"
_CONTEXT = 2  # tokens


class Part(NamedTuple):
    """A change in words, without and with its place.

    like: what changed, the same for all parts that could have changed so; "" needs no place, ALWAYS
    needs one however few there are.
    """

    text: str
    placed: str
    like: str


def below(tree: Expr) -> list[Expr]:
    """Return every node below the top."""
    nodes: list[Expr] = []
    walk(tree, nodes.append)
    return nodes[1:]


def without_parentheses(node: Expr) -> Expr:
    """Return what stands in the outermost parentheses."""
    while isinstance(node, ParenExpr):
        node = node.expr
    return node


def constant(tree: Expr) -> bool:
    """Whether a tree reads no metric."""
    return not any(isinstance(node, VectorSelector) for node in (tree, *below(tree)))


def focused(before: str, after: str) -> str:
    """Return `before → after`; of long texts, the tokens that differ and a few around them."""
    if max(len(before), len(after)) <= LIMIT:
        return f"{before} → {after}"
    old, new = ([token.text for token in tokens(text)] for text in (before, after))
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    windows = _window(old, head, tail), _window(new, head, tail)
    differing = [*old[head : head + 1], *new[head : head + 1]]
    if max(map(len, differing), default=0) > LIMIT // 2:  # a long text, whose start may be the same
        windows = focus(*windows)
    return " → ".join(cut(window) for window in windows)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many tokens are the same at the start."""
    same = (a == b for a, b in zip(old, new, strict=False))
    return next((index for index, equal in enumerate(same) if not equal), min(len(old), len(new)))


def _window(text: Sequence[str], head: int, tail: int) -> str:
    start, stop = max(0, head - _CONTEXT), min(len(text), len(text) - tail + _CONTEXT)
    part = "".join(text[start:stop]).strip()
    return f"{'…' if start else ''}{part}{'…' if stop < len(text) else ''}"
