"""What an object holds, in a few words."""

from collections.abc import Callable, Mapping
from typing import Any

from obsdash.migration.reading import inner, objects, text
from obsdash.render.escape import printable
from obsdash.resource import (
    ALERTMANAGER,
    CONTACT_POINT,
    DASHBOARD,
    DATASOURCE,
    LIBRARY_PANEL,
    NOTIFICATION_POLICY,
    Resource,
)
from obsdash.words import count

Json = Mapping[str, Any]


def summary(resource: Resource) -> str:
    """Say in a few words what a resource holds."""
    told = _HOLDINGS.get(resource.ref.kind, _rules)(resource.spec)
    folder = f"folder {resource.folder}" if resource.folder else ""
    return printable(" · ".join(part for part in (folder, told) if part))


def _dashboard(spec: Json) -> str:
    return count(_panels(spec.get("panels")), "panel")


def _panels(panels: Any) -> int:
    """Count panels, those in collapsed rows too, rows not."""
    found = objects(panels)
    return sum(_panels(p.get("panels")) + (p.get("type") != "row") for p in found)


def _contact_point(spec: Json) -> str:
    return ", ".join(
        text(integration.get("type")) for integration in objects(spec.get("integrations"))
    )


def _routes(policy: Json) -> int:
    return sum(1 + _routes(route) for route in objects(policy.get("routes")))


def _rules(spec: Json) -> str:
    """Count the rules of a group, or of all groups of a PrometheusRule."""
    groups: list[Json] = [*objects(inner(spec, "spec").get("groups")), spec]
    rules = [rule for group in groups for rule in objects(group.get("rules"))]
    records = sum("record" in rule for rule in rules)
    parts = ((len(rules) - records, "alert"), (records, "record"))
    return ", ".join(count(number, noun) for number, noun in parts if number)


_HOLDINGS: Mapping[str, Callable[[Json], str]] = {
    DASHBOARD: _dashboard,
    LIBRARY_PANEL: lambda spec: text(inner(spec, "model").get("type")),
    DATASOURCE: lambda spec: text(spec.get("type")),
    CONTACT_POINT: _contact_point,
    NOTIFICATION_POLICY: lambda spec: count(_routes(spec), "route"),
    ALERTMANAGER: lambda spec: count(len(objects(spec.get("receivers"))), "receiver"),
}
