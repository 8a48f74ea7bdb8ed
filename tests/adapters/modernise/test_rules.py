"""Each repair, by its name."""

import re
from pathlib import Path
from typing import Any

import pytest
from grafanalib import core

from obsdash.adapters.draft import Style
from obsdash.adapters.modernise import RULES, modernise, resolve
from obsdash.adapters.modernise.parts import Board
from obsdash.adapters.modernise.sources import Source, Sources
from obsdash.adapters.plain import plain
from obsdash.origin import Origin
from obsdash.panelid import panel_id

PROM = Source("prom-uid", "prometheus", default=True)
LOKI = Source("loki-uid", "loki")
SOURCES = Sources(
    {"prom-uid": PROM, "Prometheus": PROM, "loki-uid": LOKI, "Loki": LOKI},
)


def applied(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """Apply one rule to a document."""
    rule = next(rule for rule in RULES if rule.name == name)
    rule.apply(Board(document, SOURCES))
    return document


def repaired(dashboard: core.Dashboard, off: str = "") -> dict[str, Any]:
    """Apply all rules to a grafanalib dashboard."""
    document: dict[str, Any] = plain(dashboard, "it", Origin("x.py", 0))
    board = Board(document)
    modernise(board, Style.OURS, frozenset(off.split()))
    resolve(board, Style.OURS, frozenset(off.split()), SOURCES)
    return document


def panel(made: Any, off: str = "") -> dict[str, Any]:
    """Return a grafanalib panel after all rules."""
    found: dict[str, Any] = repaired(core.Dashboard(title="T", panels=[made]), off)["panels"][0]
    return found


def test_the_guide_names_every_rule() -> None:
    guide = Path(__file__).parents[3] / "docs/definitions.md"
    named = re.findall(r"`([a-z-]+)`", guide.read_text().partition("| repair |")[2])
    assert {rule.name for rule in RULES} <= set(named)


def test_the_names_of_the_rules_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_a_second_pass_changes_nothing(rule: str) -> None:
    document = repaired(every_panel())
    before = repr(document)
    applied(rule, document)
    assert repr(document) == before


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.foreign], ids=lambda r: r.name)
def test_a_rule_for_foreign_documents_copes_with_nonsense(rule: Any) -> None:
    for nonsense in (None, 3, "x", {}, [], [None, 3, [], {}], [{"panels": 3, "targets": "x"}]):
        document = {"panels": nonsense, "rows": nonsense, "templating": nonsense}
        rule.apply(Board(document, SOURCES))


def test_a_rule_that_is_switched_off_leaves_things_as_they_are() -> None:
    made = core.TimeSeries(title="A", maxDataPoints=100, targets=[core.Target(expr="up")])
    assert "maxDataPoints" not in panel(made)
    assert panel(made, off="max-data-points")["maxDataPoints"] == 100
    assert panel(made, off="ref-ids")["targets"][0]["refId"] == ""


def test_legacy_rows_become_row_panels_with_their_panels_below() -> None:
    rows = [
        core.Row(title="Open", panels=[core.Graph(title="a", span=8), core.Graph(title="b")]),
        core.Row(title="Shut", collapse=True, panels=[core.Graph(title="c")]),
    ]
    document = repaired(core.Dashboard(title="T", rows=rows))
    assert "rows" not in document
    placed = [(p["title"], p["type"], tuple(p["gridPos"].values())) for p in document["panels"]]
    assert placed == [
        ("Open", "row", (1, 24, 0, 0)),
        ("a", "graph", (7, 16, 0, 1)),
        ("b", "graph", (7, 8, 16, 1)),
        ("Shut", "row", (1, 24, 0, 8)),
    ]
    assert [p["title"] for p in document["panels"][3]["panels"]] == ["c"]
    assert document["panels"][3]["collapsed"] is True


def test_rows_without_a_heading_leave_none() -> None:
    document = repaired(
        core.Dashboard(title="T", rows=[core.Row(panels=[core.Graph(title="a")])]), off="tags"
    )
    assert [p["title"] for p in document["panels"]] == ["a"]


def test_panels_without_a_place_flow_and_those_with_one_stay() -> None:
    document = applied(
        "layout",
        {
            "panels": [
                {"title": "a"},
                {"title": "b", "gridPos": {"w": 6, "h": 4}},
                {"title": "c", "gridPos": {"w": 12, "h": 3}},
                {"title": "fixed", "gridPos": {"x": 3, "y": 20, "w": 4, "h": 5}},
                {"type": "row", "title": "row", "panels": []},
                {"title": "d", "gridPos": None},
            ]
        },
    )
    places = [[p["gridPos"][key] for key in "xywh"] for p in document["panels"]]
    assert places == [
        [0, 0, 12, 8],
        [12, 0, 6, 4],
        [0, 8, 12, 3],
        [3, 20, 4, 5],
        [0, 25, 24, 1],
        [0, 26, 12, 8],
    ]


