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


def check_fields(thing: Any) -> None:
    """Refuse what the fields' types rule out: no list where one belongs, an unknown word."""
    for name, several, words in _rules(cast(Hashable, type(thing))):
        value = getattr(thing, name)
        if several and (isinstance(value, str) or not isinstance(value, Sequence)):
            refuse(f"{title_of(thing)}: {name} must be a list, [{value!r}]", thing.origin)
        for item in (value if several else [value]) if words else ():
            if item not in words:
                known = ", ".join(repr(word) for word in words)
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
def _rules(kind: Hashable) -> tuple[tuple[str, bool, tuple[Any, ...]], ...]:
    """Return name, whether it holds several, and the allowed words, of the fields with a rule."""
    rules = []
    for field in dataclasses.fields(cast(Any, kind)):
        several = get_origin(field.type) is Sequence
        inner = get_args(field.type)[0] if several else field.type
        words = get_args(inner) if get_origin(inner) is Literal else ()
        if several or words:
            rules.append((field.name, several, words))
    return tuple(rules)
