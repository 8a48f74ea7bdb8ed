"""Durations are those of Prometheus, neither more nor less."""

import pytest

from obsdash.durations import format_duration, milliseconds


@pytest.mark.parametrize(
    ("text", "length"),
    [("30s", 30_000), ("1h30m", 5_400_000), ("1w", 604_800_000), ("500ms", 500), ("0", 0)],
)
def test_reads_what_prometheus_reads(text: str, length: int) -> None:
    assert milliseconds(text) == length


@pytest.mark.parametrize("text", ["", "60", "1.5h", "30m1h", "-5m", "5 m", "5M"])
def test_refuses_what_prometheus_refuses(text: str) -> None:
    assert milliseconds(text) is None


@pytest.mark.parametrize("text", ["5m", "1h30m", "30d", "4m40s", "2d19h12m", "0s"])
def test_writes_what_it_reads(text: str) -> None:
    assert format_duration(milliseconds(text) or 0) == text
