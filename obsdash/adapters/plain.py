"""Any author's objects → dicts, lists and scalars that JSON can say, with their marks inside."""

from enum import Enum
from typing import Any

from obsdash.errors import DefinitionError
from obsdash.origin import Origin, marks_of

# Written out in the order of frequency; `in` a frozenset of types is the quickest test there is.
_SCALARS = frozenset({str, int, bool, type(None)})
_DEPTH = 200


def plain(value: Any, what: str, origin: Origin) -> Any:
    """Return a deep copy as plain JSON; raises DefinitionError naming `what` and the path."""
    try:
        return _plain(value)
    except (_NotJsonError, RecursionError):
        raise DefinitionError(f"{what}: {_fault(value)}", origin=origin) from None


class _NotJsonError(Exception):
    """Something inside is not JSON; `_fault` finds out what and where."""


def _plain(value: Any) -> Any:
    kind = value.__class__
    if kind is dict:
        return _mapping(value)
    if kind is list or kind is tuple:
        return [item if item.__class__ in _SCALARS else _plain(item) for item in value]
    if kind in _SCALARS:
        return value
    if kind is float:
        if value - value != 0:  # NaN or infinite
            raise _NotJsonError
        return value
    return _object(value)


def _mapping(value: dict[Any, Any]) -> dict[str, Any]:
    try:
        "".join(value)  # the quickest way to see that every key is a text
    except TypeError:
        raise _NotJsonError from None
    copy = {
        key: item if item.__class__ in _SCALARS else _plain(item) for key, item in value.items()
    }
    copy.update(marks_of(value))
    return copy


def _object(value: Any) -> Any:
    document = _plain(_unwrap(value))
    if document.__class__ is dict:
        document.update(marks_of(value))
    return document


def _unwrap(value: Any) -> Any:
    """Return what an object says it is in JSON, one step closer to plain."""
    for method in ("to_json_data", "build", "to_json"):  # grafanalib and ours, then the SDK's
        if callable(convert := getattr(value, method, None)):
            return convert()
    if isinstance(value, Enum):
        return value.value
    kinds: tuple[type[Any], ...] = (str, int, float, dict, list)
    for kind in kinds:
        if isinstance(value, kind):
            return kind(value)
    raise _NotJsonError


def _fault(root: Any) -> str:
    """Say what cannot be JSON, and where; walks without recursion, as depth may be the fault."""
    stack: list[tuple[Any, str, tuple[int, ...]]] = [(root, "", ())]
    while stack:
        value, path, around = stack.pop()
        if id(value) in around:
            return f"{_spoken(path)} contains itself"
        if len(around) > _DEPTH:
            return f"{_spoken(path[:40])}… is nested more than {_DEPTH} deep"
        if isinstance(value, float) and value - value != 0:
            return f"{_spoken(path)} is {value}, which JSON cannot say"
        try:
            inside = _inside(value, path)
        except _NotJsonError as reason:
            return f"{_spoken(path)} {reason}"
        stack += [(item, place, (*around, id(value))) for item, place in reversed(inside)]
    return "it cannot be written as JSON"


def _inside(value: Any, path: str) -> list[tuple[Any, str]]:
    """Return the parts of a value with their paths; raises _NotJsonError with a reason."""
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


def _spoken(path: str) -> str:
    return path or "the whole"
