"""Two dashboards of different schema versions, brought to one before they are compared."""

from collections.abc import Iterator
from dataclasses import replace

from obsdash.diff.naming import Finding, Fold, Note
from obsdash.diff.noise import MIGRATED
from obsdash.migration.lift import distance, lifted, version_of
from obsdash.migration.sources import Sources
from obsdash.resource import Resource
from obsdash.words import count


def at_one_version(
    live: Resource, desired: Resource, sources: Sources
) -> tuple[Resource, Resource]:
    """Return both as Grafana migrates them to the newer schema; each keeps its own number."""
    version = max(version_of(live.spec), version_of(desired.spec))
    return _at(live, version, sources), _at(desired, version, sources)


def _at(side: Resource, version: int, sources: Sources) -> Resource:
    if version_of(side.spec) == version:
        return side
    spec = lifted(side.spec, version, sources)
    return replace(side, spec={**spec, "schemaVersion": side.spec.get("schemaVersion", 0)})


def migration(live: Resource, desired: Resource, sources: Sources) -> Iterator[Finding]:
    """Yield how many values the migration to the newer schema changes, and that it happened."""
    versions = version_of(live.spec), version_of(desired.spec)
    older = min((live, desired), key=lambda side: version_of(side.spec))
    found = distance(older.spec, lifted(older.spec, max(versions), sources))
    yield from [Fold(MIGRATED)] * (found - 1)  # the version itself is told, or folded, as a value
    if versions[0] > versions[1]:
        yield Note(
            f"Grafana migrated schema {versions[1]} → {versions[0]}: "
            f"{count(found, 'difference')}; obsdash pull takes the migrated form over"
        )