def test_a_panel_without_a_place_stands_beside_the_one_before_unless_that_place_is_taken() -> None:
    document = applied(
        "layout",
        {
            "panels": [
                {"title": "fixed", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8}},
                {"title": "beside"},
                {"title": "under"},
                {"title": "fixed too", "gridPos": {"x": 12, "y": 8, "w": 12, "h": 8}},
            ]
        },
    )
    places = [[p["gridPos"][key] for key in "xywh"] for p in document["panels"]]
    assert places == [[0, 0, 12, 8], [12, 0, 12, 8], [0, 8, 12, 8], [12, 8, 12, 8]]


def test_panels_in_a_closed_row_flow_below_it() -> None:
    document = applied(
        "layout",
        {
            "panels": [
                {"type": "row", "collapsed": True, "panels": [{}, {}]},
                {"type": "row", "collapsed": True, "panels": []},
            ]
        },
    )
    assert [p["gridPos"]["y"] for p in document["panels"]] == [0, 1]
    inner = document["panels"][0]["panels"]
    assert [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in inner] == [(0, 1), (12, 1)]


def test_keys_that_nothing_reads_go() -> None:
    made = core.TimeSeries(title="A", targets=[core.Target(expr="up", refId="A")], height="250px")
    found = panel(made)
    assert not {"span", "minSpan", "height", "error", "editable"} & found.keys()
    assert found["targets"] == [
        {
            "expr": "up",
            "format": "time_series",
            "hide": False,
            "instant": False,
            "interval": "",
            "legendFormat": "",
            "refId": "A",
        }
    ]


def test_keys_of_other_data_sources_stay() -> None:
    targets = [
        core.Target(target="a.b.c", refId="A"),
        core.SqlTarget(rawSql="select 1", refId="B"),
        {"query": "from(x)", "refId": "C", "metric": "m", "step": 10},
        core.Target(expr="up", intervalFactor=1, step=30, refId="D"),
    ]
    graphite, sql, flux, prometheus = panel(core.TimeSeries(title="A", targets=targets))["targets"]
    assert graphite["target"] == "a.b.c"
    assert sql["rawSql"] == "select 1"
    assert "expr" not in sql
    assert flux == targets[2]
    assert (prometheus["intervalFactor"], prometheus["step"]) == (1, 30)


def test_a_shared_crosshair_becomes_a_tooltip_mode_and_the_rest_of_the_dashboard_is_clean() -> None:
    document = repaired(core.Dashboard(title="T", sharedCrosshair=True))
    assert document["graphTooltip"] == 1
    assert not {"hideControls", "sharedCrosshair", "style", "rows", "__inputs", "gnetId"} & set(
        document
    )


def test_null_goes_where_it_says_nothing_and_stays_in_a_base_threshold() -> None:
    found = panel(core.GaugePanel(title="A"))
    assert None not in found.values()
    assert None not in found["fieldConfig"]["defaults"].values()
    assert found["fieldConfig"]["defaults"]["thresholds"]["steps"][0] == {
        "color": "green",
        "value": None,
    }


def test_threshold_steps_are_value_and_color() -> None:
    steps = [core.Threshold("green", 0, 0.0), core.Threshold("red", 1, 0.8)]
    made = core.Stat(title="A", thresholds=steps)
    assert panel(made)["fieldConfig"]["defaults"]["thresholds"] == {
        "mode": "absolute",
        "steps": [{"color": "green", "value": None}, {"color": "red", "value": 0.8}],
    }


def test_a_stat_without_thresholds_gets_one_step_and_says_no_data_in_grafanas_words() -> None:
    defaults = panel(core.Stat(title="A"))["fieldConfig"]["defaults"]
    assert defaults["thresholds"]["steps"] == [{"color": "green", "value": None}]
    assert "noValue" not in defaults
    kept = panel(core.Stat(title="A", noValue="0"))["fieldConfig"]["defaults"]
    assert kept["noValue"] == "0"


def test_a_state_timeline_without_thresholds_keeps_none() -> None:
    """With one step, Grafana folds all its values into one range."""
    defaults = panel(core.StateTimeline(title="A"))["fieldConfig"]["defaults"]
    assert defaults["thresholds"]["steps"] == []


def test_a_dashboard_list_shows_what_it_showed() -> None:
    found = panel(core.DashboardList(title="A", maxItems=3, searchTags=["x"], showSearch=True))
    assert found["options"] == {
        "maxItems": 3,
        "query": "",
        "showHeadings": True,
        "showRecentlyViewed": False,
        "showSearch": True,
        "showStarred": True,
        "tags": ["x"],
    }
    assert not {"headings", "limit", "query", "recent", "search", "starred", "tags"} & found.keys()


