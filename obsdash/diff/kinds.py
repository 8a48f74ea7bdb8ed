"""What finds the changes between two resources, by kind."""

from collections.abc import Callable, Iterator, Mapping

from obsdash.diff.dashboard.dashboard import dashboard_findings
from obsdash.diff.dashboard.librarypanel import library_panel_findings
from obsdash.diff.datasource import datasource_findings
from obsdash.diff.naming import Finding
from obsdash.diff.plain import plain_findings
from obsdash.diff.routing.alertmanager import alertmanager_findings
from obsdash.diff.routing.notifications import (
    contact_findings,
    policy_findings,
    template_findings,
    timing_findings,
)
from obsdash.diff.rules.alertrules import alert_group_findings
from obsdash.diff.rules.prometheusrule import object_findings
from obsdash.diff.rules.rules import group_findings
from obsdash.migration.sources import Sources
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
    PROMETHEUS_RULE,
    RULE_GROUP,
    THANOS_RULE_GROUP,
    Resource,
)

# Kinds that refer to data sources in more than one spelling.
SOURCED: Mapping[str, Callable[[Resource, Resource, Sources], Iterator[Finding]]] = {
    DASHBOARD: dashboard_findings,
    LIBRARY_PANEL: library_panel_findings,
}

FINDINGS: Mapping[str, Callable[[Resource, Resource], Iterator[Finding]]] = {
    FOLDER: plain_findings,
    DATASOURCE: datasource_findings,
    MUTE_TIMING: timing_findings,
    MESSAGE_TEMPLATE: template_findings,
    CONTACT_POINT: contact_findings,
    NOTIFICATION_POLICY: policy_findings,
    ALERT_RULE_GROUP: alert_group_findings,
    RULE_GROUP: group_findings,
    LOKI_RULE_GROUP: group_findings,
    THANOS_RULE_GROUP: group_findings,
    PROMETHEUS_RULE: object_findings,
    ALERTMANAGER: alertmanager_findings,
}


def findings(live: Resource, desired: Resource, sources: Sources) -> Iterator[Finding]:
    """Yield what separates two resources of one kind."""
    kind = desired.ref.kind
    if kind in SOURCED:
        return SOURCED[kind](live, desired, sources)
    return FINDINGS[kind](live, desired)
