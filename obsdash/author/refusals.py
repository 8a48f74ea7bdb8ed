"""Refuse nonsense where it is written: one sentence, the place, the remedy."""

import dataclasses
from collections.abc import Hashable
from functools import cache
from typing import Any, Literal, NoReturn, cast, get_args, get_origin

from obsdash.errors import DefinitionError
from obsdash.origin import Origin


def refuse(message: str, origin: Origin | None, help: str = "") -> NoReturn:  # noqa: A002
    """Raise a DefinitionError."""
    raise DefinitionError(message, origin=origin, help=help)


def check_choices(thing: Any) -> None:
    """Refuse a value that is not among those of its field's `Literal`."""
    for name, allowed in _choices(cast(Hashable, type(thing))):
        value = getattr(thing, name)
        if value not in allowed:
            refuse(
                f"{title_of(thing)}: {name} {value!r} is not one of "
                + ", ".join(repr(choice) for choice in allowed),
                thing.origin,
            )


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
def _choices(kind: Hashable) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple(
        (field.name, get_args(field.type))
        for field in dataclasses.fields(cast(Any, kind))
        if get_origin(field.type) is Literal
    )
