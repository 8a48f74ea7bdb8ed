"""`obsdash test --backtest`, on a real Prometheus with a past."""

import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from obsdash.backtest import backtest
from obsdash.cli import run
from obsdash.http import Client
from obsdash.resource import RULE_GROUP, Ref, Resource
from tests.support.servers import (
    Answer,
    Asked,
    Program,
    canned,
    program,
    prometheus_programs,
    running_prometheus,
)

ALERTS = """\
from obsdash.author import Alert, RuleGroup

group = RuleGroup("api", [
    Alert("Down", expr="up{job='a'} == 0", for_="2m", severity="critical", summary="down"),
    Alert("Slow", expr="latency > 0.8", for_=None, severity="warning", summary="slow"),
    Alert("Calm", expr="latency > 5", for_=None, severity="warning", summary="never"),
    Alert("Blind", expr="nowhere > 1", for_=None, severity="warning", summary="no series"),
    Alert("Wrong", expr="up * on (job) latency > 1", for_=None, severity="info", summary="x"),
], interval="1m")
"""
LOADED = """\
groups:
  - name: api
    interval: 1m
    rules:
      - {alert: Down, expr: 'up{job="a"} == 0', for: 5m, labels: {severity: critical}}
      - {alert: Slow, expr: latency > 0.8, labels: {severity: warning}}
"""
HOUR = 3600
MINUTES = 180  # of history


def history(start: int) -> str:
    """Return OpenMetrics: `up` is 0 from minute 60 to 63, and from 100 to 119."""
    lines = ["# TYPE up gauge"]
    for minute in range(MINUTES):
        down = 60 <= minute < 64 or 100 <= minute < 120
        lines.append(f'up{{job="a"}} {0 if down else 1} {start + 60 * minute}')
    lines.append("# TYPE latency gauge")
    for path in ("x", "y"):  # two series of one job: up * latency is many-to-many
        for minute in range(MINUTES):
            slow = path == "x" and minute == 30
            lines.append(
                f'latency{{job="a",path="{path}"}} {1 if slow else 0.5} {start + 60 * minute}'
            )
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    binaries = prometheus_programs()
    if not binaries:
        pytest.skip("prometheus is not installed")
    folder = tmp_path_factory.mktemp("prometheus")
    start = int(time.time()) // 60 * 60 - MINUTES * 60
    past = folder / "past.om"
    past.write_text(history(start))
    promtool = program("promtool")
    subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", past, folder / "data"],
        check=True,
        capture_output=True,
    )
    (folder / "rules").mkdir()
    (folder / "rules" / "api.yml").write_text(LOADED)
    with running_prometheus(binaries[-1], folder) as started:
        yield started


