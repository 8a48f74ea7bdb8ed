"""The smallest differences between two JSON documents, each with its place on both sides."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from obsdash.diff.alignment import IDENTITIES, Pair, aligned, orders, packed
from obsdash.diff.leaf import ORDER, Leaf, Place
from obsdash.diff.missing import MISSING


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values are equal, telling `true` from 1 as JSON does."""
    if a is b or orjson.dumps(a) == orjson.dumps(b):
        return True
    return bool(a == b) and packed(a) == packed(b)


def leaves(before: Any, after: Any, place: Place = Place()) -> Iterator[Leaf]:  # noqa: B008 (immutable)
    """Yield every difference; what is there on one side only is taken apart to its scalars."""
    if place.path and place.path[-1] in WHOLE:
        if not _equal(before, after):
            yield Leaf(place, before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*after, *before]):
            old, new = before.get(key, MISSING), after.get(key, MISSING)
            if not _equal_scalars(old, new):
                yield from leaves(old, new, place.key(key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, place)
    elif before is MISSING and _taken_apart(after, place):
        yield from leaves(type(after)(), after, place)
    elif after is MISSING and _taken_apart(before, place):
        yield from leaves(before, type(before)(), place)
    elif not _equal_scalars(before, after):
        yield Leaf(place, before, after)


def _equal_scalars(before: Any, after: Any) -> bool:
    if before is after:
        return True
    plain = not isinstance(before, dict | list)
    return plain and type(before) is type(after) and bool(before == after)


def _taken_apart(value: Any, place: Place) -> bool:
    """Whether a value on one side only is told by its parts: objects, lists of named items."""
    if isinstance(value, list):
        identity = IDENTITIES.get(place.path[-1]) if place.path else None
        return bool(value and identity and identity.keys)
    return isinstance(value, dict) and bool(value)


def _equal(before: Any, after: Any) -> bool:
    if before is MISSING or after is MISSING:
        return before is after
    return same(before, after)


def _lists(before: list[Any], after: list[Any], place: Place) -> Iterator[Leaf]:
    if same(before, after):
        return
    identity = IDENTITIES.get(place.path[-1]) if place.path else None
    items = [*before, *after]
    if identity and all(isinstance(item, dict) for item in items):
        yield from _named_items(aligned(before, after, identity), place)
    elif any(isinstance(item, dict | list) for item in items):
        from obsdash.diff.remainder import remaining_leaves  # loads deepdiff: slow, seldom needed

        yield from remaining_leaves(before, after, place)
    else:
        yield Leaf(place, before, after)


def _named_items(pairs: Sequence[Pair], place: Place) -> Iterator[Leaf]:
    for pair in pairs:
        inner = place.item(pair.name, pair.live, pair.desired)
        if pair.before is MISSING or pair.after is MISSING:
            yield Leaf(inner, pair.before, pair.after)
        else:
            yield from leaves(pair.before, pair.after, inner)
    before, after = orders(pairs)
    if before != after:
        yield Leaf(Place((*place.path, ORDER), place.live, place.desired), before, after)


# Objects that read as one value.
WHOLE = ("datasource",)


def value_at(document: Any, pointer: str) -> Any:
    """Return what a JSON pointer leads to, MISSING when nothing is there."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(key, MISSING)
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return MISSING
    return document
