"""PromQL as text: tokens, and the rewriting that the parser needs before it reads one."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

# `$x`, `${x}`, `${x:format}`, `${x.field}`, `[[x]]`, `[[x:format]]`
VARIABLE = r"\$\{[^{}]*\}|\$\w+|\[\[\w+(?::\w+)?\]\]"

_TOKEN = re.compile(
    rf"""
      (?P<comment>\#[^\n]*)
    | (?P<string>"(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*')
    | (?P<raw>`[^`]*`)
    | (?P<range>\[(?:{VARIABLE}|[^\[\]])*\](?!\]))
    | (?P<name>(?:{VARIABLE}|[\w:])+)
    | (?P<space>\s+)
    | (?P<sign>=~|!~|!=|==|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LABEL_LIST = re.compile(
    r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([\w\s,]*)\)", re.IGNORECASE
)


class Token(NamedTuple):
    """A piece of an expression; kind is a group's name in the pattern above."""

    kind: str
    text: str


def tokens(expr: str) -> Iterator[Token]:
    """Cut an expression into tokens; their texts joined are the expression."""
    for match in _TOKEN.finditer(expr):
        yield Token(match.lastgroup or "sign", match[0])


def collapsed(expr: str) -> str:
    """Return any query with comments dropped and each run of white space as one space.

    Texts in quotes stay as they are. For LogQL and whatever else has no parser here.
    """
    runs = groupby(tokens(expr), key=lambda token: token.kind in ("space", "comment"))
    return "".join(" " if blank else "".join(t.text for t in run) for blank, run in runs).strip()


def parsable(expr: str) -> str:
    """Rewrite what Prometheus reads and the parser does not (raw strings, `1_000`).

    Label lists are sorted, because their order says nothing.
    """
    runs = groupby(map(_parsable, tokens(expr)), key=lambda token: token.kind == "string")
    parts = ((quoted, "".join(token.text for token in run)) for quoted, run in runs)
    return "".join(part if quoted else _LABEL_LIST.sub(_sorted, part) for quoted, part in parts)


def _parsable(token: Token) -> Token:
    if token.kind == "comment":
        return Token("space", " ")
    if token.kind == "raw":
        return Token("string", json.dumps(token.text[1:-1], ensure_ascii=False))
    if token.kind == "name" and token.text[0].isdigit():
        return Token("name", token.text.replace("_", ""))
    return token


def _sorted(match: re.Match[str]) -> str:
    labels = sorted(label.strip() for label in match[2].split(",") if label.strip())
    return f"{match[1]} ({', '.join(labels)})"