@pytest.fixture
def project(tmp_path: Path, prometheus: Program, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.obsdash]\nproject = "shop"\ndefault-env = "prod"\n[tool.obsdash.env.prod]\n'
        f'query = {{ prometheus = "{prometheus.url}" }}\n'
    )
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "api.py").write_text(ALERTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_says_how_often_each_alert_would_have_fired(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", "--backtest", "3h"]) == 1  # one expression cannot be run

    lines = capsys.readouterr().out.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("backtest of 5 alerts"))
    found = {
        line.split(": ")[1]: line.split(": ", 2)[2]
        for line in lines[start + 1 :]
        if ": " in line[:20]
    }
    # at minutes 62 to 63 and 102 to 119; with `for: 5m` at 105 to 119 only
    assert found["Down"] == (
        "would have fired 2 times, 20m in all, the longest 18m;"
        " as loaded now: would have fired once, 15m in all, the longest 15m"
    )
    assert found["Slow"] == "would have fired once, 1m in all, the longest 1m"
    assert found["Calm"] == "would not have fired (new)"
    assert found["Blind"] == "would not have fired (new)"
    assert "    nothing to go by: nowhere without series in this time" in lines
    assert found["Wrong"].startswith("cannot be run: ")
    assert "many-to-many" in found["Wrong"]


CAREFUL = """\
from obsdash.author import Alert, RuleGroup

group = RuleGroup("often", [
    Alert("Patient", expr="up == 0", for_="4h", severity="info", summary="down"),
    Alert("Inner", expr="min_over_time(up[10m:1m]) == 0", for_=None, severity="info", summary="x"),
    Alert("Often", expr="up{job='a'} == 0", for_="1m", severity="info", summary="down"),
], interval="1s")
"""


def test_more_points_than_one_answer_holds_and_times_too_short_to_tell(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At an interval of 1s, 3h are 10,800 points: two queries of at most 10,000."""
    (project / "alerts" / "api.py").write_text(CAREFUL)
    assert run(["test", "--backtest", "3h"]) == 0
    found = capsys.readouterr().out
    assert "Patient: cannot be told: it waits for 4h, longer than this time (new)" in found
    assert "Inner: would have fired 2 times" in found
    assert "Often: would have fired 2 times" in found


def test_an_alert_whose_query_takes_too_long_is_named_and_the_others_go_on() -> None:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/api/v1/query_range" and b"slow" in asked.body:
            time.sleep(0.5)
        data: dict[str, list[str]] = {} if "config" in asked.path else {"groups": [], "result": []}
        return 200, "application/json", json.dumps({"status": "success", "data": data}).encode()

    rules = [{"alert": name.title(), "expr": f"{name} > 1"} for name in ("slow", "quick")]
    group = Resource(Ref(RULE_GROUP, "api/g"), {"name": "g", "rules": rules})
    with canned(answer) as server, Client(server.url, timeout=0.2) as client:
        slow, quick = backtest(client, [group], datetime.now(UTC), timedelta(hours=1))
    assert "did not answer within 0.2 s" in slow.outcome.error
    assert quick.outcome.error == ""


def test_the_json_has_each_firing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["test", "--backtest", "3h", "--format", "json"])

    alerts = json.loads(capsys.readouterr().out)["backtest"]["alerts"]
    down = next(alert for alert in alerts if alert["alert"] == "Down")
    assert [firing["labels"] for firing in down["outcome"]["firings"]] == [{"job": "a"}] * 2
    assert [f["end"] - f["start"] for f in down["outcome"]["firings"]] == [120, 1080]
    assert down["place"] == "alerts/api.py:4"
    assert len(down["loaded"]["firings"]) == 1


@pytest.mark.parametrize("format_", ["text", "json", "markdown"])
def test_a_plan_shows_the_past_of_what_it_brings_and_changes(
    format_: str, project: Path, prometheus: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.obsdash]\nproject = "shop"\ndefault-env = "prod"\n[tool.obsdash.env.prod]\n'
        f'targets = [{{ type = "prometheus", url = "{prometheus.url}", '
        f'rules = "{prometheus.log.parent / "rules"}" }}]\n'
    )
    assert run(["diff", "--backtest", "3h", "--format", format_]) == 0

    out = capsys.readouterr().out
    if format_ == "json":
        alerts = json.loads(out)["backtest"]["alerts"]
        assert [alert["alert"] for alert in alerts] == ["Down", "Calm", "Blind", "Wrong"]
        return
    assert "Plan" in out
    assert "backtest of 4 alerts over 3h until " in out
    assert "Down: would have fired 2 times" in out
    assert "Slow" not in out[out.index("backtest of") :]  # as loaded


def test_without_a_prometheus_it_says_what_to_configure(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.obsdash]\nproject = "shop"\ndefault-env = "prod"\n[tool.obsdash.env.prod]\n'
    )

    assert run(["test", "--backtest", "3h"]) == 2
    assert "has no Prometheus to look back on" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["x", "-1d", ""])
def test_a_time_that_is_none_is_refused(
    text: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", "--backtest", text]) == 2
    assert "--backtest: " in capsys.readouterr().err
