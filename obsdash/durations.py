"""Durations in Prometheus' notation: `30s`, `1h30m`, `30d`."""

import re

_UNITS = {
    "y": 365 * 24 * 3_600_000,
    "w": 7 * 24 * 3_600_000,
    "d": 24 * 3_600_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
_GRAMMAR = re.compile("".join(rf"(?:(\d+){unit})?" for unit in _UNITS), re.ASCII)


def milliseconds(text: str) -> int | None:
    """Return the length of a duration, None when Prometheus would refuse it."""
    if text == "0":
        return 0
    match = _GRAMMAR.fullmatch(text) if text else None
    if match is None:
        return None
    return sum(
        int(number or 0) * unit
        for number, unit in zip(match.groups(), _UNITS.values(), strict=True)
    )


def format_duration(length: int) -> str:
    """Write milliseconds as days and below (Prometheus knows no larger unit of fixed meaning)."""
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        number, length = divmod(length, _UNITS[unit])
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"
