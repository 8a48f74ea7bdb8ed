"""What changed in a data source; of secrets, their names and references only."""

from collections.abc import Iterator

from obsdash.diff.naming import Finding, part_findings
from obsdash.diff.scope import Part, Scope
from obsdash.diff.secret import secret_findings
from obsdash.resource import Resource


def datasource_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two data sources."""
    yield from part_findings(Scope(Part.DATASOURCE, live.spec, desired.spec), "", (), desired)
    yield from secret_findings(live, desired)
