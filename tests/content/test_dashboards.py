"""The dashboards of this project: what someone on call may take for granted."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from obsdash.project import load_project
from obsdash.promql import parse_error, variables
from obsdash.resource import DASHBOARD, RULE_GROUP, Environment, Ref, Resource

ROOT = Path(__file__).parents[2]
UIDS = ("api-performance", "loki-logs", "nestjs", "slo", "system-overview")

# Grafana's own, in queries and links.
BUILT_IN = re.compile(r"__\w+")
VARIABLE = re.compile(r"\$(?:\{(\w+)[^}]*\}|(\w+))")
WORDS = {"text", "alertlist", "row", "logs"}  # panels without numbers
UNITLESS = {"state-timeline", "table"}  # states have texts; tables have a unit a column


@cache
def resources() -> tuple[Resource, ...]:
    project = load_project(ROOT, Environment("local"))
    assert project.errors == ()
    return project.resources


def dashboard(uid: str) -> dict[str, Any]:
    return next(item.spec for item in resources() if item.ref == Ref(DASHBOARD, uid))


def panels(uid: str) -> list[dict[str, Any]]:
    outer = dashboard(uid)["panels"]
    return [panel for row in outer for panel in (row, *row.get("panels", []))]


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


each = pytest.mark.parametrize("uid", UIDS)


def test_the_five_dashboards_are_there() -> None:
    found = {item.ref.uid for item in resources() if item.ref.kind == DASHBOARD}

    assert found == set(UIDS)


@each
def test_no_two_panels_have_the_same_id_or_title(uid: str) -> None:
    ids = [panel["id"] for panel in panels(uid)]
    titles = [panel["title"] for panel in panels(uid) if panel.get("title") and "targets" in panel]

    assert len(ids) == len(set(ids))
    assert len(titles) == len(set(titles))


@each
def test_every_panel_says_what_it_shows(uid: str) -> None:
    silent = [
        panel["title"]
        for panel in panels(uid)
        if panel["type"] not in ("row", "text") and not panel.get("description")
    ]

    assert silent == []


@each
def test_every_number_has_a_unit(uid: str) -> None:
    def unit(panel: dict[str, Any]) -> Any:
        if panel["type"] == "heatmap":
            return panel["options"]["yAxis"].get("unit")
        defaults = panel["fieldConfig"]["defaults"]
        mapped = defaults["mappings"] or panel["options"].get("textMode") == "name"
        return mapped or defaults.get("unit")

    bare = [
        panel["title"]
        for panel in panels(uid)
        if panel["type"] not in WORDS | UNITLESS and not unit(panel)
    ]

    assert bare == []


@each
def test_no_variable_dangles_and_none_is_there_for_nothing(uid: str) -> None:
    document = dashboard(uid)
    defined = {variable["name"] for variable in document["templating"]["list"]}
    used = {
        match[1] or match[2]
        for text in texts(document)
        for match in VARIABLE.finditer(text)
        if not BUILT_IN.match(match[1] or match[2])
    }
    repeats = {panel["repeat"] for panel in panels(uid) if panel.get("repeat")}

    assert used | repeats == defined


@each
def test_every_dashboard_has_a_data_source_a_service_and_a_resolution_to_choose(uid: str) -> None:
    kinds = {
        variable["name"]: variable["type"] for variable in dashboard(uid)["templating"]["list"]
    }

    assert "datasource" in kinds.values()
    assert kinds.get("job") == "query" or kinds.get("service") == "query"
    assert uid == "loki-logs" or kinds["interval"] == "interval"


@each
def test_every_query_asks_the_data_source_that_was_chosen(uid: str) -> None:
    sources = [
        target["datasource"]["uid"] for panel in panels(uid) for target in panel.get("targets", [])
    ]

    assert sources
    assert set(sources) <= {"${datasource}", "${loki}"}


def expressions(uid: str) -> list[str]:
    """Return all PromQL of a dashboard."""
    document = dashboard(uid)
    targets = [target for panel in panels(uid) for target in panel.get("targets", [])]
    return [
        part["expr"]
        for part in [*targets, *document["annotations"]["list"]]
        if part.get("datasource", {}).get("type") == "prometheus"
    ]


@each
def test_every_promql_expression_parses(uid: str) -> None:
    wrong = {expr: parse_error(expr) for expr in expressions(uid)}

    assert {expr: error for expr, error in wrong.items() if error} == {}


@each
def test_rates_look_back_as_far_as_the_scrapes_need(uid: str) -> None:
    """A fixed window is empty or coarse on some time range; `$__rate_interval` never is."""
    ranges = {
        window
        for expr in expressions(uid)
        for window in re.findall(r"(?:rate|increase)\([^\[]*\[([^\]]*)\]", expr)
    }

    assert ranges <= {"$__rate_interval", "$__range", "$window"}


@each
def test_what_may_be_unlimited_or_absent_is_guarded(uid: str) -> None:
    """Redis' maximum is 0 and a heap pool's -1 where there is none; no error, no error series."""
    for expr in expressions(uid):
        limits = re.findall(
            r"(?:redis_memory_max_bytes|jvm_memory_max_bytes)[^ )]*\)?( > 0)?", expr
        )
        assert all(limits), expr
        if 'status=~"5..' in expr:
            assert " or 0 * " in expr
        if "histogram_quantile" in expr:
            assert expr.endswith(">= 0"), "NaN without traffic"


@each
def test_links_lead_to_dashboards_alerts_and_panels_that_exist(uid: str) -> None:
    dashboards = {item.ref.uid for item in resources() if item.ref.kind == DASHBOARD}
    alerts = {
        rule["alert"]
        for item in resources()
        if item.ref.kind.endswith(RULE_GROUP)
        for rule in item.spec["rules"]
        if "alert" in rule
    }
    links = [text for text in texts(dashboard(uid)) if text.startswith(("/d/", "/alerting/"))]
    targets = {match[1] for link in links if (match := re.match(r"/d/([\w-]+)", link))}
    rules = {match[1] for link in links if (match := re.search(r"search=rule:(\w+)", link))}

    assert targets <= dashboards
    assert all(any(rule in alert for alert in alerts) for rule in rules), rules - alerts


def test_every_dashboard_can_be_reached_and_leads_on() -> None:
    for uid in UIDS:
        document = dashboard(uid)
        assert "services" in document["tags"]
        assert [link["tags"] for link in document["links"]] == [["services"]]
        assert any(text.startswith("/d/") for text in texts(document)), uid


def test_every_link_to_a_panel_from_an_alert_opens_one() -> None:
    known = {f"/d/{uid}?viewPanel={panel['id']}" for uid in UIDS for panel in panels(uid)}
    links = {
        match[0]
        for item in resources()
        if item.ref.kind.endswith(RULE_GROUP)
        for text in texts(item.spec)
        if (match := re.search(r"/d/[\w-]+\?viewPanel=\d+", text))
    }

    assert links
    assert links <= known


def test_alerts_and_deployments_are_drawn_on_every_dashboard() -> None:
    for uid in UIDS:
        names = [item["name"] for item in dashboard(uid)["annotations"]["list"]]
        assert names[1:] == ["Alerts", "Restarts", "Deployments"]


def test_the_objectives_are_those_that_were_agreed() -> None:
    gauges = {panel["title"]: panel for panel in panels("slo") if panel["type"] == "gauge"}

    def last_step(title: str) -> Any:
        return gauges[title]["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]

    assert list(gauges) == ["Availability", "Latency p95", "Error rate", "Error budget left"]
    assert last_step("Availability") == 0.999
    assert last_step("Latency p95") == 0.5
    assert last_step("Error rate") == 0.001
    assert "/ 0.001) * 100" in gauges["Error budget left"]["targets"][0]["expr"]
    window = next(
        item for item in dashboard("slo")["templating"]["list"] if item["name"] == "window"
    )
    assert window["current"]["value"] == "24h"


def test_the_project_repairs_nothing_in_them() -> None:
    """Our own definitions need no modernising: what is delivered is what they say."""
    from dashboards import slo
    from obsdash.origin import split_marks

    assert dashboard("slo") == split_marks(slo.dashboard.to_json_data())[0]


def test_an_environment_without_loki_has_no_dashboard_for_logs() -> None:
    project = load_project(ROOT, Environment("dev", {"loki_url": ""}))

    assert "loki-logs" not in {item.ref.uid for item in project.resources}


def test_log_queries_use_no_label_that_is_not_offered() -> None:
    queries = [
        target["expr"] for panel in panels("loki-logs") for target in panel.get("targets", [])
    ]

    assert queries
    for query in queries:
        assert variables(query) <= {"service", "level", "search", "__interval", "__range"}
