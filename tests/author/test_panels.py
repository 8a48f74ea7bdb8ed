"""Panels, thresholds, overrides, links, annotations: each option where Grafana looks for it."""

from typing import Any

import pytest

from obsdash.author import (
    AlertList,
    BarGauge,
    Dashboard,
    Gauge,
    Heatmap,
    Histogram,
    Link,
    Logs,
    LokiAnnotation,
    Panel,
    PieChart,
    PrometheusAnnotation,
    Stat,
    StateTimeline,
    Table,
    TagAnnotation,
    TagLinks,
    Text,
    TimeSeries,
    map_range,
    map_special,
    map_values,
    override,
    thresholds,
    to_alert,
    to_dashboard,
    transform,
)
from obsdash.author.dashboards.panel import BasePanel
from obsdash.errors import DefinitionError


def at(document: Any, path: str) -> Any:
    for step in path.split("/"):
        document = document[int(step) if isinstance(document, list) else step]
    return document


CUSTOM = "fieldConfig/defaults/custom"


@pytest.mark.parametrize(
    ("panel", "path", "value"),
    [
        (TimeSeries("p", draw="bars"), f"{CUSTOM}/drawStyle", "bars"),
        (TimeSeries("p", interpolation="smooth"), f"{CUSTOM}/lineInterpolation", "smooth"),
        (TimeSeries("p", line_width=3), f"{CUSTOM}/lineWidth", 3),
        (TimeSeries("p", fill=55), f"{CUSTOM}/fillOpacity", 55),
        (TimeSeries("p", gradient="hue"), f"{CUSTOM}/gradientMode", "hue"),
        (TimeSeries("p", points="always"), f"{CUSTOM}/showPoints", "always"),
        (TimeSeries("p", point_size=9), f"{CUSTOM}/pointSize", 9),
        (TimeSeries("p", span_nulls=True), f"{CUSTOM}/spanNulls", True),
        (TimeSeries("p", span_nulls=60_000), f"{CUSTOM}/spanNulls", 60_000),
        (TimeSeries("p", stack="percent"), f"{CUSTOM}/stacking/mode", "percent"),
        (TimeSeries("p", scale="log2"), f"{CUSTOM}/scaleDistribution", {"log": 2, "type": "log"}),
        (TimeSeries("p", axis="right"), f"{CUSTOM}/axisPlacement", "right"),
        (TimeSeries("p", axis_label="A"), f"{CUSTOM}/axisLabel", "A"),
        (TimeSeries("p", soft_min=0.5), f"{CUSTOM}/axisSoftMin", 0.5),
        (TimeSeries("p", soft_max=2), f"{CUSTOM}/axisSoftMax", 2),
        (TimeSeries("p", threshold_style="area"), f"{CUSTOM}/thresholdsStyle/mode", "area"),
        (TimeSeries("p", legend="table"), "options/legend/displayMode", "table"),
        (TimeSeries("p", legend="hidden"), "options/legend/showLegend", False),
        (TimeSeries("p", legend_place="right"), "options/legend/placement", "right"),
        (TimeSeries("p", legend_calcs=["max"]), "options/legend/calcs", ["max"]),
        (TimeSeries("p", tooltip="none"), "options/tooltip/mode", "none"),
        (TimeSeries("p", tooltip_sort="asc"), "options/tooltip/sort", "asc"),
        (StateTimeline("p", merge=False), "options/mergeValues", False),
        (StateTimeline("p", show_value="never"), "options/showValue", "never"),
        (StateTimeline("p", align="center"), "options/alignValue", "center"),
        (StateTimeline("p", row_height=0.5), "options/rowHeight", 0.5),
        (Heatmap("p", scheme="Blues"), "options/color/scheme", "Blues"),
        (Heatmap("p", color_steps=32), "options/color/steps", 32),
        (Heatmap("p", calculate=True), "options/calculate", True),
        (Heatmap("p", unit="s", min=0, max=9), "options/yAxis/max", 9),
        (Heatmap("p", y_histogram=False), "options/tooltip/yHistogram", False),
        (Histogram("p", bucket_size=0.5), "options/bucketSize", 0.5),
        (Histogram("p", combine=True), "options/combine", True),
        (PieChart("p", shape="donut"), "options/pieType", "donut"),
        (PieChart("p", calc="sum"), "options/reduceOptions/calcs", ["sum"]),
        (Stat("p", calc="mean"), "options/reduceOptions/calcs", ["mean"]),
        (Stat("p", all_values=True), "options/reduceOptions/values", True),
        (Stat("p", fields="/.*/"), "options/reduceOptions/fields", "/.*/"),
        (Stat("p", limit=3), "options/reduceOptions/limit", 3),
        (Stat("p", color_mode="background"), "options/colorMode", "background"),
        (Stat("p", graph="none"), "options/graphMode", "none"),
        (Stat("p", text="name"), "options/textMode", "name"),
        (Stat("p", justify="center"), "options/justifyMode", "center"),
        (Stat("p", orientation="vertical"), "options/orientation", "vertical"),
        (Stat("p", value_size=30, title_size=9), "options/text", {"titleSize": 9, "valueSize": 30}),
        (Gauge("p", threshold_labels=True), "options/showThresholdLabels", True),
        (BarGauge("p", display="lcd"), "options/displayMode", "lcd"),
        (Table("p", sort="-Rate"), "options/sortBy", [{"desc": True, "displayName": "Rate"}]),
        (Table("p", sort="Job"), "options/sortBy", [{"desc": False, "displayName": "Job"}]),
        (Table("p", footer=["max"]), "options/footer/reducer", ["max"]),
        (Table("p", cell="color-text"), f"{CUSTOM}/displayMode", "color-text"),
        (Table("p", filterable=True), f"{CUSTOM}/filterable", True),
        (Logs("p", oldest_first=True), "options/sortOrder", "Ascending"),
        (Logs("p", wrap=False), "options/wrapLogMessage", False),
        (Text("p", "<b>x</b>", mode="html"), "options/mode", "html"),
        (AlertList("p", states=["firing"]), "options/stateFilter/pending", False),
        (AlertList("p", order="newest"), "options/sortOrder", 5),
        (AlertList("p", group_by=["job"]), "options/groupMode", "custom"),
        (Panel("p", type="x", options={"a": 1}), "options", {"a": 1}),
        (Panel("p", type="x", custom={"a": 1}), CUSTOM, {"a": 1}),
        (Stat("p", unit="s"), "fieldConfig/defaults/unit", "s"),
        (Stat("p", decimals=0), "fieldConfig/defaults/decimals", 0),
        (Stat("p", min=0.5), "fieldConfig/defaults/min", 0.5),
        (Stat("p", no_value="none"), "fieldConfig/defaults/noValue", "none"),
        (Stat("p", display_name="x"), "fieldConfig/defaults/displayName", "x"),
        (Stat("p", color="red"), "fieldConfig/defaults/color/fixedColor", "red"),
        (
            Stat("p", color="continuous-GrYlRd"),
            "fieldConfig/defaults/color/mode",
            "continuous-GrYlRd",
        ),
        (Stat("p", description="why"), "description", "why"),
        (Stat("p", transparent=True), "transparent", True),
        (Stat("p", interval="1m"), "interval", "1m"),
        (Stat("p", max_data_points=9), "maxDataPoints", 9),
        (Stat("p", time_from="24h"), "timeFrom", "24h"),
        (Stat("p", time_shift="7d"), "timeShift", "7d"),
        (Stat("p", repeat="$job", max_per_row=3), "repeat", "job"),
        (Stat("p", transformations=[transform("merge")]), "transformations/0/id", "merge"),
        (Stat("p", links=[Link("l", "/x", new_tab=True)]), "links/0/targetBlank", True),
    ],
)
def test_every_option_is_where_grafana_looks_for_it(
    panel: BasePanel, path: str, value: object
) -> None:
    assert at(panel.to_json_data(), path) == value


