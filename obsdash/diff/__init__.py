"""Named changes between a live resource and the desired one."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from obsdash.change import Change, Difference
from obsdash.diff.leaves import same
from obsdash.migration.sources import NONE, Sources
from obsdash.resource import Resource

if TYPE_CHECKING:
    from obsdash.diff.leaf import Leaf

__all__ = ["difference", "folded"]


def difference(live: Resource, desired: Resource, sources: Sources = NONE) -> Difference:
    """Say in words what separates two resources of one kind; no changes means none that matter.

    sources: the data sources of the server, which other spellings of a reference are told by.
    """
    if (live.folder, live.secrets) == (desired.folder, desired.secrets) and same(
        live.spec, desired.spec
    ):
        return Difference()
    from obsdash.diff.kinds import findings  # 15 ms that are not paid where nothing differs
    from obsdash.diff.naming import Fold, Note

    found = list(findings(live, desired, sources))
    noise = Counter(entry.noise for entry in found if isinstance(entry, Fold))
    return Difference(
        changes=tuple(entry for entry in found if isinstance(entry, Change)),
        noise=dict(sorted(noise.items())),
        notes=tuple(entry.text for entry in found if isinstance(entry, Note)),
    )


def folded(live: Resource, desired: Resource, sources: Sources = NONE) -> "Iterator[Leaf]":
    """Yield the differences of two resources that say nothing, those whose place is known."""
    from obsdash.diff.kinds import findings
    from obsdash.diff.leaf import ORDER
    from obsdash.diff.naming import Fold

    for entry in findings(live, desired, sources):
        if isinstance(entry, Fold) and entry.leaf and entry.leaf.path[-1:] != (ORDER,):
            yield entry.leaf
