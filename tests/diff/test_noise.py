"""Differences that say nothing are counted by class and never reported; in doubt they are told."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from obsdash.diff.noise import NOISE
from tests.diff.documents import Spec, changed, compare, dashboard, panel

Edit = Callable[[Spec], object]
EVERY = ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h", "2h", "1d"]


def _panel(spec: Spec) -> Spec:
    found: Spec = spec["panels"][2]
    return found


def _defaults(spec: Spec) -> Spec:
    found: Spec = _panel(spec)["fieldConfig"]["defaults"]
    return found


def _variable(spec: Spec, index: int = 0) -> Spec:
    found: Spec = spec["templating"]["list"][index]
    return found


# What a server or an editor does to the live side, and the class that folds it.
FOLDED: dict[str, tuple[Edit, str]] = {
    "an id": (lambda d: d.update(id=17), "server"),
    "a version": (lambda d: d.update(version=4), "server"),
    "an iteration": (lambda d: d.update(iteration=1668), "volatile"),
    "a plugin version": (lambda d: _panel(d).update(pluginVersion="9.3.2"), "volatile"),
    "the chosen value of a query variable": (
        lambda d: _variable(d).update(current={"value": "api", "text": "api", "selected": True}),
        "volatile",
    ),
    "what a query variable found": (
        lambda d: _variable(d).update(options=[{"text": "api", "value": "api"}]),
        "volatile",
    ),
    "a null": (lambda d: _panel(d).update(timeFrom=None, cacheTimeout=None), "empty"),
    "an empty list": (lambda d: _panel(d).update(links=[], transformations=[]), "empty"),
    "an empty object": (lambda d: d.update(timepicker={}), "empty"),
    "an empty label": (lambda d: _variable(d).update(label=""), "empty"),
    "no value in the first threshold": (
        lambda d: _defaults(d)["thresholds"]["steps"][0].pop("value"),
        "empty",
    ),
    "the text null in the first threshold": (
        lambda d: _defaults(d)["thresholds"]["steps"][0].update(value="null"),
        "base threshold",
    ),
    "the intervals that every dashboard offers": (
        lambda d: d.update(timepicker={"refresh_intervals": EVERY}),
        "default",
    ),
    "a default of the dashboard": (
        lambda d: d.update(graphTooltip=0, fiscalYearStartMonth=0, liveNow=False),
        "default",
    ),
    "a default of the plugin": (
        lambda d: _panel(d)["options"].update(tooltip={"mode": "single", "sort": "none"}),
        "default",
    ),
    "a default of a field": (
        lambda d: _defaults(d)["custom"].update(axisCenteredZero=False, axisColorMode="text"),
        "default",
    ),
    "a default of a variable": (lambda d: _variable(d).update(hide=0, sort=0), "default"),
    "the annotation of every dashboard": (
        lambda d: d["annotations"]["list"].insert(
            0, {"name": "Annotations & Alerts", "builtIn": 1}
        ),
        "default",
    ),
    "a data source as text": (lambda d: _panel(d).update(datasource="prometheus"), "reference"),
    "a data source without its type": (
        lambda d: _panel(d).update(datasource={"uid": "prometheus"}),
        "reference",
    ),
    "a query that takes its panel's data source": (
        lambda d: _panel(d)["targets"][0].pop("datasource"),
        "reference",
    ),
    "a query in another spelling": (
        lambda d: _panel(d)["targets"][0].update(
            expr='sum( rate(metric_2_total{job="${job}"} [300s]) ) by(job)'
        ),
        "query",
    ),
    "links in another order": (lambda d: d["links"].reverse(), "order"),
    "tags in another order": (lambda d: d["tags"].reverse(), "order"),
    "a number with a point": (
        lambda d: _defaults(d)["custom"].update(lineWidth=2.0),
        "number",
    ),
    "a higher schema version": (lambda d: d.update(schemaVersion=41), "migrated"),
    "a variable's query as an object": (
        lambda d: _variable(d).update(query={"query": "label_values(up, job)", "refId": "x"}),
        "migrated",
    ),
}


def _dashboard() -> Spec:
    spec = dashboard()
    spec["links"].append({"title": "SLO", "type": "link", "url": "/d/slo"})
    return spec


@pytest.mark.parametrize("name", FOLDED)
def test_what_says_nothing_is_counted_and_not_told(name: str) -> None:
    rewrite, noise = FOLDED[name]
    live = copy.deepcopy(_dashboard())
    rewrite(live)
    found = compare(live, _dashboard())
    assert found.changes == ()
    assert set(found.noise) == {noise}
    assert sum(found.noise.values()) >= 1


def test_an_edit_stands_out_alone_among_all_of_it() -> None:
    """As when a person changes one threshold in Grafana and presses Save."""
    live = copy.deepcopy(_dashboard())
    for rewrite, _ in FOLDED.values():
        rewrite(live)
    _defaults(live)["thresholds"]["steps"][1]["value"] = 0.9
    found = compare(live, _dashboard())
    assert [change.text for change in found.changes] == ["threshold red 0.9 → 0.8"]
    assert sum(found.noise.values()) >= len(FOLDED)


KEPT: dict[str, Edit] = {
    "intervals of one's own": lambda d: d.update(timepicker={"refresh_intervals": EVERY[1:]}),
    "the chosen value of a custom variable": lambda d: _variable(d, 1)["current"].update(value="x"),
    "another value than the default": lambda d: _panel(d)["options"].update(
        tooltip={"mode": "multi"}
    ),
    "a default of another plugin": lambda d: _panel(d)["options"].update(textMode="auto"),
    "an empty list of unknown meaning": lambda d: _panel(d)["options"].update(fields=[]),
    "another data source": lambda d: _panel(d).update(datasource={"uid": "other"}),
    "another type of data source": lambda d: _panel(d)["targets"][0].update(
        datasource={"type": "loki", "uid": "prometheus"}
    ),
    "false for true": lambda d: _variable(d).update(multi=False),
    "false for one": lambda d: _defaults(d)["custom"].update(lineWidth=True),
    "an annotation of one's own": lambda d: d["annotations"]["list"].append({"name": "x"}),
    "a text's spaces": lambda d: _panel(d).update(description="What panel  2 shows."),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_may_matter_is_told(name: str) -> None:
    assert len(changed(_dashboard(), KEPT[name])) == 1


def test_a_lower_schema_version_on_the_server_is_told() -> None:
    assert len(changed(dashboard(schemaVersion=36), lambda d: d.update(schemaVersion=37))) == 1


def test_defaults_belong_to_the_plugin() -> None:
    live = dashboard(0, panels=[panel(0, type="table")])
    desired = copy.deepcopy(live)
    desired["panels"][0]["options"]["showHeader"] = True
    assert compare(live, desired).noise == {"default": 1}
    live["panels"][0]["type"] = desired["panels"][0]["type"] = "unheard-of-panel"
    assert len(compare(live, desired).changes) == 1


def test_each_class_has_a_name_of_its_own_and_says_what_it_means() -> None:
    assert len({entry.name for entry in NOISE}) == len(NOISE)
    assert all(entry.meaning for entry in NOISE)


def test_the_documentation_tells_every_class_in_the_words_of_the_plan() -> None:
    page = (Path(__file__).parents[2] / "docs" / "noise.md").read_text()
    told = re.findall(r"^\| `([a-z ]+)` \| (.+) \|$", page, re.MULTILINE)
    assert told == [(entry.name, entry.meaning) for entry in NOISE]


def _with_field(plugin: str, **settings: Any) -> Spec:
    config = {"defaults": settings, "overrides": []}
    return dashboard(0, panels=[panel(0, type=plugin, fieldConfig=config)])


@pytest.mark.parametrize("setting", [{"custom": {"align": "left"}}, {"nullValueMode": "null"}])
def test_what_is_left_over_from_another_type_of_panel_is_dropped(setting: Spec) -> None:
    desired = _with_field("stat", **setting)
    live = {**_with_field("stat"), "weekStart": ""}
    assert compare(live, desired).changes == ()
    assert compare(live, desired).noise["dropped"] == 1


def test_without_a_trace_of_an_editor_nothing_counts_as_dropped() -> None:
    desired = _with_field("stat", custom={"align": "left"})
    assert len(compare(_with_field("stat"), desired).changes) == 1


def test_a_setting_that_no_panel_ever_had_is_told() -> None:
    live = {**_with_field("stat"), "weekStart": ""}
    (change,) = compare(live, _with_field("stat", custom={"flux": 1})).changes
    assert change.text == "custom.flux 1 added"


def test_what_an_older_grafana_does_not_know_is_dropped_and_said() -> None:
    desired = {**_with_field("timeseries", custom={"barWidthFactor": 0.4}), "schemaVersion": 42}
    live = {**_with_field("timeseries"), "schemaVersion": 37, "weekStart": ""}
    found = compare(live, desired)
    assert found.changes == ()
    assert any(note.startswith("an older Grafana saved it: schema 42 → 37") for note in found.notes)
