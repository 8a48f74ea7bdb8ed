"""Every resource, and every part inside it, knows the file and line that made it."""

import json

import pytest

from obsdash.origin import Mark
from obsdash.resource import Resource
from tests.project.conftest import Load, said

GRAFANALIB = """\
from grafanalib.core import Dashboard, RowPanel, Target, Template, Templating, TimeSeries
from dashboards._lib import panel

board = Dashboard(
    title="T",
    uid="t",
    panels=[
        TimeSeries(
            title="a",
            targets=[
                Target(expr="up"),
                Target(expr="down"),
            ],
        ),
        panel("b"),
        RowPanel(title="r", panels=[
            TimeSeries(title="c"),
            {"type": "stat",
             "title": "d",
             "targets": [{"expr": "x"},
                         {"expr": "y"}]},
        ]),
    ],
    templating=Templating(list=[
        Template("job", query="q"),
    ]),
)
"""
HELPER = """\
from grafanalib.core import TimeSeries

def panel(title):
    return TimeSeries(title=title)
"""
LINES = {
    "": 4,
    "/panels/0": 8,
    "/panels/0/targets/0": 11,
    "/panels/0/targets/1": 12,
    "/panels/1": 15,
    "/panels/2": 16,
    "/panels/2/panels/0": 17,
    "/panels/2/panels/1": 18,
    "/panels/2/panels/1/targets/0": 20,
    "/panels/2/panels/1/targets/1": 21,
    "/templating/list/0": 25,
}


def lines(resource: Resource, file: str) -> dict[str, int]:
    """Return the line of each marked part, all of which are in one file."""
    places = {pointer: mark.origin for pointer, mark in resource.marks.items()}
    assert {place.file for place in places.values() if place} == {file}
    return {pointer: place.line for pointer, place in places.items() if place}


def test_grafanalibs_objects_and_dicts_among_them_have_their_lines(load: Load) -> None:
    project = load({"dashboards/a.py": GRAFANALIB, "dashboards/_lib.py": HELPER})
    assert said(project) == []
    (board,) = project.resources
    assert lines(board, "dashboards/a.py") == LINES
    assert "//" not in repr(board.spec)


def test_auto_panel_ids_keeps_the_places_and_gives_ids_of_titles(load: Load) -> None:
    files = {"dashboards/_lib.py": HELPER}
    source = GRAFANALIB[: GRAFANALIB.index("        RowPanel")] + "    ],\n).auto_panel_ids()\n"
    before = load({**files, "dashboards/a.py": source}).resources[0]
    assert lines(before, "dashboards/a.py")["/panels/0"] == 8
    inserted = source.replace("panels=[\n", "panels=[\n        panel('new'),\n", 1)
    after = load({**files, "dashboards/a.py": inserted}).resources[0]
    ids = [panel["id"] for panel in before.spec["panels"]]
    assert [panel["id"] for panel in after.spec["panels"]][1:] == ids


def test_auto_panel_ids_is_grafanalibs_own_when_the_rule_is_off(load: Load) -> None:
    source = GRAFANALIB[: GRAFANALIB.index("        RowPanel")] + "    ],\n).auto_panel_ids()\n"
    files = {"dashboards/a.py": source, "dashboards/_lib.py": HELPER}
    board = load(files, off="stable-panel-ids").resources[0]
    assert [panel["id"] for panel in board.spec["panels"]] == [1, 2]
    assert lines(board, "dashboards/a.py")["/panels/0"] == 8


def test_ids_are_there_at_once_after_auto_panel_ids(load: Load) -> None:
    source = """
from grafanalib.core import Dashboard, RowPanel, Text, TimeSeries

panels = [Text(), TimeSeries(title="a", id=5), RowPanel(title="a", panels=[TimeSeries(title="a")])]
board = Dashboard(title="T", uid="t", panels=panels).auto_panel_ids()
seen = [panel.id for panel in board._iter_panels()]
assert all(seen) and len(set(seen)) == 4 and 5 in seen
assert panels[0].id is None
other = Dashboard(title="T", uid="u", panels=[Text()])
"""
    project = load({"dashboards/a.py": source})
    assert said(project) == []
    board, other = project.resources
    assert board.spec["panels"][0]["id"] == other.spec["panels"][0]["id"]


