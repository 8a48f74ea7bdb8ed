"""Any author's objects → dicts, lists and scalars that JSON can say, with their marks inside."""

from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from sys import intern
from typing import Any

import orjson

from obsdash.errors import DefinitionError, ObsdashError
from obsdash.origin import (
    EMPTY_KEY,
    NO_PARTS,
    ORIGIN_KEY,
    DictPlaces,
    Origin,
    marks_of,
    parse_origin,
)

# Written out in the order of frequency; `in` a frozenset of types is the quickest test there is.
_SCALARS = frozenset({str, int, bool, type(None)})
_DEPTH = 200


def plain(value: Any, what: str, origin: Origin, *, places: DictPlaces | None = None) -> Any:
    """Return a deep copy as plain JSON; raises DefinitionError naming `what` and the path.

    origin: of the whole; an error names the innermost part that has a place.
    With the places of dict literals, the copy has the marks of its parts inside, else none.
    """
    careful = _Careful(places)
    try:
        copy = _quickly(value, careful) if _is_grafanalibs(value.__class__) else None
        if copy is None:
            copy = careful(value)
            orjson.dumps(copy)
        return copy
    except (_NotJsonError, RecursionError):
        fault, place = _fault(value)
        raise DefinitionError(f"{what}: {fault}", origin=place or origin) from None
    except orjson.JSONEncodeError as error:
        raise DefinitionError(f"{what} cannot be JSON: {error}", origin=origin) from None


def _quickly(value: Any, careful: "_Careful") -> Any:
    """Convert a tree of grafanalib's objects by way of its bytes: half the time of a copy.

    Returns None when something in it is no JSON.
    """

    def convert(thing: Any) -> Any:
        if not _is_grafanalibs(thing.__class__) or _holds_raw_parts(thing):
            return careful(thing)
        document = thing.to_json_data()
        if careful.marks and document.__class__ is dict:
            document.update(marks_of(thing))
        return document

    try:
        return orjson.loads(orjson.dumps(value, default=convert))
    except orjson.JSONEncodeError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise error.__cause__ from None
        return None


@lru_cache(maxsize=512)
def _is_grafanalibs(kind: type) -> bool:
    """Whether a class is grafanalib's own, whose `to_json_data` makes a new dict of its fields."""
    return kind.__module__.startswith("grafanalib.") and hasattr(kind, "to_json_data")


def _holds_raw_parts(thing: Any) -> bool:
    """Whether a field holds dicts (they may have marks or NaN), or what orjson takes otherwise."""
    fields = thing.__dict__.values()
    if _SCALARS.issuperset(map(type, fields)):
        return False
    for item in fields:
        kind = item.__class__
        if kind in _SCALARS or not item:
            continue
        if kind is list:
            if not all(map(_is_grafanalibs, map(type, item))):
                return True
        elif not _is_grafanalibs(kind):
            return True
    return False


class _NotJsonError(Exception):
    """Something inside is not JSON; `_fault` finds out what and where."""


class _Careful:
    """Copies anything, checks everything; `marks`: whether the copy is to have marks inside."""

    def __init__(self, places: DictPlaces | None) -> None:
        self.marks = places is not None
        self._places = places or {}
        self._converters: dict[type[Any], Callable[[Any], Any]] = {
            dict: self._mapping,
            list: self._sequence,
            tuple: self._sequence,
            float: self._number,
        }

    def __call__(self, value: Any) -> Any:
        """Return the copy; raises _NotJsonError, RecursionError."""
        kind = value.__class__
        return value if kind in _SCALARS else self._converters.get(kind, self._object)(value)

    def _mapping(self, value: dict[Any, Any]) -> dict[str, Any]:
        try:
            "".join(value)  # the quickest way to see that every key is a text
        except TypeError:
            raise _NotJsonError from None
        copy = {
            key: (intern(item) if item.__class__ is str else item)  # documents repeat themselves
            if item.__class__ in _SCALARS
            else self(item)
            for key, item in value.items()
        }
        if id(value) in self._places:
            copy[ORIGIN_KEY] = self._places[id(value)][1]
        elif not self.marks:
            copy.pop(EMPTY_KEY, None)
        for key in NO_PARTS & copy.keys():
            _forget_marks(copy[key])
        return copy

    def _sequence(self, value: list[Any]) -> list[Any]:
        return [item if item.__class__ in _SCALARS else self(item) for item in value]

    def _number(self, value: float) -> float:
        if value - value != 0:  # NaN or infinite
            raise _NotJsonError
        return value

    def _object(self, value: Any) -> Any:
        document = self(_unwrap(value))
        if self.marks and document.__class__ is dict:
            document.update(marks_of(value))
        return document


def _forget_marks(value: Any) -> None:
    if isinstance(value, dict):
        value.pop(ORIGIN_KEY, None)
        value.pop(EMPTY_KEY, None)
        for item in value.values():
            _forget_marks(item)
    elif isinstance(value, list):
        for item in value:
            _forget_marks(item)


def _unwrap(value: Any) -> Any:
    """Return what an object says it is in JSON, one step closer to plain."""
    for method in ("to_json_data", "build", "to_json"):  # grafanalib and ours, then the SDK's
        convert = getattr(value, method, None)
        if convert is None:
            continue
        try:
            return convert()
        except (RecursionError, ObsdashError):
            raise
        except Exception as error:
            raise _refused(value, error) from error
    if isinstance(value, Enum):
        return value.value
    kinds: tuple[type[Any], ...] = (str, int, float, dict, list)
    for kind in kinds:
        if isinstance(value, kind):
            return kind(value)
    raise _NotJsonError


def _refused(value: Any, error: Exception) -> DefinitionError:
    place = marks_of(value).get(ORIGIN_KEY)
    message = f"this {type(value).__name__} cannot be written as JSON: {error}"
    return DefinitionError(message, origin=parse_origin(place) if place else None)


def _fault(root: Any) -> tuple[str, Origin | None]:
    """Say what cannot be JSON, and where; walks without recursion, as depth may be the fault."""
    stack: list[tuple[Any, str, tuple[Any, ...]]] = [(root, "", ())]
    while stack:
        value, path, around = stack.pop()
        try:
            if any(value is outer for outer in around):
                raise _NotJsonError("contains itself")
            inside = _inside(value, path, len(around))
        except _NotJsonError as reason:
            return f"{_spoken(path)} {reason}", _innermost((*around, value))
        stack += [(item, place, (*around, value)) for item, place in reversed(inside)]
    return "it cannot be written as JSON", None


def _spoken(path: str) -> str:
    return (path if len(path) < 80 else f"…{path[-60:]}") or "the whole"


def _innermost(around: tuple[Any, ...]) -> Origin | None:
    places = (marks_of(value).get(ORIGIN_KEY) for value in reversed(around))
    return next((parse_origin(place) for place in places if place), None)


def _inside(value: Any, path: str, depth: int) -> list[tuple[Any, str]]:
    """Return the parts of a value with their paths; raises _NotJsonError with a reason."""
    if depth > _DEPTH:
        raise _NotJsonError(f"is nested more than {_DEPTH} deep")
    if isinstance(value, float) and value - value != 0:
        raise _NotJsonError(f"is {value}, which JSON cannot say")
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise _NotJsonError(f"has the key {key!r}, but keys must be texts")
        return [(item, f"{path}.{key}" if path else key) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if value is None or isinstance(value, str | int | float):
        return []
    try:
        return [(_unwrap(value), path)]
    except _NotJsonError:
        raise _NotJsonError(f"is a {type(value).__name__}, which JSON cannot say") from None
