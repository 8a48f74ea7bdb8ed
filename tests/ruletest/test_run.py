"""Rule tests run on the rules as they are delivered, and failures say what happened instead."""

from collections.abc import Sequence
from shutil import which
from typing import Any

import pytest

from obsdash.author import SLO, Alert, Latency, Ratio, Record, RuleGroup, RuleTest, label, value
from obsdash.errors import Problems, TargetError
from obsdash.resource import Resource
from obsdash.ruletest import Results, run_tests

needs_promtool = pytest.mark.skipif(which("promtool") is None, reason="promtool is not installed")

DOWN = Alert(
    "Down",
    expr="up == 0",
    for_="2m",
    summary=f'{label("job")} is "down"',
    description=f"up is {value()}",
)
RATE = Record("job:x:rate5m", expr="sum by (job) (rate(x_total[5m]))")
BUSY = Alert("Busy", expr="job:x:rate5m > 5", for_=None, summary="busy")
OBJECTIVE = SLO("errors", objective="99.9", sli=Ratio(errors="e_total", total="x_total"))
OTHER = SLO("latency", objective="99", sli=Latency(histogram="h", threshold="1"))
LOKI = RuleGroup(
    "logs",
    [Alert("Noise", expr='sum(rate({a="b"}[5m])) > 1', summary="noise")],
    engine="loki",
)


def _resources() -> list[Resource]:
    api, load = RuleGroup("api", [DOWN]), RuleGroup("load", [RATE, BUSY])
    groups: list[RuleGroup | SLO] = [api, load, OBJECTIVE, OTHER, LOKI]
    return [resource for group in groups for resource in group.resources()]


def _run(*tests: RuleTest) -> Results:
    return run_tests(tests, _resources())


def _messages(*tests: RuleTest) -> Sequence[str]:
    return [check.message for test in _run(*tests).tests for check in test.checks]


def _down(*jobs: str) -> RuleTest:
    test = RuleTest(DOWN)
    for job in jobs:
        test = test.series(f'up{{job="{job}"}}', "1x3 0x20")
    return test


@needs_promtool
def test_what_holds_passes() -> None:
    results = _run(
        _down("a").at("3m").no_alerts().at("5m").no_alerts().at("6m").fires({"job": "a"}),
        _down("a").at("9m").fires({}, {"summary": 'a is "down"', "description": "up is 0"}),
        _down("a", "b").at("9m").fires({"job": "b"}).fires({"job": "a"}),
    )

    assert results.passed


@needs_promtool
@pytest.mark.parametrize(
    ("test", "message"),
    [
        (_down("a").at("3m").fires(), "expected firing, got nothing"),
        (_down("a").at("9m").no_alerts(), 'expected silence, got {job="a", severity="critical"}'),
        (
            _down("a").at("9m").fires({"job": "b"}),
            'expected {job="b"} to fire, got {job="a", severity="critical"}',
        ),
        (
            _down("a").at("9m").fires({"job": "a"}, {"description": "up is 1"}),
            "expected the description 'up is 1', got 'up is 0'",
        ),
        (
            _down("a", "b").at("9m").fires({"job": "a"}),
            'expected no other alert, got {job="b", severity="critical"}',
        ),
        (RuleTest(RATE).at("9m").gives(1), "expected job:x:rate5m to be 1, got nothing"),
        (
            RuleTest(RATE).series('x_total{job="a"}', "0+60x20").at("9m").gives(2),
            'expected job:x:rate5m to be 2, got {job="a"} 1',
        ),
        (
            RuleTest(RATE).series('x_total{job="a"}', "0+60x20").at("9m").gives(1, {"job": "b"}),
            'expected job:x:rate5m{job="b"}, got {job="a"} 1',
        ),
        (
            RuleTest(RATE).series('x_total{job="a"}', "0+60x20").at("9m").gives_nothing(),
            'expected no job:x:rate5m, got {job="a"} 1',
        ),
    ],
)
def test_what_does_not_hold_says_what_happened_instead(test: RuleTest, message: str) -> None:
    assert _messages(test) == [message]


@needs_promtool
def test_an_alert_comes_with_the_recording_rules_that_it_reads() -> None:
    test = RuleTest(BUSY).series('x_total{job="a"}', "0+600x20")

    assert _run(test.at("9m").fires({"job": "a"})).passed


@needs_promtool
def test_an_objective_comes_with_its_own_recording_rules_only() -> None:
    test = (
        RuleTest(OBJECTIVE)
        .series("x_total", "0+60x70")
        .at("1h")
        .no_alerts()
        .gives(0, {"slo": "errors"}, record="slo:error_ratio:rate1h")
        .gives_nothing({"slo": "latency"}, record="slo:error_ratio:period")
    )

    assert _messages(test) == ["", "", ""]


@needs_promtool
def test_a_test_that_promtool_refuses_fails_with_the_reason_and_the_others_run() -> None:
    broken, fine = _run(
        RuleTest(DOWN).series("up", "1y3").at("3m").no_alerts(),
        _down("a").at("3m").no_alerts(),
    ).tests

    assert "bad number syntax" in broken.error
    assert fine.passed


@needs_promtool
def test_each_alert_should_be_seen_firing_and_silent() -> None:
    results = _run(
        _down("a").at("3m").no_alerts().at("9m").fires(),
        RuleTest(BUSY).at("3m").no_alerts(),
    )

    seen = {alert.name: (alert.firing, alert.silent) for alert in results.coverage}
    assert seen["Down"] == (1, 1)
    assert seen["Busy"] == (0, 1)
    assert seen["ErrorsBudgetBurn"] == (0, 0)
    assert results.percent_covered == 25
    assert results.beyond == ("Noise",)


def test_a_test_of_a_rule_that_is_not_delivered_is_refused() -> None:
    lost = Alert("Lost", expr="up == 0", summary="lost")

    with pytest.raises(Problems, match="'Lost', which is in no rule group"):
        _run(RuleTest(lost).at("3m").no_alerts())


def test_a_test_that_expects_nothing_is_refused() -> None:
    with pytest.raises(Problems, match="expects nothing"):
        _run(RuleTest(DOWN).series("up", "1x3"))


def test_without_promtool_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(TargetError, match="promtool") as refused:
        _run(_down("a").at("3m").no_alerts())

    assert "apt install promtool" in refused.value.help


def test_a_promtool_that_answers_nonsense_is_no_success(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    fake = tmp_path / "promtool"
    fake.write_text("#!/bin/sh\necho 'cannot open shared object' >&2\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(TargetError, match="cannot open shared object"):
        _run(_down("a").at("3m").no_alerts())
