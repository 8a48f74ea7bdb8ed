"""Which queries a document holds."""

import pytest

from obsdash.origin import Mark, Origin
from obsdash.resource import DATASOURCE, LOKI_RULE_GROUP, Ref, Resource
from obsdash.verify import Query, Source
from obsdash.verify.collect import queries_of, source_of
from tests.verify.backend import dashboard, panel, rules


def only(resource: Resource) -> Query:
    (query,) = queries_of(resource)
    return query


def test_each_target_of_a_panel_is_a_query_with_its_place() -> None:
    first, second = queries_of(dashboard(panel("up"), panel("down", title="Errors")))
    assert (first.part, first.text, str(first.origin)) == (
        'panel "Load" query A',
        "up",
        "dashboards/shop.py:10",
    )
    assert (second.part, str(second.origin)) == ('panel "Errors" query A', "dashboards/shop.py:20")


def test_a_querys_own_mark_is_nearer_than_its_panels() -> None:
    spec = {"panels": [panel("up", "down")]}
    marks = {
        "/panels/0": Mark(Origin("a.py", 1), empty="quiet at night"),
        "/panels/0/targets/1": Mark(Origin("a.py", 2), empty="no errors yet"),
    }
    first, second = queries_of(Resource(Ref("dashboard", "x"), spec, marks=marks))
    assert (str(first.origin), first.empty) == ("a.py:1", "quiet at night")
    assert (str(second.origin), second.empty) == ("a.py:2", "no errors yet")


def test_panels_in_collapsed_rows_and_in_rows_of_old_dashboards_are_found() -> None:
    row = {"type": "row", "title": "More", "panels": [panel("up")]}
    assert [q.text for q in queries_of(dashboard(row))] == ["up"]
    old = dashboard(rows=[{"panels": [panel("down")]}])
    assert [q.text for q in queries_of(old)] == ["down"]


def test_a_row_that_is_repeated_repeats_its_panels() -> None:
    row = {"type": "row", "repeat": "job", "panels": [panel("up", repeat="instance")]}
    assert only(dashboard(row)).repeat == ("job", "instance")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ({"type": "__expr__", "uid": "__expr__"}, "it computes on other queries' answers"),
        ({"type": "datasource", "uid": "-- Dashboard --"}, "it shows another panel's answer"),
        ({"type": "datasource", "uid": "grafana"}, "it asks Grafana itself"),
        ("-- Grafana --", "it asks Grafana itself"),
        ("-- Mixed --", "its panel mixes data sources and it names none"),
    ],
)
def test_what_asks_no_data_source_is_skipped_with_its_reason(source: object, why: str) -> None:
    assert only(dashboard(panel("up", source=source))).skip == why


def test_a_query_of_a_mixed_panel_runs_on_its_own_source() -> None:
    mixed = panel("up", source="-- Mixed --")
    mixed["targets"][0]["datasource"] = {"type": "loki", "uid": "logs"}
    query = only(dashboard(mixed))
    assert (query.source, query.skip) == (Source("loki", "logs"), "")


def test_a_hidden_query_is_skipped_unless_an_expression_may_need_it() -> None:
    hidden = panel("up")
    hidden["targets"][0]["hide"] = True
    assert only(dashboard(hidden)).skip == "it is hidden"
    hidden["targets"].append({"datasource": {"type": "__expr__", "uid": "__expr__"}})
    first, _ = queries_of(dashboard(hidden))
    assert first.skip == ""


def test_panels_that_run_no_queries_have_none() -> None:
    assert list(queries_of(dashboard(panel("up", type="text")))) == []


