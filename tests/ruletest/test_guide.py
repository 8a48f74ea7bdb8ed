"""The definitions that the guide to rules shows work, and its rule test passes."""

import re
from pathlib import Path
from shutil import which

import pytest

from obsdash.author import RouteTest, RuleTest
from obsdash.project import load_project
from obsdash.resource import Environment
from obsdash.routetest import run_route_tests
from obsdash.ruletest import run_tests

GUIDE = Path(__file__).parents[2] / "docs" / "rules.md"

DASHBOARD = """\
from obsdash.author import Dashboard, Prometheus, PrometheusSource, TimeSeries

source = PrometheusSource("prometheus", "http://prometheus:9090", default=True)
panel = TimeSeries("Error share", Prometheus("vector(0)", datasource=source))
dashboard = Dashboard("API", uid="api", panels=[panel])
"""


def test_what_the_guide_shows_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "x")
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for name, text in {"dashboards": DASHBOARD, "alerts": "\n".join(blocks)}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "api.py").write_text(text, encoding="utf-8")

    project = load_project(tmp_path, Environment("local"))

    assert project.errors == ()
    assert {str(resource.ref) for resource in project.resources} >= {
        "rule-group/api/api",
        "rule-group/api/slo-api-errors",
        "alertmanager/main",
    }
    if which("promtool"):
        tests = [test for test in project.tests if isinstance(test, RuleTest)]
        assert run_tests(tests, project.resources).passed
    routes = [test for test in project.tests if isinstance(test, RouteTest)]
    assert len(routes) == 2
    assert run_route_tests(routes, project.resources).passed
