"""What changed in a resource that needs no words of its own, and in which folder it is."""

from collections.abc import Iterator

from obsdash.change import Change
from obsdash.diff.naming import Finding, part_findings
from obsdash.diff.scope import Part, Scope
from obsdash.resource import Resource
from obsdash.spelling import quoted


def plain_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two resources of a kind without words of its own."""
    yield from moved(live, desired)
    yield from part_findings(Scope(Part.OTHER, live.spec, desired.spec), "", (), desired)


def moved(live: Resource, desired: Resource) -> Iterator[Change]:
    """Yield that a resource is in another folder than it should be."""
    if live.folder == desired.folder:
        return
    names = [quoted(folder) if folder else "none" for folder in (live.folder, desired.folder)]
    yield Change(
        subject="",
        text=f"folder {names[0]} → {names[1]}",
        verb="moved",
        before=live.folder,
        after=desired.folder,
        origin=desired.origin,
    )
