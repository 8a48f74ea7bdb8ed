"""What changed in a folder: its title."""

from collections.abc import Iterator

from obsdash.diff.naming import Finding, part_findings
from obsdash.diff.scope import Part, Scope
from obsdash.resource import Resource


def folder_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two folders."""
    yield from part_findings(Scope(Part.OTHER, live.spec, desired.spec), "", (), desired)