def test_a_panel_without_thresholds_is_green_not_red_at_80() -> None:
    steps = at(Stat("p").to_json_data(), "fieldConfig/defaults/thresholds/steps")

    assert steps == [{"color": "green", "value": None}]


def test_raw_is_laid_over_a_panel_dicts_merge_and_lists_replace() -> None:
    panel = Stat(
        "p",
        overrides=[override(by_name="a", unit="s")],
        raw={"options": {"new": 1}, "fieldConfig": {"overrides": []}, "libraryPanel": {"uid": "l"}},
    ).to_json_data()

    assert panel["options"]["new"] == 1
    assert panel["options"]["colorMode"] == "value"
    assert panel["fieldConfig"]["overrides"] == []
    assert panel["libraryPanel"] == {"uid": "l"}


def test_thresholds_begin_with_the_colour_below_the_first_step() -> None:
    assert thresholds("green", (0.8, "yellow"), (0.9, "red")) == {
        "mode": "absolute",
        "steps": [
            {"color": "green", "value": None},
            {"color": "yellow", "value": 0.8},
            {"color": "red", "value": 0.9},
        ],
    }
    assert thresholds("green", (80, "red"), percent=True)["mode"] == "percentage"


@pytest.mark.parametrize("steps", [[(2, "a"), (1, "b")], [(1, "a"), (1, "b")]])
def test_thresholds_that_do_not_rise_are_refused(steps: list[tuple[float, str]]) -> None:
    with pytest.raises(DefinitionError, match="thresholds must rise"):
        thresholds("green", *steps)