def test_auto_panel_ids_copes_with_rows_and_dicts(load: Load) -> None:
    source = """
from grafanalib.core import Dashboard, Graph, Row, TimeSeries

board = Dashboard(title="T", uid="t", panels=[{"title": "d", "id": 9}, {"title": "e"},
    TimeSeries(title="a")]).auto_panel_ids()
old = Dashboard(title="O", uid="o", rows=[Row(panels=[Graph(title="g")])]).auto_panel_ids()
assert old.rows[0].panels[0].id
"""
    project = load({"dashboards/a.py": source})
    assert said(project) == []
    assert all(panel["id"] > 0 for panel in project.resources[1].spec["panels"])


def test_an_error_inside_names_the_innermost_place(load: Load) -> None:
    source = """
from grafanalib.core import Dashboard, Target, TimeSeries

board = Dashboard(title="T", uid="t", panels=[
    TimeSeries(title="a"),
    TimeSeries(title="b", targets=[
        Target(expr="x"),
        Target(expr={"set"})]),
])
"""
    assert said(load({"dashboards/a.py": source})) == [
        'dashboards/a.py:8: dashboard "T": panels[1].targets[1].expr is a set,'
        " which JSON cannot say"
    ]


def test_why_a_panel_may_be_empty_travels_with_it(load: Load) -> None:
    source = """
from grafanalib.core import Dashboard, Target, TimeSeries
from obsdash.origin import may_be_empty

board = Dashboard(title="T", uid="t", panels=[
    may_be_empty(TimeSeries(title="a", targets=[Target(expr="x")]), "no errors yet"),
    TimeSeries(title="b", targets=[may_be_empty(Target(expr="x"), "rare")]),
    TimeSeries(title="c", targets=[may_be_empty({"expr": "x"}, "never")]),
]).auto_panel_ids()
"""
    (board,) = load({"dashboards/a.py": source}).resources
    reasons = {pointer: mark.empty for pointer, mark in board.marks.items() if mark.empty}
    assert reasons == {
        "/panels/0": "no errors yet",
        "/panels/1/targets/0": "rare",
        "/panels/2/targets/0": "never",
    }


def test_foundation_sdk_builders_have_their_lines(load: Load) -> None:
    pytest.importorskip("grafana_foundation_sdk")
    source = """\
from grafana_foundation_sdk.builders.dashboard import Dashboard, QueryVariable, Row
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.timeseries import Panel
from obsdash.origin import may_be_empty

board = (
    Dashboard("T")
    .uid("t")
    .with_variable(
        QueryVariable("job"))
    .with_row(
        Row("r"))
    .with_panel(
        Panel().title("a")
        .with_target(
            Dataquery().expr("up"))
        .with_target(
            may_be_empty(Dataquery().expr("down"), "fine"))
    )
)
lonely = Panel()
"""
    project = load({"dashboards/a.py": source})
    assert said(project) == []
    (board,) = project.resources
    assert lines(board, "dashboards/a.py") == {
        "": 7,
        "/templating/list/0": 10,
        "/panels/0": 12,
        "/panels/1": 14,
        "/panels/1/targets/0": 16,
        "/panels/1/targets/1": 18,
    }
    assert board.marks["/panels/1/targets/1"].empty == "fine"
    assert [target["refId"] for target in board.spec["panels"][1]["targets"]] == ["A", "B"]
    assert board.spec["panels"][0]["id"] > 0


def test_dict_literals_stay_plain_dicts_and_tracebacks_stay_right(load: Load) -> None:
    source = """\
base = {"title": "b", "targets": []}
full = {
    **base,
    "uid": "x",
    "panels": [dict(base, type="stat"), dict(title="k", type="text", targets=[])],
}
assert type(full) is dict and full["panels"][0] == {"title": "b", "targets": [], "type": "stat"}
assert (lambda: {"expr": 1}["expr"])() == 1
assert [{"expr": n}["expr"] for n in range(3)] == [0, 1, 2]

class Holder:
    query = {"expr": "in a class"}

def broken():
    return {
        "title": "x",
        "panels": 1 / 0,
    }
"""
    project = load({"dashboards/a.py": source, "alerts/b.py": f"{source}\nbroken()\n"})
    assert said(project) == ["alerts/b.py:17: ZeroDivisionError: division by zero"]
    assert lines(project.resources[0], "dashboards/a.py") == {
        "": 2,
        "/panels/0": 5,
        "/panels/1": 5,
    }


