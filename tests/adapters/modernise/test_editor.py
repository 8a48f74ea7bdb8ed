"""The repairs say what Grafana's own migrations say.

The data is what the editor of Grafana 9.3.2 saves of the panels below as grafanalib writes them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grafanalib import core

from obsdash.adapters.draft import Style
from obsdash.adapters.modernise import modernise
from obsdash.adapters.modernise.parts import Board
from obsdash.adapters.plain import plain
from obsdash.origin import Origin

MIGRATED = json.loads(
    (Path(__file__).parent / "data" / "grafanalib-grafana-9.3.2.json").read_text(encoding="utf-8")
)

# Where we know better than the migrations, which do not look where grafanalib writes it.
BETTER = {
    "gauge/options/showThresholdLabels": True,
    "heatmap/options/tooltip/show": True,
    "heatmap calc/options/tooltip/show": True,
    "table/fieldConfig/defaults/color": {"mode": "thresholds"},
    "stat plain/fieldConfig/defaults/thresholds/steps": [{"color": "green", "value": None}],
}


def panels() -> list[Any]:
    """Return each current panel type of grafanalib, with the options that it writes in its way."""
    steps = [core.Threshold("red", 0, 0.0), core.Threshold("green", 1, 3.0)]
    low = [core.Threshold("green", 0, 0.0), core.Threshold("red", 1, 0.5)]
    blues = core.HeatmapColor(colorScheme="interpolateBlues")
    return [
        core.TimeSeries(title="ts", unit="reqps", stacking={"mode": "normal", "group": "A"}),
        core.Stat(title="stat", reduceCalc="lastNotNull", thresholds=steps),
        core.Stat(title="stat plain"),
        core.GaugePanel(title="gauge", calc="lastNotNull", format="percent", thresholdLabels=True),
        core.BarGauge(title="bargauge", format="short", max=10, orientation="horizontal"),
        core.Table(title="table", unit="short"),
        core.Heatmap(
            title="heatmap",
            dataFormat="tsbuckets",
            yAxis=core.YAxis(format="s"),
            hideZeroBuckets=True,
            color=blues,
        ),
        core.Heatmap(title="heatmap calc"),
        core.StateTimeline(title="state"),
        core.Histogram(title="histogram"),
        core.PieChartv2(title="pie"),
        core.BarChart(title="bars"),
        core.Text(title="text", content="**hello**"),
        core.DashboardList(title="dashlist"),
        core.Logs(title="logs"),
        core.TimeSeries(
            title="hidden legend",
            legendDisplayMode="hidden",
            thresholds=low,
            thresholdsStyleMode="line",
        ),
    ]


def differences(ours: Any, theirs: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield what we say and Grafana does not; what Grafana adds are the plugins' defaults."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            yield from differences(value, theirs.get(key), f"{path}/{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(mine, other, f"{path}/{index}")
    elif ours != theirs and not (theirs is None and ours in ({}, [], "")):
        yield path, ours


def used(panel: dict[str, Any]) -> dict[str, Any]:
    """Drop what the editor drops: the fields of panels without any, thresholds that none sees."""
    if panel["type"] in ("dashlist", "logs", "text"):
        del panel["fieldConfig"]
    elif panel["type"] in ("heatmap", "piechart"):
        del panel["fieldConfig"]["defaults"]["thresholds"]
    return panel


def test_repaired_panels_are_what_grafana_migrates_them_to() -> None:
    document = plain(core.Dashboard(title="T", panels=panels()), "it", Origin("x.py", 0))
    modernise(Board(document), Style.OURS, frozenset())
    found = {}
    for panel in map(used, document["panels"]):
        migrated = MIGRATED[panel["title"]]
        for part in ("options", "fieldConfig"):
            path = f"{panel['title']}/{part}"
            found.update(differences(panel.get(part, {}), migrated.get(part, {}), path))
    assert found == BETTER
