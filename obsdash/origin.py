"""Where a thing was made: the file and line that every message points at."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in the project, `dashboards/api.py:42`; the file is relative to the project."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of a part of a document beside its JSON: its place, why it may be empty."""

    origin: Origin | None = None
    empty: str | None = None


# A document carries its marks under these private keys from the adapter, through every repair, up
# to `split_marks`. No Grafana or Prometheus key contains a slash.
ORIGIN_KEY = "//origin"
EMPTY_KEY = "//empty"


@dataclass(frozen=True, slots=True)
class _Watch:
    root: str  # with a trailing separator
    file: str  # the definition file that is running, absolute


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watching(root: Path, file: Path) -> Iterator[None]:
    """Let `here` resolve places inside `root` while the definition file `file` runs."""
    token = _watch.set(_Watch(f"{root}/", str(file)))
    try:
        yield
    finally:
        _watch.reset(token)


def here(frame: FrameType | None) -> Origin | None:
    """Return the place that `frame` runs for, or None outside a definition run.

    That is the innermost frame in the running definition file; failing that, the innermost one in
    the project, so that what a shared helper makes still points at the dashboard that called it.
    """
    watch = _watch.get()
    if watch is None:
        return None
    helper: Origin | None = None
    while frame is not None:
        name = frame.f_code.co_filename
        if name == watch.file:
            return Origin(name[len(watch.root) :], frame.f_lineno)
        if helper is None and name.startswith(watch.root):
            helper = Origin(name[len(watch.root) :], frame.f_lineno)
        frame = frame.f_back
    return helper


def parse_origin(text: str) -> Origin:
    """Read `file:line` back; a text without a line is a file."""
    file, _, line = text.rpartition(":")
    return Origin(file, int(line)) if file and line.isdigit() else Origin(text, 0)


def split_marks(document: Any, pointer: str = "") -> tuple[Any, dict[str, Mark]]:
    """Return the document without its private keys, and its marks by JSON pointer."""
    marks: dict[str, Mark] = {}
    return _strip(document, pointer, marks), marks


def _strip(value: Any, pointer: str, marks: dict[str, Mark]) -> Any:
    if isinstance(value, dict):
        if ORIGIN_KEY in value or EMPTY_KEY in value:
            marks[pointer] = _mark(value)
        return {
            key: _strip(item, f"{pointer}/{escape(key)}", marks)
            for key, item in value.items()
            if key not in (ORIGIN_KEY, EMPTY_KEY)
        }
    if isinstance(value, list):
        return [_strip(item, f"{pointer}/{index}", marks) for index, item in enumerate(value)]
    return value


def _mark(document: dict[str, Any]) -> Mark:
    origin = document.get(ORIGIN_KEY)
    return Mark(parse_origin(origin) if origin else None, document.get(EMPTY_KEY))


def escape(key: str) -> str:
    """Escape a key for a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
