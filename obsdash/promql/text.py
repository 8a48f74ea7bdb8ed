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
_TEXTS = r"""\#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`"""
_QUOTED = re.compile(_TEXTS, re.DOTALL)
_REWRITTEN = re.compile(
    rf"{_TEXTS}"
    r"|(?<![\w:])\d\w*_\w*"
    r"|\b(?P<keyword>by|without|on|ignoring|group_left|group_right)\s*\((?P<labels>[\w\s,]*)\)",
    re.DOTALL | re.IGNORECASE,
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
    return _REWRITTEN.sub(_rewritten, expr)


def _rewritten(match: re.Match[str]) -> str:
    text = match[0]
    if match["keyword"]:
        labels = sorted(label.strip() for label in match["labels"].split(",") if label.strip())
        return f"{match['keyword']} ({', '.join(labels)})"
    if text[0] == "#":
        return " "
    if text[0] == "`":
        return json.dumps(text[1:-1], ensure_ascii=False)
    return text.replace("_", "") if text[0].isdigit() else text


def unquoted(expr: str) -> str:
    """Return an expression without its texts in quotes and its comments."""
    return _QUOTED.sub("", expr)
