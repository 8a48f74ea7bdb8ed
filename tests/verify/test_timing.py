"""Durations, ranges and steps."""

from datetime import timedelta

import pytest

from obsdash.errors import ConfigError
from obsdash.verify import parse_duration
from obsdash.verify.model import Timing
from obsdash.verify.timing import rounded, spelled, window_of
from tests.verify.backend import PROM, WINDOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1h30m", 5400), ("250ms", 0.25), ("7d", 604_800)],
)
def test_a_duration_is_numbers_with_units(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "5x", "-1h", "0s", "1h ", "h", "1h-", "99999999y", "1e9s", "٣s"]
)
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a duration"):
        parse_duration(text)


def test_the_step_is_the_scrape_interval_or_what_a_panel_needs() -> None:
    assert window_of(Timing(), PROM, WINDOW).step == 15 * SECOND
    assert window_of(Timing(points=100), PROM, WINDOW).step == 30 * SECOND


def test_the_step_is_never_below_what_the_panel_asks_for() -> None:
    assert window_of(Timing(least_step="1m"), PROM, WINDOW).step == 60 * SECOND
    assert window_of(Timing(least_step=">=5s"), PROM, WINDOW).step == 5 * SECOND
    assert window_of(Timing(least_step="$odd"), PROM, WINDOW).step == 15 * SECOND


def test_a_panel_may_look_at_another_time() -> None:
    found = window_of(Timing(since="1d", shift="1h"), PROM, WINDOW)
    assert found.length == timedelta(days=1)
    assert found.end == WINDOW.end - timedelta(hours=1)
    assert window_of(Timing(since="now/d"), PROM, WINDOW).length == WINDOW.length


def test_prometheus_is_never_asked_for_more_points_than_it_gives() -> None:
    found = window_of(Timing(least_step="1ms", points=10**9, since="30d"), PROM, WINDOW)
    assert found.length / found.step <= 11_000


@pytest.mark.parametrize(
    ("millis", "step"), [(0.4, 1), (3_600, 5_000), (36_000, 30_000), (10**12, 2_592_000_000)]
)
def test_steps_are_those_that_a_person_would_choose(millis: float, step: int) -> None:
    assert rounded(timedelta(milliseconds=millis)) == timedelta(milliseconds=step)


def test_a_duration_is_spelled_as_prometheus_reads_it() -> None:
    assert spelled(timedelta(minutes=5)) == "300s"
    assert spelled(timedelta(milliseconds=1500)) == "1500ms"
