"""Library panels: defined once, shown by several dashboards, written out where no library is."""

import json

import pytest

from obsdash.delivery.librarypanels import inlined
from obsdash.diff import difference
from obsdash.resource import DASHBOARD, LIBRARY_PANEL, Ref, Resource
from tests.project.conftest import Load, refs, said

SHARED = """
from obsdash.author import LibraryPanel, Prometheus, TimeSeries

p95 = LibraryPanel(
    "p95 latency",
    TimeSeries("p95", Prometheus("up"), width=8, height=5),
    uid="p95",
    folder="Shared",
)
"""
API = """
from dashboards.shared import p95
from obsdash.author import Dashboard, DatasourceVariable, Prometheus, Row, Stat

api = Dashboard(
    "API", uid="api", variables=[DatasourceVariable()],
    panels=[p95, Row("More", [Stat("Up", Prometheus("up")), p95], collapsed=True)],
)
"""


def test_dashboards_that_show_it_bring_it_along_once(load: Load) -> None:
    files = {"dashboards/shared.py": SHARED, "dashboards/Shop/api.py": API}
    project = load(files | {"dashboards/Pay/pay.py": API.replace('"api"', '"pay"')})
    assert said(project) == []
    assert refs(project) == [
        "dashboard/api",
        "dashboard/pay",
        "folder/Pay",
        "folder/Shared",
        "folder/Shop",
        "library-panel/p95",
    ]
    panel = project.resources[-1]
    assert panel.folder == "Shared"
    assert panel.spec["name"] == "p95 latency"
    assert not panel.spec["model"].keys() & {"id", "gridPos", "libraryPanel"}
    assert str(panel.origin_of("/model/targets/0")) == "dashboards/shared.py:6"


def test_a_dashboard_says_which_and_where_and_every_place_has_its_id(load: Load) -> None:
    project = load({"dashboards/shared.py": SHARED, "dashboards/api.py": API})
    first, row = project.resources[0].spec["panels"]
    assert first["gridPos"] == {"h": 5, "w": 8, "x": 0, "y": 0}
    assert first.keys() == {"id", "gridPos", "title", "libraryPanel"}
    assert first["libraryPanel"] == {"name": "p95 latency", "uid": "p95"}
    assert row["panels"][1]["libraryPanel"]["uid"] == "p95"
    assert row["panels"][1]["id"] != first["id"]


def test_two_of_one_uid_that_differ_are_refused(load: Load) -> None:
    other = SHARED.replace('Prometheus("up")', 'Prometheus("down")')
    project = load({"dashboards/shared.py": SHARED, "dashboards/other.py": other})
    (error,) = said(project)
    assert "library-panel/p95 is defined twice, first in dashboards/other.py:4" in error


@pytest.mark.parametrize("wrapped", [False, True])
def test_what_the_api_answers_is_a_definition(load: Load, wrapped: bool) -> None:
    model = {
        "type": "stat",
        "title": "Up",
        "id": 4,
        "gridPos": {"h": 1},
        "targets": [{"expr": "up"}],
    }
    element = {"uid": "up", "name": "Up", "kind": 1, "version": 7, "folderUid": "x", "model": model}
    document = {"result": element} if wrapped else element
    project = load({"dashboards/Shop/up.json": json.dumps(document, indent=1)})
    assert said(project) == []
    panel = project.resources[-1]
    assert (str(panel.ref), panel.folder) == ("library-panel/up", "Shop")
    assert panel.spec["model"] == {
        "type": "stat",
        "title": "Up",
        "targets": [{"expr": "up", "refId": "A"}],
    }


def test_a_variable_of_the_library_is_no_panel(load: Load) -> None:
    element = {"uid": "v", "name": "V", "kind": 2, "model": {"type": "query"}}
    assert "it holds neither" in said(load({"dashboards/v.json": json.dumps(element)}))[0]


def test_a_bad_uid_is_refused_with_its_line(load: Load) -> None:
    project = load({"dashboards/shared.py": SHARED.replace('uid="p95"', 'uid="p 95"')})
    assert said(project)[0].startswith("dashboards/shared.py:4: library-panel has the uid 'p 95'")


def test_a_reference_of_an_old_editor_keeps_what_counts(load: Load) -> None:
    panel = {
        "id": 3,
        "type": "stat",
        "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
        "targets": [{"expr": "up"}],
        "libraryPanel": {"uid": "up", "name": "Up", "version": 4, "meta": {}, "model": {}},
    }
    board = {"uid": "old", "title": "Old", "schemaVersion": 30, "panels": [panel]}
    project = load({"dashboards/old.json": json.dumps(board)})
    assert project.resources[0].spec["panels"] == [
        {
            "id": 3,
            "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
            "libraryPanel": {"uid": "up", "name": "Up"},
        }
    ]


def test_grafanalibs_panels_are_repaired_in_the_library_too(load: Load) -> None:
    source = """
from grafanalib.core import Dashboard, GridPos, Target, TimeSeries
from obsdash.author import LibraryPanel

shared = LibraryPanel(
    "Up", TimeSeries(title="Up", targets=[Target(expr="up")], gridPos=GridPos(4, 6, 0, 0)), uid="up"
)
board = Dashboard(title="B", uid="b", panels=[shared, shared])
"""
    project = load({"dashboards/b.py": source})
    assert said(project) == []
    board, panel = project.resources
    assert [p["libraryPanel"]["uid"] for p in board.spec["panels"]] == ["up", "up"]
    assert panel.spec["model"]["targets"][0]["refId"] == "A"
    assert "error" not in panel.spec["model"]  # a dead key of grafanalib's


def test_without_a_library_the_panel_stands_in_the_dashboard_with_its_lines(load: Load) -> None:
    project = load({"dashboards/shared.py": SHARED, "dashboards/api.py": API})
    found = {str(r.ref): r for r in inlined(project.resources)}
    assert "library-panel/p95" not in found
    board = found["dashboard/api"]
    for pointer, panel in (
        ("/panels/0", board.spec["panels"][0]),
        ("/panels/1/panels/1", board.spec["panels"][1]["panels"][1]),
    ):
        assert "libraryPanel" not in panel
        assert panel["type"] == "timeseries"
        assert panel["targets"][0]["expr"] == "up"
        assert panel["gridPos"]["w"] in (8, 12)
        assert str(board.origin_of(f"{pointer}/targets/0")) == "dashboards/shared.py:6"


def test_a_reference_to_what_the_project_does_not_define_stays() -> None:
    panel = {"id": 1, "libraryPanel": {"uid": "theirs"}}
    board = Resource(Ref(DASHBOARD, "b"), {"panels": [panel, "odd"]})
    mine = Resource(Ref(LIBRARY_PANEL, "mine"), {"name": "Mine", "model": {"type": "stat"}})
    assert inlined([board, mine]) == (board,)


def test_a_difference_is_told_in_the_words_of_panels() -> None:
    def panel(expr: str, name: str = "Up", folder: str = "") -> Resource:
        model = {"type": "stat", "title": "Up", "targets": [{"refId": "A", "expr": expr}]}
        return Resource(Ref(LIBRARY_PANEL, "up"), {"name": name, "model": model}, folder)

    changes = difference(panel("rate(x[5m])", "Old", "Shop"), panel("rate(x[1m])")).changes
    assert [f"{change.subject}: {change.text}" for change in changes] == [
        ': folder "Shop" → none',
        ': renamed from "Old"',
        'panel "Up": query A: rate window 5m → 1m',
    ]
    assert changes[2].path == "/model/targets/0/expr"