def test_an_override_says_which_and_what() -> None:
    assert override(by_regex="/^5/", color="red", unit="s", lineWidth=2) == {
        "matcher": {"id": "byRegexp", "options": "/^5/"},
        "properties": [
            {"id": "unit", "value": "s"},
            {"id": "color", "value": {"fixedColor": "red", "mode": "fixed"}},
            {"id": "custom.lineWidth", "value": 2},
        ],
    }


@pytest.mark.parametrize("matchers", [{}, {"by_name": "a", "by_regex": "b"}])
def test_an_override_of_nothing_or_of_two_things_is_refused(matchers: dict[str, str]) -> None:
    with pytest.raises(DefinitionError, match="exactly one of by_name"):
        override(unit="s", **matchers)


def test_a_pattern_that_javascript_does_not_know_is_refused() -> None:
    with pytest.raises(DefinitionError, match="matched by JavaScript"):
        override(by_regex="(?i)error", color="red")


def test_an_open_end_of_a_range_is_left_out_because_grafana_9_takes_null_for_0() -> None:
    assert map_range(5, None, "many")["options"] == {
        "from": 5,
        "result": {"index": 0, "text": "many"},
    }


def test_values_and_missing_values_become_texts_and_colours() -> None:
    assert map_values({0: ("down", "red"), 1: "up"})["options"] == {
        "0": {"color": "red", "index": 0, "text": "down"},
        "1": {"index": 1, "text": "up"},
    }
    assert map_special("null+nan", "no data")["options"]["match"] == "null+nan"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TimeSeries("p", draw="lines"), "TimeSeries \"p\": draw 'lines' is not one of"),
        (lambda: TimeSeries("p", fill=101), "fill 101 is not between 0 and 100"),
        (lambda: Stat("p", decimals=-1), "decimals -1 is not between 0 and 20"),
        (lambda: Gauge("p", min=1, max=1), 'panel "p": min 1 is not below max 1'),
        (lambda: Table("p", footer="sum"), "footer must be a list, ['sum']"),
        (lambda: AlertList("p", states=["fired"]), "states 'fired' is not one of 'firing'"),
        (lambda: TimeSeries("p", legend_calcs=["avg"]), "legend_calcs 'avg' is not one of"),
        (lambda: Stat(""), "Stat: a panel needs a title"),
        (lambda: Stat(None), "Stat: a panel needs a title"),
        (lambda: Dashboard("", uid="d"), "title must be a text"),
        (lambda: Dashboard("D", uid="a b"), "uid 'a b' is not 1 to 40 letters"),
        (lambda: Dashboard("D", uid="x" * 41), "is not 1 to 40 letters"),
        (lambda: Dashboard("D", uid="d", tooltip="all"), "tooltip 'all' is not one of"),
        (lambda: Dashboard("D", uid="d", panels=Stat("p")), "panels must be a list"),
        (lambda: Dashboard("D", uid="d", tags="one"), "tags must be a list, ['one']"),
        (
            lambda: Dashboard("D", uid="d", datasource="prom"),
            "type of data source 'prom' is missing",
        ),
        (lambda: Dashboard("D", uid="d", time="now-6h"), "time must be two"),
        (lambda: Stat("p", links=Link("l", "/x")), "links must be a list"),
        (lambda: Link("", "/x"), "title must be a text"),
        (lambda: TagLinks("l", "tag"), "tags must be a list, ['tag']"),
        (lambda: TagAnnotation("a", "new"), "tags must be a list, ['new']"),
        (lambda: PrometheusAnnotation("a", ""), "expr must be a text"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(make: Any, message: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        make()
    assert message in refused.value.message


@pytest.mark.parametrize("kind", [TimeSeries, Stat, Gauge, Table, Logs, Heatmap, AlertList])
def test_a_misspelt_option_is_pythons_own_error(kind: Any) -> None:
    with pytest.raises(TypeError, match="titel"):
        kind("p", titel="x")


def test_a_link_to_a_dashboard_keeps_the_time_and_sets_variables() -> None:
    link = to_dashboard("slo", "Objectives", variables={"job": "${__field.labels.job}", "a": "b&c"})

    assert link.to_json_data() == {
        "title": "Objectives",
        "url": "/d/slo?var-job=${__field.labels.job}&var-a=b%26c&${__url_time_range}",
    }


def test_a_link_to_a_dashboard_without_variables_carries_all_of_them_over() -> None:
    link = to_dashboard("slo", "Objectives")

    assert link.to_json_data()["url"] == "/d/slo?${__url_time_range}&${__all_variables}"
    assert link.head_json()["url"] == "/d/slo"
    assert link.head_json()["keepTime"]
    assert link.head_json()["includeVars"]


def test_a_link_to_an_alert_finds_it_in_old_and_new_lists_of_rules() -> None:
    assert to_alert("High latency").url == (
        "/alerting/list?queryString=High%20latency&search=rule:High%20latency"
    )


def test_tag_links_lead_to_all_dashboards_with_the_tags() -> None:
    link = TagLinks("More", ["a"], menu=False).head_json()

    assert (link["type"], link["tags"], link["asDropdown"]) == ("dashboards", ["a"], False)


def test_annotations_come_after_grafanas_own() -> None:
    document = Dashboard(
        "D",
        uid="d",
        datasource={"type": "prometheus", "uid": "p"},
        annotations=[
            PrometheusAnnotation("Starts", "x", value_is_time=True, tags=["a", "b"]),
            LokiAnnotation("Lines", '{a="b"}', datasource="loki", hidden=True),
        ],
    ).to_json_data()

    own, starts, lines = document["annotations"]["list"]
    assert own["builtIn"] == 1
    assert starts["datasource"]["uid"] == "p"
    assert (starts["useValueForTime"], starts["tagKeys"]) == (True, "a,b")
    assert (lines["datasource"]["uid"], lines["hide"]) == ("loki", True)


def test_a_dashboard_takes_raw_for_what_it_has_no_option_for() -> None:
    document = Dashboard("D", uid="d", raw={"weekStart": "monday", "time": {"from": "now-2d"}})

    assert document.to_json_data()["weekStart"] == "monday"
    assert document.to_json_data()["time"] == {"from": "now-2d", "to": "now"}
