"""The smallest differences between two JSON documents, each with its place on both sides."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NamedTuple

import orjson

from obsdash.origin import escape


class Missing(Enum):
    """The value of what is not there, which is not null."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
ORDER = "order"  # last path element of a leaf that says that a list's items changed places


class Place(NamedTuple):
    """Where two values stand: names for words, a JSON pointer for each side."""

    path: tuple[str, ...] = ()
    live: str = ""
    desired: str = ""

    def key(self, key: str) -> "Place":
        pointer = f"/{escape(key)}"
        return Place((*self.path, key), self.live + pointer, self.desired + pointer)

    def item(self, name: str, live: int | None, desired: int | None) -> "Place":
        """Return the place of a list's item: `name` says which, the indexes where."""
        return Place(
            (*self.path, name),
            f"{self.live}/{desired if live is None else live}",
            f"{self.desired}/{live if desired is None else desired}",
        )


@dataclass(frozen=True, slots=True)
class Leaf:
    """One difference: a value that is another, or is there on one side only."""

    place: Place
    before: Any
    after: Any

    @property
    def path(self) -> tuple[str, ...]:
        return self.place.path


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values are equal, telling `true` from 1 as JSON does."""
    if a is b or orjson.dumps(a) == orjson.dumps(b):
        return True
    return bool(a == b) and packed(a) == packed(b)


def packed(value: Any) -> bytes:
    """Encode so that equal JSON gives equal bytes; 1 and 1.0 differ."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def leaves(before: Any, after: Any, place: Place = Place()) -> Iterator[Leaf]:  # noqa: B008 (immutable)
    """Yield every difference; what is there on one side only is taken apart to its scalars."""
    if place.path and place.path[-1] in WHOLE:
        if not _equal(before, after):
            yield Leaf(place, before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*after, *before]):
            yield from leaves(before.get(key, MISSING), after.get(key, MISSING), place.key(key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, place)
    elif before is MISSING and isinstance(after, dict) and after:
        yield from leaves({}, after, place)
    elif after is MISSING and isinstance(before, dict) and before:
        yield from leaves(before, {}, place)
    elif not (type(before) is type(after) and before == after):
        yield Leaf(place, before, after)


def _equal(before: Any, after: Any) -> bool:
    if before is MISSING or after is MISSING:
        return before is after
    return same(before, after)


def _lists(before: list[Any], after: list[Any], place: Place) -> Iterator[Leaf]:
    name = IDENTITIES.get(place.path[-1]) if place.path else None
    items = [*before, *after]
    if name and all(isinstance(item, dict) for item in items):
        yield from _named_items(named(before, name), named(after, name), place)
    elif same(before, after):
        return
    elif any(isinstance(item, dict | list) for item in items):
        from obsdash.diff.remainder import remaining_leaves  # loads deepdiff: slow, seldom needed

        yield from remaining_leaves(before, after, place)
    else:
        yield Leaf(place, before, after)


def _named_items(
    before: Mapping[str, tuple[int, Any]], after: Mapping[str, tuple[int, Any]], place: Place
) -> Iterator[Leaf]:
    for label in dict.fromkeys([*after, *before]):
        live, old = before.get(label, (None, MISSING))
        desired, new = after.get(label, (None, MISSING))
        inner = place.item(label, live, desired)
        if old is MISSING or new is MISSING:
            yield Leaf(inner, old, new)
        else:
            yield from leaves(old, new, inner)
    old_order = [label for label in before if label in after]
    new_order = [label for label in after if label in before]
    if old_order != new_order:
        yield Leaf(Place((*place.path, ORDER), place.live, place.desired), old_order, new_order)


def named(items: Sequence[Any], name: Callable[[Any], Hashable]) -> dict[str, tuple[int, Any]]:
    """Return name → (index, item); a name's second item is `name #2`."""
    found: dict[str, tuple[int, Any]] = {}
    for index, item in enumerate(items):
        base = label = str(name(item))
        count = 1
        while label in found:
            count += 1
            label = f"{base} #{count}"
        found[label] = index, item
    return found


def _field(key: str) -> Callable[[Any], Hashable]:
    return lambda item: str(item.get(key) or "")


def _route(route: Any) -> str:
    old = (f'{k}="{v}"' for k, v in (route.get("match") or {}).items())
    regex = (f'{k}=~"{v}"' for k, v in (route.get("match_re") or {}).items())
    return ", ".join(sorted(map(str, [*old, *regex, *(route.get("matchers") or ())])))


def _matcher(override: Any) -> str:
    matcher = override.get("matcher") or {}
    return f"{matcher.get('id')} {matcher.get('options')}"


# Objects that read as one value.
WHOLE = ("datasource",)

# Lists whose items have a name, by the key that holds the list. A step's name is its position.
IDENTITIES: Mapping[str, Callable[[Any], Hashable]] = {
    "targets": _field("refId"),
    "overrides": _matcher,
    "properties": _field("id"),
    "list": _field("name"),
    "links": _field("title"),
    "dataLinks": _field("title"),
    "transformations": _field("id"),
    "receivers": _field("name"),
    "routes": _route,
    "steps": lambda _step: "step",
}


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
