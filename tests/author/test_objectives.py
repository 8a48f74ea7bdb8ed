"""Several objectives as one thing: rules, a dashboard, and tests that promtool passes."""

from pathlib import Path
from shutil import which

import pytest

from obsdash.author import RuleTest
from obsdash.cli import run
from obsdash.project import Project, load_project
from obsdash.resource import DASHBOARD, RULE_GROUP, Environment
from obsdash.ruletest import run_tests

SHOP = """\
from obsdash.author import SLO, Availability, Expression, Latency, Ratio, objectives

shop = objectives(
    "Shop objectives",
    [
        SLO(
            "errors",
            objective="99.9",
            sli=Ratio(errors='http_total{code=~"5.."}', total="http_total", by=["job"]),
            min_events=100,
            period=["30d", "7d"],
        ),
        SLO("up", objective="99.5", sli=Availability(up='up{job="api"}'), labels={"team": "shop"}),
        SLO("fast", objective="95", sli=Latency(histogram="http_seconds", threshold="0.5")),
        SLO(
            "jobs",
            objective="99",
            sli=Expression(
                bad_events="sum by (queue) (increase(late_total[$window]))",
                all_events="sum by (queue) (increase(jobs_total[$window]))",
                by=["queue"],
            ),
            period="7d",
        ),
    ],
    uid="shop-objectives",
)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "shop.py").write_text(SHOP)
    project = load_project(tmp_path, Environment("local"))
    assert project.errors == ()
    return project


def test_there_are_rules_a_dashboard_and_tests(project: Project) -> None:
    kinds = [resource.ref.kind for resource in project.resources]

    assert kinds.count(DASHBOARD) == 1
    assert kinds.count(RULE_GROUP) == 4
    assert len(project.tests) == 4 * 4 * 4 + 4  # pairs, cases, objectives; min_events of one


def test_every_alert_leads_to_the_burn_rate_of_its_objective(project: Project) -> None:
    (board,) = [r for r in project.resources if r.ref.kind == DASHBOARD]
    groups = [r for r in project.resources if r.ref.kind == RULE_GROUP]
    exprs = {
        str(panel["id"]): panel["targets"][0]["expr"]
        for panel in board.spec["panels"]
        if panel.get("title") == "Burn rate"
    }

    assert len(exprs) == 4
    for group in groups:
        for alert in (rule for rule in group.spec["rules"] if "alert" in rule):
            shown = exprs[alert["annotations"]["__panelId__"]]
            assert shown == f'slo:burn_rate:current{{slo="{alert["labels"]["slo"]}"}}'


@pytest.mark.skipif(which("promtool") is None, reason="promtool is not installed")
def test_the_alerts_pass_their_tests_both_ways(project: Project) -> None:
    results = run_tests([t for t in project.tests if isinstance(t, RuleTest)], project.resources)

    failed = [
        (test.title, test.error, [check.message for check in test.checks])
        for test in results.tests
        if not test.passed
    ]
    assert failed == []
    assert results.percent_covered == 100


@pytest.mark.skipif(which("promtool") is None, reason="promtool is not installed")
def test_a_threshold_that_is_off_fails_them(project: Project) -> None:
    """The tests can fail: they are of the thresholds that the objective asks for."""
    for resource in project.resources:
        for rule in resource.spec.get("rules", ()):
            rule["expr"] = rule["expr"].replace("> 0.0144", "> 0.0141")

    results = run_tests([t for t in project.tests if isinstance(t, RuleTest)], project.resources)

    failed = {test.title for test in results.tests if not test.passed}
    assert failed == {"errors: 1h/5m: silent below it"}


def test_it_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Project) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.obsdash]\nproject = "shop"\ndefault-env = "local"\n[tool.obsdash.env.local]\n'
        'targets = [{ type = "directory", path = "build" }]\n'
    )

    assert run(["build"]) == 0
    assert (tmp_path / "build/grafana/dashboards/shop-objectives.json").exists()
    assert (tmp_path / "build/prometheus/rules/shop.yml").exists()
