"""How values are spelled in messages: short, quoted, with what differs in sight."""

import json
from typing import Any

LIMIT = 60
_CONTEXT = 12


def cut(text: str, limit: int = LIMIT) -> str:
    """Return the text on one line, with … for what exceeds the limit."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def quoted(text: str) -> str:
    """Return the text cut and in double quotes."""
    return f'"{cut(text)}"'


def spelled(value: Any) -> str:
    """Return a JSON value as a reader would write it."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return cut(json.dumps(value, ensure_ascii=False, default=str))


def text_of(value: Any) -> str:
    """Return the text that a server which reads only texts makes of one of YAML's scalars."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_to(before: Any, after: Any) -> str:
    """Return `before → after`; of long texts, the part that differs."""
    if isinstance(before, str) and isinstance(after, str):
        old, new = focus(before, after)
        return f'"{old}" → "{new}"'
    return f"{spelled(before)} → {spelled(after)}"


def focus(before: str, after: str, limit: int = LIMIT) -> tuple[str, str]:
    """Return both texts cut to at most `limit` characters around what differs between them."""
    before, after = " ".join(before.split()), " ".join(after.split())
    if max(len(before), len(after)) <= limit:
        return before, after
    head = _word_start(before, _common(before, after))
    tail = _common(before[head:][::-1], after[head:][::-1])
    return _window(before, head, tail, limit), _window(after, head, tail, limit)


def _common(a: str, b: str) -> int:
    """Return the length of the common start."""
    differing = (index for index, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    return next(differing, min(len(a), len(b)))


def _word_start(text: str, index: int) -> int:
    """Step back to the start of a word, and a little before it, for context."""
    start = max(0, index - _CONTEXT)
    space = text.find(" ", start, index)
    return space + 1 if start and space >= 0 else start


def _window(text: str, head: int, tail: int, limit: int) -> str:
    stop = len(text) - max(0, tail - _CONTEXT)
    part = text[head:stop]
    if len(part) > limit - 2:
        part, stop = part[: limit - 2], 0
    return f"{'…' if head else ''}{part}{'…' if stop < len(text) else ''}"
