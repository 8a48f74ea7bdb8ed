"""Where a thing was made: the file and line that every message points at."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, TypeVar


class Origin(NamedTuple):
    """A place in the project, `dashboards/api.py:42`; the file is relative to the project.

    A named tuple, as a project has many thousands and a dataclass takes twice the time to make.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Mark(NamedTuple):
    """What is known of a part of a document beside its JSON: its place, why it may be empty."""

    origin: Origin | None = None
    empty: str | None = None


Thing = TypeVar("Thing")

# What stands under these keys (half of a dashboard) has no place of its own.
NO_PARTS = frozenset({"fieldConfig", "options"})

# A document carries its marks under these private keys from the adapter, through every repair, up
# to `split_marks`. No Grafana or Prometheus key contains a slash.
ORIGIN_KEY = "//origin"
EMPTY_KEY = "//empty"


# The marks of objects of other libraries (grafanalib, Foundation SDK) stand in these attributes,
# which their own JSON does not show.
_ORIGIN_ATTRIBUTE = "__obsdash_origin__"
_EMPTY_ATTRIBUTE = "__obsdash_empty__"

# A plain dict has no attribute to hold its place: id → the dict itself (so that the id stays its
# own) and its place.
DictPlaces = dict[int, tuple[dict[Any, Any], str]]


@dataclass(frozen=True, slots=True)
class _Watch:
    root: str  # with a trailing separator
    file: str  # the definition file that is running, absolute
    dicts: DictPlaces


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watching(root: Path, file: Path, dicts: DictPlaces | None = None) -> Iterator[None]:
    """Let places inside `root` be found while the definition file `file` runs.

    dicts: the places of dict literals so far, when several files run one after the other.
    """
    token = _watch.set(_Watch(f"{root}/", str(file), {} if dicts is None else dicts))
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
    place = _place(frame, watch) if watch else ""
    return parse_origin(place) if place else None


def _place(frame: FrameType | None, watch: _Watch) -> str:
    """Return `file:line`, "" when there is none."""
    helper = ""
    while frame is not None:
        name = frame.f_code.co_filename
        if name == watch.file:
            return f"{name[len(watch.root) :]}:{frame.f_lineno}"
        if not helper and name.startswith(watch.root):
            helper = f"{name[len(watch.root) :]}:{frame.f_lineno}"
        frame = frame.f_back
    return helper


def remember_object(thing: Any, frame: FrameType | None) -> None:
    """Give an object of another library the place that `frame` runs for."""
    if (watch := _watch.get()) and (place := _place(frame, watch)):
        thing.__dict__[_ORIGIN_ATTRIBUTE] = place


def remember_dict(thing: dict[Any, Any], frame: FrameType | None) -> None:
    """Keep the place that `frame` runs for as that of a dict literal."""
    if (watch := _watch.get()) and (place := _place(frame, watch)):
        watch.dicts[id(thing)] = (thing, place)


def copy_marks(source: Any, copy: Any) -> None:
    """Give a copy of another library's object the marks of the original."""
    for name in (_ORIGIN_ATTRIBUTE, _EMPTY_ATTRIBUTE):
        if name in source.__dict__:
            copy.__dict__[name] = source.__dict__[name]


def may_be_empty(thing: Thing, reason: str) -> Thing:
    """Declare why a panel or query of another library is right to return no data; return it."""
    if isinstance(thing, dict):
        thing[EMPTY_KEY] = reason
    else:
        build = getattr(thing, "build", None)  # a Foundation SDK builder fills one object
        setattr(build() if build else thing, _EMPTY_ATTRIBUTE, reason)
    return thing


def dict_places() -> DictPlaces:
    """Return the places of dict literals that are known in this run."""
    watch = _watch.get()
    return watch.dicts if watch else {}


def marks_of(thing: Any) -> dict[str, str]:
    """Return what is remembered of an object or a dict literal, under the private keys."""
    if isinstance(thing, dict):
        known = dict_places().get(id(thing))
        return {ORIGIN_KEY: known[1]} if known else {}
    attributes = getattr(thing, "__dict__", {})
    marks = {}
    if place := attributes.get(_ORIGIN_ATTRIBUTE):
        marks[ORIGIN_KEY] = place
    if reason := attributes.get(_EMPTY_ATTRIBUTE):
        marks[EMPTY_KEY] = reason
    return marks


def parse_origin(text: str) -> Origin:
    """Read `file:line` back; a text without a line is a file."""
    file, _, line = text.rpartition(":")
    return Origin(file, int(line)) if file and line.isdigit() else Origin(text, 0)


def split_marks(document: Any) -> tuple[Any, dict[str, Mark]]:
    """Take the private keys out of a document, in place; return it, and its marks by JSON pointer.

    A part that stands in the document twice must be two: use it on a copy that is yours.
    """
    marks: dict[str, Mark] = {}
    _take(document, "", marks)
    return document, marks


def _take(value: Any, pointer: str, marks: dict[str, Mark]) -> None:
    if isinstance(value, dict):
        if ORIGIN_KEY in value or EMPTY_KEY in value:
            marks[pointer] = _pop_mark(value)
        for key, item in value.items():
            if item and (item.__class__ is dict or item.__class__ is list) and key not in NO_PARTS:
                _take(item, f"{pointer}/{escape(key)}", marks)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if item and (item.__class__ is dict or item.__class__ is list):
                _take(item, f"{pointer}/{index}", marks)


def _pop_mark(document: dict[str, Any]) -> Mark:
    origin = document.pop(ORIGIN_KEY, None)
    return Mark(parse_origin(origin) if origin else None, document.pop(EMPTY_KEY, None))


def escape(key: str) -> str:
    """Escape a key for a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "/" in key or "~" in key else key
