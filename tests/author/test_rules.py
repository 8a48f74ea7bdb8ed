"""Alerts, records and groups: the JSON of a rule file, and nonsense refused at its line."""

from pathlib import Path
from typing import Any

import pytest

from obsdash.author import Alert, BaseUrls, PanelLink, Record, RuleGroup, label, value
from obsdash.errors import DefinitionError
from obsdash.origin import Origin
from obsdash.project import load_project
from obsdash.resource import Environment, Ref


def _alert(**options: Any) -> Alert:
    return Alert("Down", **{"expr": "up == 0", "summary": "it is down", **options})


def _spec(*rules: Alert | Record, **options: Any) -> dict[str, Any]:
    (resource,) = RuleGroup("api", rules, **options).resources()
    return resource.spec


def test_an_alert_is_the_rule_of_a_rule_file() -> None:
    alert = _alert(
        for_="2m",
        keep_firing_for="5m",
        severity="warning",
        labels={"team": "shop"},
        description="since minutes",
        runbook="https://wiki.example.com/down",
    )

    assert _spec(alert) == {
        "name": "api",
        "rules": [
            {
                "alert": "Down",
                "expr": "up == 0",
                "for": "2m",
                "keep_firing_for": "5m",
                "labels": {"severity": "warning", "team": "shop"},
                "annotations": {
                    "summary": "it is down",
                    "description": "since minutes",
                    "runbook_url": "https://wiki.example.com/down",
                },
            }
        ],
    }


def test_a_record_has_nothing_but_its_expression_and_labels() -> None:
    record = Record("job:up:sum", expr="sum by (job) (up)", labels={"team": "shop"})

    assert _spec(record)["rules"] == [
        {"record": "job:up:sum", "expr": "sum by (job) (up)", "labels": {"team": "shop"}}
    ]


def test_a_group_keeps_the_order_of_its_rules_and_its_options() -> None:
    spec = _spec(
        _alert(), _alert(), interval="1m", limit=10, query_offset="30s", labels={"team": "shop"}
    )

    assert (spec["interval"], spec["limit"], spec["query_offset"]) == ("1m", 10, "30s")
    assert spec["labels"] == {"team": "shop"}
    assert len(spec["rules"]) == 2


def test_an_alert_leads_to_its_panel_on_the_environments_grafana() -> None:
    alert = _alert(panel=PanelLink("api", 7, "p95"), runbook="Down.md")
    urls = BaseUrls(grafana="https://grafana.example.com/", runbooks="https://wiki.example.com")

    annotations = _spec(alert, urls=urls)["rules"][0]["annotations"]

    assert annotations["dashboard"] == "https://grafana.example.com/d/api?viewPanel=7"
    assert annotations["__dashboardUid__"] == "api"
    assert annotations["__panelId__"] == "7"
    assert annotations["runbook_url"] == "https://wiki.example.com/Down.md"


def test_an_expression_may_be_indented_as_the_code_around_it() -> None:
    alert = _alert(
        expr="""
            up
              == 0
        """
    )

    assert _spec(alert)["rules"][0]["expr"] == "up\n  == 0"


def test_templates_are_written_without_their_braces() -> None:
    text = f"{label('job')} at {value('humanizePercentage')}, {value()}, {label('http.route')}"

    assert text == (
        "{{ $labels.job }} at {{ $value | humanizePercentage }}, {{ $value }},"
        ' {{ index $labels "http.route" }}'
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"expr": "sum(up"}, "the expression is not PromQL: unclosed left parenthesis"),
        ({"expr": " "}, "the expression is not PromQL: it is empty"),
        ({"expr": 'up{job="$job"} == $limit'}, "holds a variable, which only Grafana replaces"),
        ({"for_": "5 minutes"}, "for_ is '5 minutes', which is no duration"),
        ({"keep_firing_for": "1.5h"}, "keep_firing_for is '1.5h', which is no duration"),
        ({"labels": {"a-b": "c"}}, "'a-b' is not a label name"),
        ({"labels": {"alertname": "x"}}, "cannot set the label 'alertname'"),
        ({"labels": {"level": 3}}, "the value of label 'level' is 3, not a text"),
        ({"labels": {"now": value()}}, "the label 'now' holds the value"),
        ({"summary": "{{ $labels.job"}, "annotation 'summary': the braces of the template"),
        ({"description": "{{ {{ x }} }}"}, "the braces of the template do not pair up"),
    ],
)
def test_an_alert_that_a_server_would_refuse_is_refused(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        _spec(_alert(**options))

    assert message in str(refused.value)


def test_a_dollar_at_the_end_of_a_regular_expression_is_no_variable() -> None:
    assert _spec(_alert(expr='up{job=~"^api$"} == 0'))["rules"]


def test_a_record_needs_the_name_of_a_metric() -> None:
    with pytest.raises(DefinitionError, match="'job-up' is not a metric name"):
        Record("job-up", expr="up")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("", {}, "a rule group needs a name"),
        ("a/b", {}, "a group's name holds no slash"),
        ("a", {"rules": []}, "has no rules"),
        ("a", {"interval": "60"}, "interval is '60', which is no duration"),
    ],
)
def test_a_group_that_cannot_be_is_refused(
    name: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        RuleGroup(name, **{"rules": [_alert()], **options})


_LOGQL = 'sum(count_over_time({service=~".+"} |= "} error (" [5m])) > 100'


def test_a_group_for_loki_is_of_its_own_kind() -> None:
    group = RuleGroup("logs", [_alert(expr=_LOGQL)], engine="loki")

    assert [resource.ref for resource in group.resources()] == [Ref("loki-rule-group", "logs")]


@pytest.mark.parametrize(
    ("alert", "options", "message"),
    [
        ({"keep_firing_for": "5m"}, {}, "alert 'Down' sets keep_firing_for"),
        ({}, {"query_offset": "1m"}, "rule group 'logs' sets query_offset"),
        ({}, {"labels": {"a": "b"}}, "rule group 'logs' sets labels"),
        ({"expr": '{job="a"} |= "error"'}, {}, "returns log lines"),
        ({"expr": "sum(rate(up[5m]))"}, {}, "selects no log stream"),
        ({"expr": 'count_over_time({a="b"}[5m]'}, {}, "is not closed"),
        ({"expr": 'count_over_time({a="b} [5m])'}, {}, "is not closed"),
    ],
)
def test_what_loki_would_drop_or_fail_at_is_refused(
    alert: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        RuleGroup("logs", [_alert(**{"expr": _LOGQL, **alert})], engine="loki", **options)


def test_every_rule_knows_its_line(tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "api.py").write_text(
        "from obsdash.author import Alert, Record, RuleGroup\n"
        "DOWN = Alert('Down', expr='up == 0', summary='down')\n"
        "group = RuleGroup('api', [\n"
        "    Record('job:up:sum', expr='sum by (job) (up)'),\n"
        "    DOWN,\n"
        "])\n"
    )

    (group,) = load_project(tmp_path, Environment("local")).resources

    assert str(group.ref) == "rule-group/api/api"
    assert group.origin == Origin("alerts/api.py", 3)
    assert group.origin_of("/rules/0/expr") == Origin("alerts/api.py", 4)
    assert group.origin_of("/rules/1") == Origin("alerts/api.py", 2)
    assert "//origin" not in str(group.spec)
