"""Where the parts of a live document are defined."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from obsdash.diff.alignment import IDENTITIES, aligned
from obsdash.diff.dashboard.panels import flattened, pairing
from obsdash.diff.leaves import value_at
from obsdash.resource import Resource


def marked(document: Resource, defined: Resource) -> Resource:
    """Return a document whose parts have the places of those that define them."""
    table = {"": "", **dict(_counterparts(document.spec, defined.spec))}
    found = ((_translated(pointer, table), mark) for pointer, mark in defined.marks.items())
    return replace(
        document, marks={pointer: mark for pointer, mark in found if pointer is not None}
    )


def _counterparts(
    document: Mapping[str, Any], defined: Mapping[str, Any]
) -> Iterator[tuple[str, str | None]]:
    """Yield the pointer of each defined part that has moved about, and where it is now, or None."""
    panels = pairing(flattened(document), flattened(defined))
    for there, here in panels.pairs:
        yield here.pointer, there.pointer
        yield from _named(there.body, here.body, "/targets", there.pointer, here.pointer)
    yield from ((panel.pointer, None) for panel in panels.added)
    for place in ("/templating/list", "/annotations/list"):
        yield from _named(document, defined, place, "", "")


def _named(
    there: Any, here: Any, place: str, around_there: str, around_here: str
) -> Iterator[tuple[str, str | None]]:
    identity = IDENTITIES[place.rpartition("/")[2]]
    for pair in aligned(_items(there, place), _items(here, place), identity):
        if pair.desired is not None:
            now = None if pair.live is None else f"{around_there}{place}/{pair.live}"
            yield f"{around_here}{place}/{pair.desired}", now


def _items(document: Any, place: str) -> list[Any]:
    found = value_at(document, place)
    return (
        [item if isinstance(item, dict) else {} for item in found]
        if isinstance(found, list)
        else []
    )


def _translated(pointer: str, table: Mapping[str, str | None]) -> str | None:
    known = pointer
    while known not in table:
        known = known.rpartition("/")[0]
    here = table[known]
    return None if here is None else here + pointer[len(known) :]