def test_the_thresholds_of_a_graph_panel_keep_their_operator() -> None:
    made = core.Graph(title="A", thresholds=[core.GraphThreshold(value=10.0)])
    assert panel(made)["thresholds"][0]["op"] == "gt"


def test_a_gauge_reduces_in_its_options() -> None:
    made = core.GaugePanel(title="A", calc="difference", label="used", thresholdLabels=True)
    found = panel(made)
    assert found["options"] == {
        "reduceOptions": {"calcs": ["diff"], "fields": "", "values": False},
        "showThresholdLabels": True,
        "showThresholdMarkers": True,
    }
    defaults = found["fieldConfig"]["defaults"]
    assert defaults["displayName"] == "used"
    assert not {"calcs", "limit", "override", "values", "title"} & defaults.keys()


def test_a_bar_gauge_loses_its_field_options() -> None:
    made = core.BarGauge(title="A", format="bytes", max=50, calc="max", allValues=True, limit=5)
    found = panel(made)
    assert found["options"] == {
        "displayMode": "lcd",
        "orientation": "horizontal",
        "reduceOptions": {"calcs": ["max"], "fields": "", "values": True, "limit": 5},
    }
    defaults = found["fieldConfig"]["defaults"]
    assert (defaults["unit"], defaults["max"], defaults["min"]) == ("bytes", 50, 0)
    assert [step["value"] for step in defaults["thresholds"]["steps"]] == [None, 80.0]


def test_a_table_colours_and_maps_its_fields() -> None:
    mapping = {"type": "value", "options": {"1": {"text": "up"}}}
    found = panel(core.Table(title="A", mappings=[mapping]))
    assert found["fieldConfig"]["defaults"]["color"] == {"mode": "thresholds"}
    assert found["fieldConfig"]["defaults"]["mappings"] == [mapping]
    assert not {"color", "columns", "fontSize", "mappings"} & found.keys()


def test_a_heatmap_gets_the_options_of_today() -> None:
    found = panel(
        core.Heatmap(
            title="A",
            dataFormat="tsbuckets",
            yAxis=core.YAxis(format="s", decimals=1),
            hideZeroBuckets=True,
            yBucketBound="upper",
            color=core.HeatmapColor(colorScheme="interpolateBlues"),
        )
    )
    options = found["options"]
    assert options["calculate"] is False
    assert options["color"]["scheme"] == "Blues"
    assert options["filterValues"] == {"le": 1e-9}
    assert options["rowsFrame"] == {"layout": "le"}
    assert options["yAxis"]["unit"] == "s"
    assert not {"yAxis", "color", "cards", "dataFormat", "tooltip", "xBucketSize"} & found.keys()


def test_a_heatmap_of_series_keeps_its_bucket_sizes() -> None:
    found = panel(core.Heatmap(title="A", xBucketSize="1m", yBucketNumber=20))
    assert found["options"]["calculate"] is True
    assert found["options"]["calculation"] == {
        "xBuckets": {"mode": "size", "value": "1m"},
        "yBuckets": {"mode": "count", "value": "20"},
    }


def test_a_legend_says_whether_it_shows() -> None:
    shown = panel(core.TimeSeries(title="A"))["options"]["legend"]
    hidden = panel(core.TimeSeries(title="A", legendDisplayMode="hidden"))["options"]["legend"]
    assert (shown["showLegend"], shown["displayMode"]) == (True, "list")
    assert (hidden["showLegend"], hidden["displayMode"]) == (False, "list")


