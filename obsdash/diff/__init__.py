"""Named changes between a live resource and the desired one."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from obsdash.change import Change, Difference
from obsdash.diff.alertmanager import alertmanager_findings
from obsdash.diff.dashboard import dashboard_findings
from obsdash.diff.datasource import datasource_findings
from obsdash.diff.folder import folder_findings
from obsdash.diff.leaves import same
from obsdash.diff.naming import Finding, Fold
from obsdash.diff.rules import group_findings
from obsdash.resource import (
    ALERTMANAGER,
    DASHBOARD,
    DATASOURCE,
    FOLDER,
    LOKI_RULE_GROUP,
    RULE_GROUP,
    Resource,
)

__all__ = ["difference"]

_FINDINGS: Mapping[str, Callable[[Resource, Resource], Iterator[Finding]]] = {
    FOLDER: folder_findings,
    DATASOURCE: datasource_findings,
    DASHBOARD: dashboard_findings,
    RULE_GROUP: group_findings,
    LOKI_RULE_GROUP: group_findings,
    ALERTMANAGER: alertmanager_findings,
}


def difference(live: Resource, desired: Resource) -> Difference:
    """Say in words what separates two resources of one kind; no changes means none that matter."""
    if (live.folder, live.secrets) == (desired.folder, desired.secrets) and same(
        live.spec, desired.spec
    ):
        return Difference()
    found = list(_FINDINGS[desired.ref.kind](live, desired))
    noise = Counter(entry.noise for entry in found if isinstance(entry, Fold))
    return Difference(
        changes=tuple(entry for entry in found if isinstance(entry, Change)),
        noise=dict(sorted(noise.items())),
    )
