"""The parts of a dashboard's document that the rules look at."""

from typing import Any

from obsdash.resource import Spec


def dicts(value: Any) -> list[Spec]:
    """Return the dicts of a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def panels(dashboard: Spec) -> list[Spec]:
    """Return all panels in their order: rows, what stands in them, legacy rows' panels."""
    found = []
    for panel in dicts(dashboard.get("panels")):
        found.append(panel)
        if "panels" in panel:
            found += dicts(panel["panels"])
    for row in dicts(dashboard.get("rows")):
        found += dicts(row.get("panels"))
    return found


def variables(dashboard: Spec) -> list[Spec]:
    """Return the variables."""
    return dicts(inside(dashboard, "templating").get("list"))


def annotations(dashboard: Spec) -> list[Spec]:
    """Return the annotation queries."""
    return dicts(inside(dashboard, "annotations").get("list"))


def datasource_users(dashboard: Spec) -> list[Spec]:
    """Return everything that may name a data source."""
    outer = panels(dashboard)
    queries = [target for panel in outer for target in dicts(panel.get("targets"))]
    return [*outer, *queries, *variables(dashboard), *annotations(dashboard)]


def inside(part: Spec, key: str) -> Spec:
    """Return the dict under a key; an empty one, not attached, when there is none."""
    value = part.get(key)
    return value if isinstance(value, dict) else {}


def attached(part: Spec, key: str) -> Spec:
    """Return the dict under a key, put there when there is none."""
    if not isinstance(part.get(key), dict):
        part[key] = {}
    found: Spec = part[key]
    return found


def from_grafanalib(panel: Spec) -> bool:
    """Whether a panel has the keys that grafanalib's `Panel` gives to each."""
    return "minSpan" in panel and "span" in panel and "error" in panel
