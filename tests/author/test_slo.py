"""Objectives: exact numbers, windows by the book, refusal of what could never alert."""

import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from obsdash.author import SLO, Availability, Expression, Latency, Ratio
from obsdash.author.alerts.indicators import bucket
from obsdash.errors import DefinitionError
from tests.support.servers import program

_SLI = Ratio(errors='http_total{code=~"5.."}', total="http_total", by=["job"])


def _rules(**options: Any) -> list[dict[str, Any]]:
    (group,) = SLO("api-errors", **{"objective": "99.9", "sli": _SLI, **options}).resources()
    rules = group.spec["rules"]
    assert isinstance(rules, list)
    return rules


def _records(**options: Any) -> dict[str, str]:
    return {rule["record"]: rule["expr"] for rule in _rules(**options) if "record" in rule}


def _alerts(**options: Any) -> list[dict[str, Any]]:
    return [rule for rule in _rules(**options) if "alert" in rule]


def test_each_pair_of_windows_has_an_alert_with_an_exact_threshold() -> None:
    found = [
        (a["labels"]["severity"], a["labels"]["long"], a["labels"]["short"], a["expr"])
        for a in _alerts()
    ]

    def expr(long: str, short: str, threshold: str) -> str:
        return (
            f'slo:error_ratio:rate{long}{{slo="api-errors"}} > {threshold}\n'
            f'and slo:error_ratio:rate{short}{{slo="api-errors"}} > {threshold}'
        )

    assert found == [
        ("page", "1h", "5m", expr("1h", "5m", "0.0144")),
        ("page", "6h", "30m", expr("6h", "30m", "0.006")),
        ("ticket", "1d", "2h", expr("1d", "2h", "0.003")),
        ("ticket", "3d", "6h", expr("3d", "6h", "0.001")),
    ]
    assert {a["alert"] for a in _alerts()} == {"ApiErrorsBudgetBurn"}


def test_the_ratio_is_recorded_for_every_window_of_an_alert() -> None:
    windows = {name.removeprefix("slo:error_ratio:rate") for name in _records()}

    assert {"5m", "30m", "1h", "2h", "6h", "1d", "3d"} <= windows


def test_no_float_noise_reaches_an_expression() -> None:
    assert _records(objective="99.95")["slo:objective:ratio"] == "vector(0.9995)"
    assert _records(objective=Decimal("99.7"))["slo:error_budget:remaining"].endswith("/ 0.003")


def test_the_windows_scale_with_the_period() -> None:
    labels = [(a["labels"]["long"], a["labels"]["short"]) for a in _alerts(period="7d")]

    assert labels[0] == ("14m", "1m10s")
    assert labels[3] == ("16h48m", "1h24m")


def test_several_periods_have_a_budget_each_and_alerts_go_by_the_first() -> None:
    rules = _rules(period=["30d", "7d"])
    budgets = [r for r in rules if r.get("record") == "slo:error_budget:remaining"]

    assert [(r["labels"]["period"], r["expr"]) for r in budgets] == [
        (period, f'1 - slo:error_ratio:period{{slo="api-errors",period="{period}"}} / 0.001')
        for period in ("30d", "7d")
    ]
    assert _alerts(period=["30d", "7d"]) == _alerts()


def test_the_period_is_weighted_by_traffic() -> None:
    assert _records()["slo:error_ratio:period"] == (
        'sum_over_time(slo:errors:short{slo="api-errors"}[30d])'
        ' / (sum_over_time(slo:events:short{slo="api-errors"}[30d]) > 0)'
    )


def test_little_traffic_silences_every_alert() -> None:
    guard = _alerts(min_events=50)[0]["expr"].splitlines()[-1]

    assert guard == 'and slo:events:in1h{slo="api-errors"} >= 50'


def test_the_events_of_a_guard_are_recorded_once() -> None:
    assert _records(min_events=50)["slo:events:in1h"] == "sum by (job) (increase(http_total[1h]))"
    assert not any(name.startswith("slo:events:in") for name in _records())


def test_labels_go_to_every_rule() -> None:
    assert all(
        rule["labels"]["team"] == "shop" and rule["labels"]["slo"] == "api-errors"
        for rule in _rules(labels={"team": "shop"})
    )


