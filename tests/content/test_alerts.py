"""Our own alerts: complete, linked, accepted by real servers, and tested both ways."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

from obsdash.author import RuleTest
from obsdash.project import Project, load_project
from obsdash.resource import Environment, Resource
from obsdash.ruletest import run_tests

ROOT = Path(__file__).parents[2]
RULE_KINDS = ("rule-group", "loki-rule-group")


@pytest.fixture(scope="module")
def project() -> Project:
    found = load_project(ROOT, Environment("local"))
    assert found.errors == ()
    return found


def _groups(project: Project, *kinds: str) -> list[Resource]:
    return [resource for resource in project.resources if resource.ref.kind in kinds]


def _alerts(project: Project) -> Iterator[dict[str, Any]]:
    for group in _groups(project, *RULE_KINDS):
        yield from (rule for rule in group.spec["rules"] if "alert" in rule)


def test_every_alert_that_the_requirements_name_is_there(project: Project) -> None:
    severities = {alert["alert"]: alert["labels"]["severity"] for alert in _alerts(project)}

    assert severities.items() >= {
        ("ServiceDown", "critical"),
        ("RedisConnectionFailed", "critical"),
        ("HighLatency", "warning"),
        ("HighErrorRate", "critical"),
        ("RateLimiterOverload", "info"),
        ("JVMHeapHigh", "warning"),
        ("MySQLSlowQueries", "warning"),
        ("RedisHighMemory", "warning"),
        ("HostHighCPU", "warning"),
        ("HostHighMemory", "warning"),
        ("HostDiskLow", "warning"),
        ("HostDiskFull", "critical"),
        ("HostDiskFullSoon", "warning"),
        ("LogErrorsHigh", "warning"),
    }


def test_every_alert_explains_itself_and_leads_on(project: Project) -> None:
    wanted = {"summary", "description", "runbook_url", "dashboard", "__dashboardUid__"}
    lacking = {
        alert["alert"]: missing
        for alert in _alerts(project)
        if (missing := wanted - alert["annotations"].keys())
    }

    assert lacking == {}


def test_every_runbook_exists(project: Project) -> None:
    pages = {alert["annotations"]["runbook_url"] for alert in _alerts(project)}

    assert [page for page in pages if not (ROOT / page).is_file()] == []


def test_every_linked_panel_exists(project: Project) -> None:
    panels = {
        (board.ref.uid, str(panel["id"]))
        for board in _groups(project, "dashboard")
        for panel in _panels(board.spec)
    }
    linked = {
        (alert["annotations"]["__dashboardUid__"], alert["annotations"]["__panelId__"])
        for alert in _alerts(project)
    }

    assert linked <= panels


def test_links_begin_at_the_environments_grafana_and_runbooks() -> None:
    variables = {
        "grafana_url": "https://grafana.example.com",
        "runbook_url": "https://wiki.example.com",
    }

    project = load_project(ROOT, Environment("local", variables))

    for alert in _alerts(project):
        assert alert["annotations"]["dashboard"].startswith("https://grafana.example.com/d/")
        assert alert["annotations"]["runbook_url"].startswith("https://wiki.example.com/")


def test_without_a_loki_there_is_no_rule_for_it() -> None:
    project = load_project(ROOT, Environment("local", {"loki_url": ""}))

    assert project.errors == ()
    assert _groups(project, "loki-rule-group") == []


@pytest.mark.skipif(which("promtool") is None, reason="promtool is not installed")
def test_every_rule_does_what_its_tests_say_and_each_alert_is_tested_both_ways(
    project: Project,
) -> None:
    tests = [test for test in project.tests if isinstance(test, RuleTest)]

    results = run_tests(tests, project.resources)

    assert [
        f"{check.expectation.origin}: {check.message}"
        for test in results.tests
        for check in test.checks
        if not check.passed
    ] == []
    assert results.passed
    assert results.percent_covered == 100


@pytest.mark.skipif(which("promtool") is None, reason="promtool is not installed")
def test_prometheus_accepts_every_rule(project: Project, tmp_path: Path) -> None:
    groups = [{**group.spec, "name": group.ref.uid} for group in _groups(project, "rule-group")]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": groups}, allow_unicode=True), encoding="utf-8")

    done = subprocess.run(
        ["promtool", "check", "rules", "--lint-fatal", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def _panels(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in document["panels"]:
        yield panel
        yield from panel.get("panels", [])
