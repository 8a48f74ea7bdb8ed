"""Any author's objects → dicts, lists and scalars that JSON can say, with their marks inside."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from obsdash.errors import DefinitionError, ObsdashError
from obsdash.origin import ORIGIN_KEY, DictPlaces, Origin, dict_places, marks_of, parse_origin

# Written out in the order of frequency; `in` a frozenset of types is the quickest test there is.
_SCALARS = frozenset({str, int, bool, type(None)})
_DEPTH = 200


def plain(value: Any, what: str, origin: Origin) -> Any:
    """Return a deep copy as plain JSON; raises DefinitionError naming `what` and the path."""
    try:
        return _converter(dict_places())(value)
    except (_NotJsonError, RecursionError):
        raise DefinitionError(f"{what}: {_fault(value)}", origin=origin) from None


class _NotJsonError(Exception):
    """Something inside is not JSON; `_fault` finds out what and where."""


def _converter(places: DictPlaces) -> Callable[[Any], Any]:
    """Return the function that copies; nested ones, as each call counts a thousand times."""

    def mapping(value: dict[Any, Any]) -> dict[str, Any]:
        try:
            "".join(value)  # the quickest way to see that every key is a text
        except TypeError:
            raise _NotJsonError from None
        copy = {
            key: item if item.__class__ in _SCALARS else converters.get(item.__class__, other)(item)
            for key, item in value.items()
        }
        if id(value) in places:
            copy[ORIGIN_KEY] = places[id(value)][1]
        return copy

    def sequence(value: list[Any]) -> list[Any]:
        return [
            item if item.__class__ in _SCALARS else converters.get(item.__class__, other)(item)
            for item in value
        ]

    def number(value: float) -> float:
        if value - value != 0:  # NaN or infinite
            raise _NotJsonError
        return value

    def other(value: Any) -> Any:
        if value.__class__ in _SCALARS:
            return value
        data = _unwrap(value)
        document = converters.get(data.__class__, other)(data)
        if document.__class__ is dict:
            document.update(marks_of(value))
        return document

    converters: dict[type[Any], Callable[[Any], Any]] = {
        dict: mapping,
        list: sequence,
        tuple: sequence,
        float: number,
    }
    return lambda value: converters.get(value.__class__, other)(value)


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
    return DefinitionError(
        f"this {type(value).__name__} cannot be written as JSON: {error}",
        origin=parse_origin(place) if place else None,
    )


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
