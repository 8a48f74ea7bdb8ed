"""What others edited, for those who carry it into the definitions: as text and as JSON."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from obsdash.drift.pulled import Pulled
from obsdash.render.changes import columns
from obsdash.render.edits import save_order, saved
from obsdash.render.escape import printable
from obsdash.render.plan import edit_json
from obsdash.resource import Ref

Found = Mapping[str, Sequence[Pulled]]  # by target


def pulled_text(found: Found, written: Collection[Ref]) -> str:
    """Return the edits in words, each with the place that defines what was edited."""
    return "\n".join(_lines(found, written))


def _lines(found: Found, written: Collection[Ref]) -> Iterator[str]:
    for target, objects in found.items():
        if not objects:
            yield f"Nothing to pull from {printable(target)}: no dashboard was edited there"
        for one in objects:
            yield f"{printable(str(one.ref))}  {printable(target)}"
            yield from (f"    {line}" for line in _told(one))
            if one.ref in written:
                yield f"    wrote {printable(_file(one))}"


def _told(one: Pulled) -> Iterator[str]:
    if one.why:
        yield f"(two-way, as {printable(one.why)}: your own changes show as undone)"
    edits = sorted(one.edits, key=save_order)
    for save, group in groupby(edits, key=lambda edit: edit.save):
        yield "differs in Grafana:" if one.why else f"edited in Grafana{saved(save)}:"
        rows = []
        for change in (edit.change for edit in group):
            cells = printable(change.subject), printable(change.text)
            place = printable(str(change.origin or ""))
            rows.append((*cells, place) if cells[0] else (cells[1], "", place))
        yield from (f"  {line}" for line in columns(rows))
    yield from (f"({printable(note)})" for note in one.notes)


def _file(one: Pulled) -> str:
    return one.defined.origin.file if one.defined.origin else ""


def pulled_json(found: Found, written: Collection[Ref]) -> dict[str, Any]:
    """Return the edits as a document, `schemaVersion` 1; docs/drift.md describes it."""
    return {
        "schemaVersion": 1,
        "pulled": [
            _object(target, one, one.ref in written)
            for target, objects in found.items()
            for one in objects
        ],
    }


def _object(target: str, one: Pulled, written: bool) -> dict[str, Any]:
    return {
        "target": target,
        "ref": str(one.ref),
        "origin": str(one.defined.origin) if one.defined.origin else None,
        "edits": [edit_json(edit) for edit in one.edits],
        "notes": list(one.notes),
        "twoWay": one.why or None,
        "patch": one.patch,
        "written": written,
    }
