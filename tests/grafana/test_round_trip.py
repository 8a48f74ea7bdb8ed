"""Real definitions, to the server and back: after a sync there is nothing to do.

The corpus (dashboards that others wrote) is not part of the repository; `OBSDASH_TEST_CORPUS` names
its folder. Doubles get a sample of it, a real Grafana all.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from obsdash.plan import Create
from obsdash.project import load_project
from obsdash.resource import DASHBOARD, FOLDER, Environment, Ref, Resource
from obsdash.target import Applied, apply_plan
from tests.grafana.conftest import Lab

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("OBSDASH_TEST_CORPUS", ROOT.parent / "shared/corpus")) / "dashboards"
SAMPLE = 20  # every so many dashboards of the corpus for a double

GRAFANALIB = """
from grafanalib.core import (
    BarGauge, Dashboard, GaugePanel, Graph, Heatmap, Logs, Row, Stat, Table, Target, Templating,
    Template, Text, TimeSeries, GridPos, Threshold,
)

def targets(expr):
    return [Target(expr=expr, legendFormat="{{job}}", refId="A")]

def at(number):
    return GridPos(h=8, w=12, x=12 * (number % 2), y=8 * (number // 2))

kinds = [BarGauge, GaugePanel, Graph, Heatmap, Logs, Stat, Table, TimeSeries]
panels = [
    kind(title=kind.__name__, dataSource="prom", targets=targets(f"up + {n}"), gridPos=at(n))
    for n, kind in enumerate(kinds)
]
modern = Dashboard(
    title="From grafanalib", uid="from-grafanalib", tags=["b", "a"], timezone="browser",
    templating=Templating(
        list=[Template(name="job", query="label_values(up, job)", dataSource="prom")]
    ),
    panels=[*panels, Text(title="Notes", content="# Hello", gridPos=at(9))],
).auto_panel_ids()
rows = Dashboard(
    title="Old rows", uid="old-rows",
    rows=[Row(panels=[Graph(title="up", dataSource="prom", targets=targets("up"))])],
).auto_panel_ids()
"""


def renamed(lab: Lab, resources: Sequence[Resource]) -> list[Resource]:
    """Return the resources under names that no other test has."""
    return [_renamed(lab, resource) for resource in resources]


def _renamed(lab: Lab, resource: Resource) -> Resource:
    if resource.ref.kind == FOLDER:
        return lab.folder(_path(lab, resource.ref.uid))
    uid = f"{resource.ref.uid[:31]}-{lab.tag}"
    spec = {**resource.spec, "uid": uid}
    if "name" in spec:
        spec["name"] = lab.name(spec["name"])
    folder = _path(lab, resource.folder)
    return replace(resource, ref=Ref(resource.ref.kind, uid), spec=spec, folder=folder)


def _path(lab: Lab, path: str) -> str:
    first, *rest = path.split("/")
    return "/".join([lab.name(first), *rest]) if path else ""


def settles(lab: Lab, resources: Sequence[Resource]) -> None:
    """Sync; everything is created, and then there is nothing to do."""
    target = lab.target()
    plan = lab.plan(*resources)
    assert {type(action) for action in plan.actions} == {Create}
    failed = [o for o in apply_plan(plan, target).outcomes if not isinstance(o, Applied)]
    assert failed == []
    again = lab.plan(*resources)
    assert again.actions == ()
    assert set(again.unchanged) == {resource.ref for resource in resources}


def test_our_own_dashboards_and_data_sources_settle(lab: Lab) -> None:
    project = load_project(ROOT, Environment("local"))
    assert project.errors == ()
    resources = lab.target().take(project.resources)
    assert sum(resource.ref.kind == DASHBOARD for resource in resources) >= 5
    settles(lab, renamed(lab, resources))


def test_grafanalibs_dashboards_settle(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "dashboards" / "Team"
    folder.mkdir(parents=True)
    (folder / "lib.py").write_text(GRAFANALIB, "utf-8")
    project = load_project(tmp_path, Environment("local"))
    assert project.errors == ()
    assert len(project.resources) == 3
    settles(lab, renamed(lab, project.resources))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="OBSDASH_TEST_CORPUS names no folder of dashboards")
def test_dashboards_that_others_wrote_settle(lab: Lab) -> None:
    folder = lab.folder(lab.name("Corpus"))
    documents = list(_corpus())[:: SAMPLE if lab.double else 1]
    assert len(documents) > 500 / SAMPLE
    dashboards = [
        lab.dashboard(f"c{n}", folder.ref.uid, **{**document, "uid": lab.name(f"c{n}")})
        for n, document in enumerate(documents)
    ]
    settles(lab, [folder, *dashboards])


def _corpus() -> Iterator[dict[str, Any]]:
    """Yield the classic dashboards of the corpus, under titles of their own."""
    for number, file in enumerate(sorted(CORPUS.rglob("*.json"))):
        try:
            document = json.loads(file.read_text("utf-8"))
        except ValueError:
            continue
        if isinstance(document, dict) and isinstance(document.get("dashboard"), dict):
            document = document["dashboard"]
        if isinstance(document, dict) and document.get("title") and "panels" in document:
            kept = {key: value for key, value in document.items() if key not in ("id", "version")}
            if '"libraryPanel"' in json.dumps(kept):
                continue  # it shows one that is not in the corpus, and is not saved without
            yield {**kept, "title": f"{number} {str(kept['title']).strip()}"}
