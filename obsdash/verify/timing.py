"""Durations, and the time range and step that Grafana would ask with."""

from datetime import timedelta
from itertools import pairwise

from obsdash.durations import milliseconds
from obsdash.errors import ConfigError
from obsdash.verify.model import DataSource, Timing, Window

_MILLISECOND = timedelta(milliseconds=1)
_LONGEST = timedelta(days=100 * 365)
_MOST_POINTS = 11_000  # Prometheus refuses more

# The steps that Grafana rounds to, in milliseconds.
_STEPS = (
    *(1, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000),
    *(120_000, 300_000, 600_000, 900_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000),
    *(10_800_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000, 2_592_000_000),
)


def parse_duration(text: str) -> timedelta:
    """Read `90s`, `1h30m`, `250ms`; raises ConfigError."""
    millis = milliseconds(text)
    if not millis or millis > _LONGEST / _MILLISECOND:
        raise ConfigError(
            f"{text!r} is not a duration", help="write a number and a unit: 90s, 5m, 1h30m, 7d"
        )
    return millis * _MILLISECOND


def window_of(timing: Timing, source: DataSource, window: Window) -> Window:
    """Return the window a panel asks for, in a run over `window`; its texts hold no variables."""
    length = duration_or(timing.since, window.length)
    end = window.end - duration_or(timing.shift, timedelta(0))
    least = duration_or(timing.least_step.lstrip(">= "), source.scrape)
    points = min(max(timing.points, 1), _MOST_POINTS)
    return Window(end, length, max(least, rounded(length / points)))


def duration_or(text: str, default: timedelta) -> timedelta:
    """Read a duration of a dashboard; what is none, like `now/d`, is the default."""
    try:
        return parse_duration(text)
    except ConfigError:
        return default


def rounded(step: timedelta) -> timedelta:
    """Return the nearest step that a person would choose, as Grafana rounds it."""
    millis = step / _MILLISECOND
    for smaller, larger in pairwise(_STEPS):
        if millis < (smaller + larger) / 2:
            return smaller * _MILLISECOND
    return _STEPS[-1] * _MILLISECOND


def spelled(duration: timedelta) -> str:
    """Spell a duration as both Prometheus and Loki read it."""
    millis = round(duration / _MILLISECOND)
    return f"{millis}ms" if millis % 1000 else f"{millis // 1000}s"
