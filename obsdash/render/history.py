"""What the runs did, as text and as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from obsdash.journal import Part, Run
from obsdash.render.changes import columns
from obsdash.render.escape import printable
from obsdash.render.report import outcome_json, totals
from obsdash.target import Applied


def history_text(runs: Sequence[Run]) -> str:
    """Return a line a run and target, the newest first."""
    if not runs:
        return "No runs yet: each obsdash sync is one."
    undone = _undone(runs)
    return "\n".join(columns([row for run in runs for row in _rows(run, undone.get(run.id))]))


def history_json(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the runs as a document, `schemaVersion` 1; docs/undo.md describes it."""
    undone = _undone(runs)
    return {"schemaVersion": 1, "runs": [_document(run, undone.get(run.id)) for run in runs]}


def _undone(runs: Iterable[Run]) -> Mapping[str, Run]:
    """Return the last rollback of each run that put back something."""
    found: dict[str, Run] = {}
    for run in runs:
        if run.undoes and any(_applied(part) for part in run.parts):
            found.setdefault(run.undoes, run)
    return found


def _rows(run: Run, undone: Run | None) -> Iterator[tuple[str, ...]]:
    head = (run.id, f"{run.started:%Y-%m-%d %H:%M} UTC", printable(run.environment))
    notes = "".join(f" · {note}" for note in _notes(run, undone))
    for part in run.parts:
        yield (*head, f"{printable(part.target)}: {_told(part)}{notes}")
        head, notes = ("", "", ""), ""
    if not run.parts:
        yield (*head, run.state)


def _told(part: Part) -> str:
    unknown = part.planned - len(part.outcomes)
    return ", ".join(totals(part.outcomes) + ([f"{unknown} unknown"] if unknown else []))


def _notes(run: Run, undone: Run | None) -> Iterator[str]:
    if run.undoes:
        yield f"{'' if run.whole else 'partial '}rollback of {run.undoes}"
    if run.state != "done":
        yield run.state
    if undone:
        yield f"{'' if _complete(undone) else 'partly '}rolled back by {undone.id}"


def _complete(rollback: Run) -> bool:
    return rollback.whole and all(len(_applied(part)) == part.planned for part in rollback.parts)


def _applied(part: Part) -> list[Applied]:
    return [outcome for outcome in part.outcomes if isinstance(outcome, Applied)]


def _document(run: Run, undone: Run | None) -> dict[str, Any]:
    return {
        "run": run.id,
        "started": run.started.isoformat(),
        "environment": run.environment,
        "state": run.state,
        "undoes": run.undoes or None,
        "undoneBy": undone.id if undone else None,
        "targets": [
            {
                "target": part.target,
                "planned": part.planned,
                "outcomes": [outcome_json(outcome) for outcome in part.outcomes],
            }
            for part in run.parts
        ],
    }
