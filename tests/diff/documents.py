"""Dashboards and resources that the tests of the diff start from."""

import copy
from typing import Any

from obsdash.change import Change, Difference
from obsdash.diff import difference
from obsdash.origin import Mark, Origin
from obsdash.resource import DASHBOARD, Ref, Resource

Spec = dict[str, Any]
TITLES = ("Requests", "Errors", "p95 latency", "Saturation", "CPU", "Memory", "Logs", "Restarts")


def panel(number: int, **fields: Any) -> Spec:
    """Return a time series panel, two in a line."""
    source = {"type": "prometheus", "uid": "prometheus"}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": TITLES[number] if number < len(TITLES) else f"Panel {number}",
        "description": f"What panel {number} shows.",
        "datasource": source,
        "gridPos": {"h": 8, "w": 12, "x": 12 * (number % 2), "y": 8 * (number // 2)},
        "targets": [
            {
                "refId": "A",
                "datasource": source,
                "expr": f'sum by (job) (rate(metric_{number}_total{{job="$job"}}[5m]))',
                "legendFormat": "{{job}}",
            }
        ],
        "fieldConfig": {
            "defaults": {
                "unit": "reqps",
                "thresholds": {
                    "mode": "absolute",
                    "steps": [{"color": "green", "value": None}, {"color": "red", "value": 0.8}],
                },
                "custom": {"lineWidth": 2},
            },
            "overrides": [
                {
                    "matcher": {"id": "byName", "options": "errors"},
                    "properties": [{"id": "unit", "value": "percent"}],
                }
            ],
        },
        "options": {"legend": {"calcs": ["mean"], "placement": "right"}},
        **fields,
    }


def dashboard(count: int = 8, **fields: Any) -> Spec:
    """Return a dashboard with two variables, an annotation, a link."""
    return {
        "uid": "api",
        "title": "API",
        "schemaVersion": 37,
        "tags": ["shop", "api"],
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "links": [{"title": "Runbooks", "type": "link", "url": "https://example.com/runbooks"}],
        "templating": {
            "list": [
                {"name": "job", "type": "query", "query": "label_values(up, job)", "multi": True},
                {"name": "env", "type": "custom", "query": "dev,prod", "current": {"value": "dev"}},
            ]
        },
        "annotations": {"list": [{"name": "Deployments", "expr": "changes(build[1m]) > 0"}]},
        "panels": [panel(number) for number in range(count)],
        **fields,
    }


def resource(spec: Spec, *, kind: str = DASHBOARD, uid: str = "api", **fields: Any) -> Resource:
    """Return a resource whose panels come from lines 100, 101, …."""
    marks = {"": Mark(Origin("dashboards/api.py", 10))}
    panels = spec.get("panels")
    for index, _ in enumerate(panels if isinstance(panels, list) else ()):
        marks[f"/panels/{index}"] = Mark(Origin("dashboards/api.py", 100 + index))
    return Resource(Ref(kind, uid), spec, marks=marks, **fields)


def compare(live: Spec, desired: Spec, *, kind: str = DASHBOARD) -> Difference:
    """Return the difference of two documents."""
    return difference(resource(live, kind=kind), resource(desired, kind=kind))


def changed(live: Spec, edit: Any, *, kind: str = DASHBOARD) -> list[Change]:
    """Return what the diff says of an edit, a function that changes a copy in place."""
    desired = copy.deepcopy(live)
    edit(desired)
    return list(compare(live, desired, kind=kind).changes)


def said(changes: list[Change]) -> list[tuple[str, str]]:
    """Return subjects and texts."""
    return [(change.subject, change.text) for change in changes]