def test_variables_lose_what_8_lost() -> None:
    templating = core.Templating(
        [
            core.Template("job", query="label_values(job)", default="api", multi=True),
            core.Template("node", query="label_values(node)"),
            core.Template("step", query="1m,5m", type="interval", auto=True, default="1m"),
        ]
    )
    job, node, step = repaired(core.Dashboard(title="T", templating=templating))["templating"][
        "list"
    ]
    assert job["current"] == {"selected": True, "text": ["api"], "value": ["api"]}
    assert node["current"] == {}
    assert not {"useTags", "tagsQuery", "tagValuesQuery", "auto", "auto_min"} & node.keys()
    assert (step["auto"], step["auto_count"]) == (True, 30)


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        ("Prometheus", {"type": "prometheus", "uid": "prom-uid"}),
        ("loki-uid", {"type": "loki", "uid": "loki-uid"}),
        ("default", {"type": "prometheus", "uid": "prom-uid"}),
        ("$ds", {"type": "prometheus", "uid": "${ds}"}),
        ("${ds}", {"type": "prometheus", "uid": "${ds}"}),
        ("[[other]]", {"uid": "${other}"}),
        ("-- Mixed --", {"type": "datasource", "uid": "-- Mixed --"}),
        ("-- Grafana --", {"type": "datasource", "uid": "grafana"}),
        ("-- Dashboard --", {"type": "datasource", "uid": "-- Dashboard --"}),
        ("unknown", "unknown"),
        ({"uid": "loki-uid"}, {"type": "loki", "uid": "loki-uid"}),
        ({"uid": "${ds}"}, {"type": "prometheus", "uid": "${ds}"}),
        ({"type": "loki"}, {"type": "loki", "uid": "loki-uid"}),
        ({"type": "tempo"}, {"type": "tempo"}),
        ({"type": "x", "uid": "y"}, {"type": "x", "uid": "y"}),
        (None, None),
    ],
)
def test_data_sources_are_named_by_type_and_uid(given: Any, resolved: Any) -> None:
    variable = {"name": "ds", "type": "datasource", "query": "prometheus"}
    document = applied(
        "datasource-refs",
        {
            "panels": [{"datasource": given, "targets": [{"datasource": given}]}],
            "templating": {"list": [variable, {"type": "query", "datasource": given}]},
            "annotations": {"list": [{"datasource": given}]},
        },
    )
    one = document["panels"][0]
    assert one["datasource"] == resolved
    assert one["targets"][0]["datasource"] == resolved
    assert document["templating"]["list"][1]["datasource"] == resolved
    assert document["annotations"]["list"][0]["datasource"] == resolved


def test_missing_ref_ids_take_the_free_letters() -> None:
    targets = [{"refId": "B"}, {}, {"refId": ""}, *({} for _ in range(26))]
    document = applied("ref-ids", {"panels": [{"targets": targets}]})
    names = [target["refId"] for target in document["panels"][0]["targets"]]
    assert names[:4] == ["B", "A", "C", "D"]
    assert names[-3:] == ["AA", "AB", "AC"]


def test_ids_come_from_titles_and_survive_an_insert() -> None:
    titles = ["a", "b", "a"]
    before = applied("stable-panel-ids", {"panels": [{"title": t} for t in titles]})["panels"]
    after = applied("stable-panel-ids", {"panels": [{"title": t} for t in ["new", *titles]]})[
        "panels"
    ]
    assert [p["id"] for p in before] == [p["id"] for p in after[1:]]
    assert before[0]["id"] == panel_id("a")
    assert before[2]["id"] == panel_id("a #2")


def test_ids_that_were_given_stay_and_rows_do_not_collide_with_panels() -> None:
    inner = {"title": "a"}
    document = applied(
        "stable-panel-ids",
        {"panels": [{"id": 7, "title": "x"}, {"type": "row", "title": "a", "panels": [inner]}]},
    )
    assert document["panels"][0]["id"] == 7
    assert document["panels"][1]["id"] == panel_id("row:a")
    assert inner["id"] == panel_id("a")


def test_tags_are_a_set() -> None:
    assert applied("tags", {"tags": ["b", "a", "b"]})["tags"] == ["b", "a"]


def test_the_schema_version_is_lifted_when_nothing_is_left_to_migrate() -> None:
    assert (
        repaired(core.Dashboard(title="T", panels=[core.TimeSeries(title="a")]))["schemaVersion"]
        == 37
    )
    assert repaired(every_panel())["schemaVersion"] == 37


@pytest.mark.parametrize(
    "made",
    [
        core.Graph(title="a"),
        core.SingleStat(title="a"),
        core.TimeSeries(title="a", dataSource="unknown"),
        core.Stat(title="a", mappings=[core.StatValueMapping("up", "1")]),
    ],
    ids=["graph", "singlestat", "data source by name", "value mappings of 7"],
)
def test_the_schema_version_stays_when_grafana_has_to_migrate(made: Any) -> None:
    assert repaired(core.Dashboard(title="T", panels=[made]))["schemaVersion"] == 12


def every_panel() -> core.Dashboard:
    """Return a dashboard with each current panel type of grafanalib."""
    kinds = (core.TimeSeries, core.Stat, core.GaugePanel, core.BarGauge, core.Table, core.Logs)
    others = (core.Text, core.Heatmap, core.StateTimeline, core.Histogram, core.PieChartv2)
    panels = [kind(title=kind.__name__, dataSource="Prometheus") for kind in (*kinds, *others)]
    panels += [core.AlertList(title="alerts"), core.RowPanel(title="row"), core.News(title="news")]
    panels += [core.BarChart(title="bars"), core.DashboardList(title="list")]
    targets = [core.Target(expr="up"), core.Target(expr="down")]
    panels.append(core.TimeSeries(title="queries", dataSource="Loki", targets=targets))
    return core.Dashboard(title="T", uid="t", panels=panels, tags=["a", "a"])
