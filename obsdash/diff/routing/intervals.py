"""When time intervals are, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from obsdash.diff.routing.policies import one_timing
from obsdash.diff.routing.routing import MONTHS
from obsdash.spelling import spelled

_ORDER = ("weekdays", "days_of_month", "months", "years", "times", "location")


def interval_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield which intervals of two timings came, went or changed."""
    old, new = _intervals(before), _intervals(after)
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    if len(gone) == len(come) == 1:
        yield f"{gone[0]} → {come[0]}"
        return
    yield from (f"{one} removed" for one in gone)
    yield from (f"{one} added" for one in come)


def _intervals(timing: Mapping[str, Any]) -> list[str]:
    found = one_timing(timing)["time_intervals"]
    return [_interval(one) for one in found] if isinstance(found, list) else [spelled(found)]


def _interval(interval: Any) -> str:
    """Say when an interval is: `saturday, sunday · 22:00-24:00 · Europe/Berlin`."""
    if not isinstance(interval, dict):
        return spelled(interval)
    keys = [*(key for key in _ORDER if key in interval), *sorted(interval.keys() - {*_ORDER})]
    return " · ".join(_part(key, interval[key]) for key in keys) or "at all times"


def _part(key: str, value: Any) -> str:
    if key not in _ORDER:
        return f"{key} {spelled(value)}"
    texts = [_time(one) for one in value] if isinstance(value, list) else [_time(value)]
    if key == "months":
        texts = [":".join(map(_month, text.split(":"))) for text in texts]
    return f"{'days ' if key == 'days_of_month' else ''}{', '.join(texts)}"


def _month(number: str) -> str:
    known = number.isdecimal() and 1 <= int(number) <= len(MONTHS)
    return MONTHS[int(number) - 1] if known else number


def _time(value: Any) -> str:
    if isinstance(value, dict) and value.keys() == {"start_time", "end_time"}:
        return f"{value['start_time']}-{value['end_time']}"
    return value if isinstance(value, str) else spelled(value)
