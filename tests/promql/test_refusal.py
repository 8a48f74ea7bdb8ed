"""An expression that Prometheus would refuse is known before it gets there."""

from pathlib import Path

import pytest

from obsdash.promql import refusal


def _promtool(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    program = folder / "promtool"
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_what_prometheus_evaluates_is_not_refused() -> None:
    assert refusal('sum by (job) (rate(x{path=~"^/a$"}[5m])) > 1 # costs 5 $') is None


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        (" ", "it is empty"),
        ("rate(x[$__rate_interval])", "it holds a variable"),
        ("up == $limit", "it holds a variable"),
    ],
)
def test_what_only_grafana_could_use_is_refused(expr: str, reason: str) -> None:
    assert reason in (refusal(expr) or "")


def test_a_promtool_that_refuses_it_too_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _promtool(tmp_path, monkeypatch, code=1)

    assert refusal("up == one") is None
    assert refusal("up ==") is not None


def test_a_promtool_that_reads_newer_promql_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _promtool(tmp_path, monkeypatch, code=0)

    assert refusal("rate(x[5m newer])") is None


def test_without_promtool_our_parser_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    assert refusal("up == (") is not None
