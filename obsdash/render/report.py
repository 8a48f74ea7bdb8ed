"""What became of a plan, as text and as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from obsdash.render.escape import printable
from obsdash.target import Applied, Failed, Outcome, Refused, Report

_WORDS = ("created", "updated", "deleted", "failed", "refused")


def report_text(report: Report) -> str:
    """Return a line an object that was not done, and the totals."""
    return "\n".join(_lines(report))


def report_json(reports: Sequence[Report], run: str | None = None) -> dict[str, Any]:
    """Return a run's reports as a document, `schemaVersion` 1; run is none where none began."""
    return {
        "schemaVersion": 1,
        "run": run,
        "ok": all(report.ok for report in reports),
        "targets": [
            {
                "target": report.target,
                "interrupted": report.interrupted,
                "outcomes": [outcome_json(outcome) for outcome in report.outcomes],
            }
            for report in reports
        ],
    }


def _lines(report: Report) -> Iterator[str]:
    yield from _troubles([o for o in report.outcomes if not isinstance(o, Applied)])
    done = ", ".join(totals(report.outcomes)) or "nothing done"
    rest = " · interrupted: obsdash diff shows what is left" if report.interrupted else ""
    yield f"{report.target}: {done}{rest}"


def _troubles(outcomes: Iterable[Failed | Refused]) -> Iterator[str]:
    """Name all objects that the same happened to in one line."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in outcomes:
        what = (
            ("failed", one.reason, one.help)
            if isinstance(one, Failed)
            else ("refused", one.reason, "")
        )
        alike.setdefault(what, []).append(printable(str(one.ref)))
    for (word, reason, remedy), refs in alike.items():
        yield f"{click.style('!', fg='red')} {', '.join(refs)}  {word}: {printable(reason)}"
        if remedy:
            yield f"    help: {printable(remedy)}"


def totals(outcomes: Iterable[Outcome]) -> list[str]:
    """Return how many objects there are of each outcome: `2 created`, `1 failed`."""
    found = Counter(outcome_json(outcome)["outcome"] for outcome in outcomes)
    return [f"{found[word]} {word}" for word in _WORDS if found[word]]


def outcome_json(outcome: Outcome) -> dict[str, str]:
    """Return what became of an object as a document."""
    match outcome:
        case Applied():
            return {"ref": str(outcome.ref), "outcome": outcome.verb}
        case Refused():
            return {"ref": str(outcome.ref), "outcome": "refused", "reason": outcome.reason}
        case Failed():
            return {"ref": str(outcome.ref), "outcome": "failed", "reason": outcome.reason}
