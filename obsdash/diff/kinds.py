"""What finds the changes between two resources, by kind."""

from collections.abc import Callable, Iterator, Mapping

from obsdash.diff.alertmanager import alertmanager_findings
from obsdash.diff.dashboard import dashboard_findings
from obsdash.diff.datasource import datasource_findings
from obsdash.diff.naming import Finding
from obsdash.diff.plain import plain_findings
from obsdash.diff.rules import group_findings
from obsdash.resource import (
    ALERT_RULE_GROUP,
    ALERTMANAGER,
    CONTACT_POINT,
    DASHBOARD,
    DATASOURCE,
    FOLDER,
    LIBRARY_PANEL,
    LOKI_RULE_GROUP,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    RULE_GROUP,
    Resource,
)

FINDINGS: Mapping[str, Callable[[Resource, Resource], Iterator[Finding]]] = {
    FOLDER: plain_findings,
    DATASOURCE: datasource_findings,
    LIBRARY_PANEL: plain_findings,
    DASHBOARD: dashboard_findings,
    MUTE_TIMING: plain_findings,
    MESSAGE_TEMPLATE: plain_findings,
    CONTACT_POINT: plain_findings,
    NOTIFICATION_POLICY: plain_findings,
    ALERT_RULE_GROUP: plain_findings,
    RULE_GROUP: group_findings,
    LOKI_RULE_GROUP: group_findings,
    ALERTMANAGER: alertmanager_findings,
}