@pytest.mark.parametrize("objective", ["90", "93.05"])
def test_an_objective_whose_page_could_never_fire_is_refused(objective: str) -> None:
    with pytest.raises(DefinitionError, match="the page can never fire") as refused:
        _rules(objective=objective)

    assert "above 93.06" in refused.value.help


def test_the_lowest_objective_that_can_page_is_taken() -> None:
    assert _alerts(objective="93.06")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objective": 99.9}, "whose digits are not exact"),
        ({"objective": "100"}, "not a percentage between 0 and 100"),
        ({"objective": "all"}, "not a percentage between 0 and 100"),
        ({"objective": "nan"}, "not a percentage between 0 and 100"),
        ({"period": "30"}, "no duration"),
        ({"period": []}, "must be several different ones, or one"),
        ({"period": ["30d", "720h"]}, "must be several different ones, or one"),
        ({"labels": {"period": "x"}, "sli": Availability(by=["period"])}, "kept and set"),
        ({"labels": {"job": "api"}}, "the label 'job' cannot be kept and set"),
        ({"period": "1d"}, "makes the shortest window 10s"),
        ({"sli": Ratio(errors="a{", total="b")}, "is not PromQL"),
        ({"sli": Ratio(errors="a", total="b", by="job")}, "by is the text 'job', not a list"),
        ({"sli": Latency(histogram="a_bucket", threshold="1")}, "is one series of the histogram"),
        ({"sli": Latency(histogram="a", threshold="500ms")}, "'500ms' is no number"),
        ({"sli": Expression(bad_events="a", all_events="b[$window]")}, "bad_events has no"),
    ],
)
def test_an_objective_that_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        _rules(**options)


def test_several_counters_are_added_up_though_their_labels_are_the_same(tmp_path: Path) -> None:
    """As Prometheus evaluates it: 2 of a_total and 3 of b_total a minute; none of gone_total."""
    sli = Ratio(errors=["a_total", "b_total", "gone_total"], total="c_total", by=["job"])
    series = {"a_total": 2, "b_total": 3, "c_total": 10}
    case = {
        "interval": "1m",
        "input_series": [
            {"series": f'{name}{{job="x"}}', "values": f"0+{step}x10"}
            for name, step in series.items()
        ],
        "promql_expr_test": [
            {
                "expr": f"round({sli.bad('5m')})",
                "eval_time": "10m",
                "exp_samples": [{"labels": '{job="x"}', "value": 25}],
            }
        ],
    }
    file = tmp_path / "test.yml"
    file.write_text(json.dumps({"rule_files": [], "tests": [case]}))
    done = subprocess.run(
        [program("promtool"), "test", "rules", file], check=False, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_availability_counts_samples() -> None:
    sli = Availability(up='up{job="api"}')

    assert sli.events("1h") == 'sum(count_over_time(up{job="api"}[1h]))'
    assert sli.bad("1h") == (
        '(sum(count_over_time(up{job="api"}[1h])) - sum(sum_over_time(up{job="api"}[1h])))'
    )


def test_latency_counts_what_is_beyond_a_bucket() -> None:
    sli = Latency(histogram='http_seconds{job="api"}', threshold="0.5")

    assert sli.bad("5m") == (
        '(sum(increase(http_seconds_count{job="api"}[5m]))'
        ' - sum(increase(http_seconds_bucket{job="api",le="0.5"}[5m])))'
    )


def test_any_two_expressions_of_a_window_are_an_indicator() -> None:
    sli = Expression(bad_events="sum(increase(late[$window]))", all_events="sum(jobs * $window)")

    assert sli.bad("5m") == "(sum(increase(late[5m])))"
    assert sli.events("1h") == "(sum(jobs * 1h))"


@pytest.mark.parametrize(
    ("bound", "matcher"),
    [
        ("0.5", 'le="0.5"'),
        ("0.50", 'le="0.5"'),
        ("1", r'le=~"1(\\.0)?"'),
        ("10", r'le=~"10(\\.0)?"'),
    ],
)
def test_a_whole_bound_matches_both_spellings(bound: str, matcher: str) -> None:
    assert bucket(bound) == matcher


def test_the_name_of_an_objective_is_a_plain_word() -> None:
    with pytest.raises(DefinitionError, match="an SLO is named in letters"):
        SLO('api "errors"', objective="99.9", sli=_SLI)
