"""Refuse nonsense where it is written: one sentence, the place, the remedy."""

import dataclasses
from collections.abc import Hashable, Sequence
from functools import cache
from typing import Any, Literal, NoReturn, cast, get_args, get_origin

from obsdash.errors import DefinitionError
from obsdash.origin import Origin


def refuse(message: str, origin: Origin | None, help: str = "") -> NoReturn:  # noqa: A002
    """Raise a DefinitionError."""
    raise DefinitionError(message, origin=origin, help=help)


def check_choices(thing: Any) -> None:
    """Refuse a value, or one in a list, that is not among those of its field's `Literal`."""
    for name, allowed, several in _choices(cast(Hashable, type(thing))):
        value = getattr(thing, name)
        if several and isinstance(value, str):
            refuse(f"{title_of(thing)}: {name} must be a list, [{value!r}]", thing.origin)
        for item in value if several else [value]:
            if item not in allowed:
                known = ", ".join(repr(choice) for choice in allowed)
                refuse(f"{title_of(thing)}: {name} {item!r} is not one of {known}", thing.origin)


def check_range(thing: Any, name: str, low: float, high: float) -> None:
    """Refuse a number outside low … high; None is fine."""
    value = getattr(thing, name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        refuse(f"{title_of(thing)}: {name} {value!r} is not between {low} and {high}", thing.origin)


def check_text(thing: Any, name: str, help: str = "") -> None:  # noqa: A002
    """Refuse anything but a text with something in it."""
    value = getattr(thing, name)
    if not isinstance(value, str) or not value.strip():
        refuse(f"{title_of(thing)}: {name} must be a text that is not empty", thing.origin, help)


def title_of(thing: Any) -> str:
    """Name a thing for a message: `TimeSeries "Requests"`."""
    name = getattr(thing, "title", "") or getattr(thing, "name", "")
    return f'{type(thing).__name__} "{name}"' if name else type(thing).__name__


@cache
def _choices(kind: Hashable) -> tuple[tuple[str, tuple[Any, ...], bool], ...]:
    """Return name, allowed values and whether it holds several, for each field with a `Literal`."""
    found = []
    for field in dataclasses.fields(cast(Any, kind)):
        several = get_origin(field.type) is Sequence
        inner = get_args(field.type)[0] if several else field.type
        if get_origin(inner) is Literal:
            found.append((field.name, get_args(inner), several))
    return tuple(found)
