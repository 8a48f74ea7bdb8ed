"""Two dashboards of 30 panels: obsdash's difference against DeepDiff on the same pair.

What takes long to tell is told wrong easily, so each answer is checked.
"""

import copy
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from deepdiff import DeepDiff

from benchmarks.timing import Row, print_table
from obsdash.diff import difference
from obsdash.promql.tree import canonical, parse
from obsdash.resource import DASHBOARD, Ref, Resource

PANELS = 30
ROUNDS = 9
KINDS = ("timeseries", "stat", "gauge", "table", "logs")


def main() -> None:
    """Print how much faster each kind of difference is found."""
    rows = [
        _row("identical", dashboard(), "1000", []),
        _row("one panel changed", _edited(), "50", ["query A: rate window 5m → 1m"]),
        _row(
            "a panel inserted on top",
            _inserted(),
            "50",
            ['added, 24×8 above "Panel 0"', f"{PANELS} panels moved down 8"],
        ),
    ]
    print_table(f"Comparing two dashboards of {PANELS} panels, against DeepDiff(a, b)", rows)


def _row(what: str, after: dict[str, Any], promised: str, expected: list[str]) -> Row:
    live, desired = _resource(dashboard()), _resource(after)
    texts = [change.text for change in difference(live, desired).changes]
    assert len(texts) == len(expected), texts
    assert all(text.startswith(start) for text, start in zip(texts, expected, strict=True)), texts
    ours, theirs = _in_turn(
        lambda: _first_time(live, desired), lambda: DeepDiff(live.spec, desired.spec)
    )
    detail = f"{ours * 1000:.3f} ms against {theirs * 1000:.1f} ms"
    return Row(what, theirs / ours, f"≥ {promised}×", detail)


def _first_time(live: Resource, desired: Resource) -> object:
    """Compare without what is remembered of expressions seen before."""
    for remembered in (canonical, parse):
        remembered.cache_clear()
    return difference(live, desired)


def _in_turn(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Return the medians of both, measured in turn; a short call is repeated in its turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        times[0].append(_seconds(ours, 50))
        times[1].append(_seconds(theirs, 1))
    return median(times[0]), median(times[1])


def _seconds(call: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - started) / times


def _resource(spec: dict[str, Any]) -> Resource:
    return Resource(Ref(DASHBOARD, "api"), spec, folder="Shop")


def dashboard() -> dict[str, Any]:
    return {
        "uid": "api",
        "title": "API",
        "schemaVersion": 37,
        "tags": ["shop"],
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "job", "type": "query", "query": "label_values(up, job)"}]
        },
        "annotations": {"list": []},
        "panels": [_panel(number) for number in range(PANELS)],
    }


def _panel(number: int) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "prometheus"}
    queries = (
        f'sum by (job) (rate(http_requests_total{{panel="{number}", job="$job"}}[5m]))',
        "histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))",
    )
    steps = [{"color": "green", "value": None}, {"color": "red", "value": 0.8}]
    return {
        "id": number + 1,
        "type": KINDS[number % len(KINDS)],
        "title": f"Panel {number}",
        "description": "What it shows, and what to do when it looks wrong.",
        "datasource": source,
        "gridPos": {"h": 8, "w": 12, "x": 12 * (number % 2), "y": 8 * (number // 2)},
        "targets": [
            {"refId": ref, "expr": query, "legendFormat": "{{job}}", "datasource": source}
            for ref, query in zip("AB", queries, strict=True)
        ],
        "fieldConfig": {
            "defaults": {
                "unit": "s",
                "decimals": 2,
                "color": {"mode": "palette-classic"},
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"drawStyle": "line", "lineWidth": 2, "fillOpacity": 10},
            },
            "overrides": [
                {
                    "matcher": {"id": "byName", "options": "errors"},
                    "properties": [{"id": "color", "value": {"fixedColor": "red"}}],
                }
            ],
        },
        "options": {
            "legend": {"displayMode": "table", "placement": "right", "calcs": ["mean", "max"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "links": [{"title": "Runbook", "url": "https://example.com/runbook", "targetBlank": True}],
    }


def _edited() -> dict[str, Any]:
    after = dashboard()
    target = after["panels"][17]["targets"][0]
    target["expr"] = target["expr"].replace("[5m]", "[1m]")
    return after


def _inserted() -> dict[str, Any]:
    after = copy.deepcopy(dashboard())
    for panel in after["panels"]:
        panel["gridPos"]["y"] += 8
    new = {**_panel(PANELS), "id": 4711, "gridPos": {"h": 8, "w": 24, "x": 0, "y": 0}}
    after["panels"].insert(0, new)
    return after


if __name__ == "__main__":
    main()
