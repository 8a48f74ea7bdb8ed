"""Named changes between a live resource and the desired one."""

from obsdash.change import Change, Difference
from obsdash.resource import Resource

__all__ = ["difference"]


def difference(live: Resource, desired: Resource) -> Difference:
    """Say in words what separates two resources of one kind; no changes means none that matter."""
    if live == desired:
        return Difference()
    return Difference((Change(subject="", text="differs", before=live.spec, after=desired.spec),))
