"""What alerts would have done, as text and JSON."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from obsdash.backtest import Backtest, Firing, Outcome
from obsdash.durations import format_duration
from obsdash.render.escape import printable
from obsdash.words import count


def backtest_text(found: Sequence[Backtest], end: datetime, length: timedelta) -> str:
    """Return a line for each alert, those that would have fired most often first."""
    window = format_duration(round(length.total_seconds() * 1000))
    until = end.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    ordered = sorted(found, key=lambda one: (-len(one.outcome.firings), one.ref, one.alert))
    lines = [f"backtest of {count(len(found), 'alert')} over {window} until {until}"]
    lines += [line for one in ordered for line in _lines(one)]
    return "\n".join(printable(line) for line in lines)


def backtest_markdown(found: Sequence[Backtest], end: datetime, length: timedelta) -> str:
    """Return the text as a block below a comment's other parts."""
    text = backtest_text(found, end, length).replace("```", "` ` `")
    return f"\n\n```text\n{text}\n```\n"


def _lines(one: Backtest) -> Iterator[str]:
    change = " (new)" if one.new else ""
    if one.loaded:
        change = f"; as loaded now: {_said(one.loaded)}"
    yield f"{one.origin}: {one.alert}: {_said(one.outcome)}{change}"
    if one.missing:
        yield f"    nothing to go by: {', '.join(one.missing)} without series in this time"


def _said(outcome: Outcome) -> str:
    if outcome.error:
        return f"cannot be run: {outcome.error}"
    if outcome.waits:
        return f"cannot be told: it waits for {_spelled(outcome.waits)}, longer than this time"
    if not outcome.firings:
        return "would not have fired"
    still = sum(firing.open for firing in outcome.firings)
    parts = [
        f"would have fired {_times(len(outcome.firings))}",
        f"{_spelled(outcome.seconds)} in all",
        f"the longest {_spelled(outcome.longest)}",
        f"{still} still firing" if still else "",
    ]
    return ", ".join(part for part in parts if part)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _spelled(seconds: float) -> str:
    return format_duration(round(seconds) * 1000)


def backtest_json(found: Sequence[Backtest], end: datetime, length: timedelta) -> dict[str, Any]:
    """Return the backtest as a document; times in seconds since 1970."""
    return {
        "end": end.timestamp(),
        "seconds": length.total_seconds(),
        "alerts": [_alert_json(one) for one in found],
    }


def _alert_json(one: Backtest) -> dict[str, Any]:
    return {
        "alert": one.alert,
        "group": str(one.ref),
        "place": str(one.origin) if one.origin else None,
        "outcome": _outcome_json(one.outcome),
        "loaded": _outcome_json(one.loaded) if one.loaded else None,
        "new": one.new,
        "missing": list(one.missing),
    }


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "error": outcome.error or None,
        "waits": outcome.waits or None,
        "firings": [_firing_json(firing) for firing in outcome.firings],
    }


def _firing_json(firing: Firing) -> dict[str, Any]:
    return {
        "labels": dict(firing.labels),
        "start": firing.start,
        "end": None if firing.open else firing.end,
    }
