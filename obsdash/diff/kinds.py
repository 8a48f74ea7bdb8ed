"""What finds the changes between two resources, by kind."""

from collections.abc import Callable, Iterator, Mapping

from obsdash.diff.alertmanager import alertmanager_findings
from obsdash.diff.dashboard import dashboard_findings
from obsdash.diff.datasource import datasource_findings
from obsdash.diff.folder import folder_findings
from obsdash.diff.naming import Finding
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

FINDINGS: Mapping[str, Callable[[Resource, Resource], Iterator[Finding]]] = {
    FOLDER: folder_findings,
    DATASOURCE: datasource_findings,
    DASHBOARD: dashboard_findings,
    RULE_GROUP: group_findings,
    LOKI_RULE_GROUP: group_findings,
    ALERTMANAGER: alertmanager_findings,
}
