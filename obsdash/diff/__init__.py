"""Named changes between a live resource and the desired one."""

from collections import Counter

from obsdash.change import Change, Difference
from obsdash.diff.leaves import same
from obsdash.resource import Resource

__all__ = ["difference"]


def difference(live: Resource, desired: Resource) -> Difference:
    """Say in words what separates two resources of one kind; no changes means none that matter."""
    if (live.folder, live.secrets) == (desired.folder, desired.secrets) and same(
        live.spec, desired.spec
    ):
        return Difference()
    from obsdash.diff.kinds import FINDINGS  # 15 ms that are not paid where nothing differs
    from obsdash.diff.naming import Fold

    found = list(FINDINGS[desired.ref.kind](live, desired))
    noise = Counter(entry.noise for entry in found if isinstance(entry, Fold))
    return Difference(
        changes=tuple(entry for entry in found if isinstance(entry, Change)),
        noise=dict(sorted(noise.items())),
    )
