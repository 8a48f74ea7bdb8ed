"""In which order the items of two versions of a list stand in the merged one."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

Triple = tuple[int | None, int | None, int | None]  # index in the base, our list, their list
T = TypeVar("T", bound=Hashable)


def interleaved(triples: Sequence[Triple], *, first: int = 1) -> tuple[list[Triple], bool]:
    """Return the items in the order of the side that changed it, and whether both did.

    first: the side (1 or 2) whose order holds when both did.
    """
    changed = [side for side in (1, 2) if _reordered(triples, side)]
    both = [t for t in triples if t[1] is not None and t[2] is not None]
    contested = len(changed) == 2 and _sorted(both, 1) != _sorted(both, 2)
    lead = changed[0] if len(changed) == 1 else first
    order = _sorted(triples, lead)
    for after, triple in _following(_sorted(triples, 3 - lead)):
        if triple[lead] is None:
            order.insert(order.index(after) + 1 if after in order else 0, triple)
    gone = [triple for triple in triples if triple[1] is None and triple[2] is None]
    return order + gone, contested


def _sorted(triples: Sequence[Triple], side: int) -> list[Triple]:
    there = [(index, t) for t in triples if (index := t[side]) is not None]
    return [triple for _, triple in sorted(there, key=lambda entry: entry[0])]


def _reordered(triples: Sequence[Triple], side: int) -> bool:
    """Whether what a side kept of the base stands in another order there."""
    kept = [triple[0] for triple in _sorted(triples, side) if triple[0] is not None]
    return kept != sorted(kept)


def _following(items: Sequence[T]) -> list[tuple[T | None, T]]:
    """Return each item with the one before it."""
    return list(zip([None, *items], items, strict=False))
