"""Two dashboards of different schema versions, brought to one before they are compared."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from obsdash.diff.naming import Finding, Fold, Note
from obsdash.diff.noise import DEFAULT, MIGRATED
from obsdash.diff.scope import Editor
from obsdash.migration.lift import distance, lifted, version_of
from obsdash.migration.plugins import shown
from obsdash.migration.queries import lettered
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


def migration(
    live: Resource, desired: Resource, sources: Sources, saved_by: Editor
) -> Iterator[Finding]:
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
    elif saved_by is Editor.OLDER:
        yield Note(
            f"an older Grafana saved it: schema {versions[1]} → {versions[0]}, "
            "without what it does not know"
        )


def plugin_migration(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Fold]:
    """Yield how many values the plugin changes on one side and has changed on the other."""
    lifts = [distance(side, shown(side)) for side in (before, after)]
    yield from [Fold(MIGRATED)] * (max(lifts) if min(lifts) == 0 else 0)


def with_letters(panel: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a panel of which each query has a letter, which the editor gives them."""
    if not _unlettered(panel):
        return panel
    found = deepcopy(dict(panel))
    lettered(found)
    return found


def lettering(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Fold]:
    """Yield how many queries have a letter on one side only."""
    yield from [Fold(DEFAULT)] * abs(_unlettered(before) - _unlettered(after))


def _unlettered(panel: Mapping[str, Any]) -> int:
    targets = panel.get("targets")
    holders = targets if isinstance(targets, list) else ()
    return sum(isinstance(one, dict) and not one.get("refId") for one in holders)