def test_a_library_panel_says_where_its_query_is() -> None:
    shared = {"type": "timeseries", "title": "CPU", "libraryPanel": {"uid": "l", "name": "Shared"}}
    assert only(dashboard(shared)).skip == "its query is in the library panel Shared"


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("label_values(up, job)", "label_values(up, job)"),
        ({"query": "label_values(up, job)", "refId": "x"}, "label_values(up, job)"),
        ({"qryType": 1, "query": "label_values(job)"}, "label_values(job)"),
        ({"qryType": 4, "query": 'up{job="a"}'}, 'series(up{job="a"})'),
        ({"type": 1, "label": "job", "stream": ""}, "label_values(job)"),
        ({"type": 1, "label": "job", "stream": '{a="b"}'}, 'label_values({a="b"}, job)'),
        ({"type": 0, "label": "", "stream": ""}, "label_names()"),
    ],
)
def test_every_form_of_a_variables_query_is_read(model: object, text: str) -> None:
    found = {"name": "job", "type": "query", "query": model}
    assert only(dashboard(variables=[found])).text == text


def test_variables_that_ask_nobody_are_no_queries() -> None:
    found = [{"name": "a", "type": kind} for kind in ("custom", "textbox", "interval", "adhoc")]
    assert list(queries_of(dashboard(variables=found))) == []


def test_annotations_are_queries_that_may_be_empty() -> None:
    found = [
        {"builtIn": 1, "datasource": "-- Grafana --"},
        {"name": "Deploys", "datasource": "Prometheus", "expr": "changes(x[1m])"},
        {"name": "New", "datasource": {"uid": "p"}, "target": {"expr": "y", "refId": "Anno"}},
    ]
    first, second = queries_of(dashboard(annotations={"list": found}))
    assert (first.part, first.text, first.empty) == (
        'annotation "Deploys"',
        "changes(x[1m])",
        "nothing may have happened",
    )
    assert second.text == "y"


def test_rules_run_as_instant_queries_and_alerts_may_be_empty() -> None:
    alert, record = queries_of(
        rules({"alert": "Down", "expr": "up == 0"}, {"record": "a:b", "expr": "sum(up)"})
    )
    assert (alert.part, alert.role, alert.empty) == ("alert Down", "alert", "no alert is firing")
    assert (record.part, record.role, record.empty) == ("record a:b", "record", None)
    assert alert.instant
    assert record.instant


def test_loki_rules_run_on_loki() -> None:
    loki = rules({"alert": "A", "expr": '{a="b"}'}, kind=LOKI_RULE_GROUP)
    assert only(loki).source == Source("loki")


def test_the_last_point_is_asked_for_where_the_query_says_so() -> None:
    def instant(**more: object) -> bool:
        found = panel("up")
        found["targets"][0].update(more)
        return only(dashboard(found)).instant

    assert instant(instant=True)
    assert instant(queryType="instant")
    assert not instant(instant=True, range=True)
    assert not instant(queryType="range")
    assert not instant()


@pytest.mark.parametrize(
    "spec",
    [
        {"panels": {"0": {}}},
        {"panels": None, "rows": "x", "templating": [], "annotations": {"list": {}}},
        {"panels": [{"targets": "up"}, {"targets": {"a": 1}}, {"panels": 3}]},
        {"templating": {"list": [{"type": "adhoc", "name": 7}]}},
    ],
)
def test_a_document_of_wrong_types_has_no_queries(spec: dict[str, object]) -> None:
    assert list(queries_of(Resource(Ref("dashboard", "x"), spec))) == []


@pytest.mark.parametrize(
    "spec",
    [
        {"panels": ["up"]},
        {"panels": [{"targets": ["up"]}]},
        {"templating": {"list": ["job"]}},
        {"annotations": {"list": [None]}},
    ],
)
def test_what_should_be_an_object_and_is_none_is_skipped(spec: dict[str, object]) -> None:
    assert only(Resource(Ref("dashboard", "x"), spec)).skip == "it is not an object"


def test_odd_texts_are_no_texts() -> None:
    odd = dashboard(
        panel(id=3, targets=[{"expr": 5, "refId": None, "datasource": 7}]),
        variables=[{"name": None, "type": "query", "query": 4, "definition": []}],
    )
    assert [query.text for query in queries_of(odd)] == ["", ""]


def test_other_kinds_have_no_queries() -> None:
    assert list(queries_of(Resource(Ref(DATASOURCE, "prom"), {"type": "prometheus"}))) == []


def test_the_default_source_is_no_name() -> None:
    assert source_of("default") == source_of({"uid": "default"}) == source_of(None) == Source()
