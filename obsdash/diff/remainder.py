"""What differs where nothing has a name: lists of lists, options of plugins nobody told us of."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from deepdiff import DeepDiff

from obsdash.diff.alignment import packed
from obsdash.diff.leaf import ORDER, Leaf, Place
from obsdash.diff.missing import MISSING
from obsdash.origin import escape


def remaining_leaves(before: list[Any], after: list[Any], place: Place) -> Iterator[Leaf]:
    """Yield the differences of two lists; an item inserted or removed is one difference."""
    old, new = [*map(packed, before)], [*map(packed, after)]
    if sorted(old) == sorted(new):
        yield Leaf(Place((*place.path, ORDER), place.live, place.desired), before, after)
        return
    for live, desired in _aligned(old, new):
        inner = place.item(str(live if desired is None else desired), live, desired)
        was = MISSING if live is None else before[live]
        now = MISSING if desired is None else after[desired]
        yield from _differing(was, now, inner)


def _aligned(old: list[bytes], new: list[bytes]) -> Iterator[tuple[int | None, int | None]]:
    """Pair the indexes of what differs: by position, unless something came or went."""
    if len(old) == len(new):
        yield from ((index, index) for index, item in enumerate(old) if item != new[index])
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for verb, start, stop, new_start, new_stop in matcher.get_opcodes():
        if verb != "equal":
            yield from zip_longest(range(start, stop), range(new_start, new_stop))


def _differing(before: Any, after: Any, place: Place) -> Iterator[Leaf]:
    if before is MISSING or after is MISSING:
        yield Leaf(place, before, after)
        return
    found = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    for level in (level for levels in found.values() for level in levels):
        live = level.path(output_format="list")
        desired = level.path(output_format="list", use_t2=True)
        pointers = place.live + _pointer(live), place.desired + _pointer(desired)
        path = (*place.path, *map(str, desired))
        yield Leaf(Place(path, *pointers), _value(level.t1), _value(level.t2))


def _pointer(path: list[Any]) -> str:
    return "".join(f"/{escape(str(part))}" for part in path)


def _value(value: Any) -> Any:
    return MISSING if type(value).__name__ == "NotPresent" else value
