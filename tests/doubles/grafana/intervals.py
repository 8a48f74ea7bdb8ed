"""Time intervals of mute timings: what Alertmanager takes, and how it writes it."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.doubles.grafana.answers import Json, Refusal

BAD = (400, "bad request data")
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
CLOCK = re.compile(r"(([01]\d|2[0-3]):[0-5]\d)|24:00")


def normal(interval: object) -> Json:
    """Return a time interval as Grafana stores it."""
    if not isinstance(interval, dict):
        raise Refusal(*BAD)
    out: Json = {}
    if times := interval.get("times"):
        out["times"] = [_times(pair) for pair in times]
    for field, read, write in FIELDS:
        if ranges := interval.get(field):
            out[field] = [_range(str(text), read, write) for text in ranges]
    if place := interval.get("location"):
        out["location"] = _location(place)
    return out


def _times(pair: Json) -> Json:
    start, end = str(pair.get("start_time")), str(pair.get("end_time"))
    if not CLOCK.fullmatch(start) or not CLOCK.fullmatch(end) or start >= end:
        raise Refusal(*BAD)
    return {"start_time": start, "end_time": end}


def _range(text: str, read: Callable[[str], int], write: Callable[[int], str]) -> str:
    """Return `a` or `a:b` in the server's spelling."""
    begin, _, end = text.lower().partition(":")
    try:
        first, last = read(begin), read(end or begin)
    except ValueError:
        raise Refusal(*BAD) from None
    if first > last and not last < 0 < first:
        raise Refusal(*BAD)
    return write(first) if first == last else f"{write(first)}:{write(last)}"


def _month(text: str) -> int:
    return MONTHS.index(text) + 1 if text in MONTHS else int(text)


def _day_of_month(text: str) -> int:
    number = int(text)
    if number == 0 or abs(number) > 31:
        raise ValueError(text)
    return number


def _location(place: str) -> str:
    try:
        ZoneInfo(place)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refusal(*BAD) from None
    return place


FIELDS: tuple[tuple[str, Callable[[str], int], Callable[[int], str]], ...] = (
    ("weekdays", DAYS.index, DAYS.__getitem__),
    ("days_of_month", _day_of_month, str),
    ("months", _month, str),
    ("years", int, str),
)
