"""What became of a plan, as text and as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from obsdash.render.escape import printable
from obsdash.target import Applied, Failed, Outcome, Refused, Report

_SIGNS = {"created": "+", "updated": "~", "deleted": "-"}


def report_text(report: Report) -> str:
    """Return a line an object that was not done, and the totals."""
    return "\n".join(_lines(report))


def report_json(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the reports as a document, `schemaVersion` 1."""
    return {
        "schemaVersion": 1,
        "ok": all(report.ok for report in reports),
        "targets": [
            {
                "target": report.target,
                "interrupted": report.interrupted,
                "outcomes": [_document(outcome) for outcome in report.outcomes],
            }
            for report in reports
        ],
    }


def _lines(report: Report) -> Iterator[str]:
    done = Counter(o.verb for o in report.outcomes if isinstance(o, Applied))
    yield from _troubles([o for o in report.outcomes if not isinstance(o, Applied)])
    totals = [f"{done[verb]} {verb}" for verb in _SIGNS if done[verb]]
    left = [(Failed, "failed"), (Refused, "refused")]
    for kind, word in left:
        number = sum(isinstance(outcome, kind) for outcome in report.outcomes)
        totals += [f"{number} {word}"] if number else []
    rest = " · interrupted: obsdash diff shows what is left" if report.interrupted else ""
    yield f"{report.target}: {', '.join(totals) or 'nothing done'}{rest}"


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


def _document(outcome: Outcome) -> dict[str, str]:
    match outcome:
        case Applied():
            return {"ref": str(outcome.ref), "outcome": outcome.verb}
        case Refused():
            return {"ref": str(outcome.ref), "outcome": "refused", "reason": outcome.reason}
        case Failed():
            return {"ref": str(outcome.ref), "outcome": "failed", "reason": outcome.reason}