def test_a_dict_of_a_shared_helper_points_at_the_definition_that_called_it(load: Load) -> None:
    project = load(
        {
            "dashboards/_lib.py": "def stat(title):\n    return {'title': title, 'type': 'stat'}",
            "dashboards/a.py": "from dashboards._lib import stat\n"
            "x = {'uid': 'x', 'title': 'T', 'panels': [\n  stat('a'),\n  stat('b')]}",
        }
    )
    assert lines(project.resources[0], "dashboards/a.py") == {"": 2, "/panels/0": 3, "/panels/1": 4}


def test_the_parts_of_json_and_yaml_files_have_their_lines(load: Load) -> None:
    board = {
        "uid": "a",
        "title": 'with "{" in it',
        "panels": [{"type": "stat", "targets": [{"expr": "a{b='c'}"}]}, {"type": "text"}],
    }
    project = load(
        {
            "dashboards/a.json": json.dumps({"meta": {"x": {}}, "dashboard": board}, indent=1),
            "dashboards/b.yaml": "uid: b\ntitle: B\npanels:\n- type: stat\n"
            "  targets:\n  - expr: x\n- {type: text}\n",
        }
    )
    assert said(project) == []
    assert lines(project.resources[0], "dashboards/a.json") == {
        "": 5,
        "/panels/0": 9,
        "/panels/0/targets/0": 12,
        "/panels/1": 17,
    }
    assert lines(project.resources[1], "dashboards/b.yaml") == {
        "": 1,
        "/panels/0": 4,
        "/panels/0/targets/0": 6,
        "/panels/1": 7,
    }


def test_yaml_aliases_are_copies_of_their_own(load: Load) -> None:
    text = """\
uid: a
title: A
panels:
- &one {type: stat, title: a}
- *one
- <<: *one
  title: c
"""
    (board,) = load({"dashboards/a.yaml": text}).resources
    first, second, third = board.spec["panels"]
    assert first is not second
    assert (third["type"], third["title"]) == ("stat", "c")
    assert board.marks["/panels/2"] == Mark(board.marks["/panels/2"].origin, None)
    assert str(board.origin_of("/panels/2/title")) == "dashboards/a.yaml:6"


def test_a_json_object_with_a_key_twice_still_has_a_place(load: Load) -> None:
    text = '{"uid": "a", "title": "A", "x": {}, "x": {}, "panels": []}'
    (board,) = load({"dashboards/a.json": text}).resources
    assert str(board.origin) == "dashboards/a.json:1"


def test_panels_and_rows_in_one_grafanalib_dashboard_are_refused(load: Load) -> None:
    source = """
from grafanalib.core import Dashboard, Row, Text

board = Dashboard(title="T", uid="t", panels=[Text()], rows=[Row(panels=[Text()])])
"""
    assert said(load({"dashboards/a.py": source})) == [
        'dashboards/a.py:4: dashboard "T" has both panels and rows, of which grafanalib drops the'
        " panels"
    ]


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ("dashboardv2.Dashboard('V')", "dashboard 'V' is in the v2 schema, which is not supported"),
        (
            "dashboardv2.manifest('v', dashboardv2.Dashboard('V'))",
            "dashboard 'V' is in the v2 schema, which is not supported",
        ),
        (
            "alerting.RuleGroup('g')",
            "RuleGroup of grafana_foundation_sdk: Grafana-managed alerts are not supported",
        ),
    ],
)
def test_what_the_foundation_sdk_makes_beside_dashboards_is_refused(
    load: Load, made: str, sentence: str
) -> None:
    pytest.importorskip("grafana_foundation_sdk")
    source = f"from grafana_foundation_sdk.builders import alerting, dashboardv2\nx = {made}\n"
    assert said(load({"dashboards/a.py": source})) == [f"dashboards/a.py: {sentence}"]


def test_grafana_managed_alerts_are_refused_and_not_dropped(load: Load) -> None:
    source = "from grafanalib.core import AlertGroup\ngroup = AlertGroup('g', [])\n"
    project = load({"alerts/a.py": source})
    assert said(project) == [
        "alerts/a.py: AlertGroup of grafanalib: Grafana-managed alerts are not supported"
    ]
    assert "RuleGroup" in project.errors[0].help
