"""What changed in a data source; of secrets, their names and references only."""

from collections.abc import Iterator

from obsdash.change import Change
from obsdash.diff.naming import Finding, part_findings
from obsdash.diff.scope import Part, Scope
from obsdash.resource import Resource


def datasource_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two data sources."""
    yield from part_findings(Scope(Part.DATASOURCE, live.spec, desired.spec), "", (), desired)
    for name in sorted({*live.secrets, *desired.secrets}):
        before, after = live.secrets.get(name), desired.secrets.get(name)
        if text := _secret(before, after):
            yield Change("", f"secret {name} {text}", origin=desired.origin)


def _secret(before: str | None, after: str | None) -> str:
    """Say what became of a secret: a server tells that there is one, `""`, not which."""
    if before is None:
        return f"added ({after})" if after else "added"
    if after is None:
        return "removed"
    return f"{before} → {after}" if before and after and before != after else ""
