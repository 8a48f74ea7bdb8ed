"""What others edited, in lines of text: by whom and when, and what the plan does about it."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from obsdash.origin import Origin
from obsdash.plan import Edit, Save, Sides
from obsdash.render.changes import change_lines, columns, place_in
from obsdash.render.escape import printable
from obsdash.resource import Resource
from obsdash.words import count

_FATES = {"undecided": "would be overwritten", "overwritten": "is overwritten", "kept": "is kept"}
_BOTH = "you changed it, too"


def resolved(sides: Sides) -> str:
    """Say what becomes of the edits: `2 edits in Grafana kept, 1 overwritten`."""
    fates = Counter(edit.fate for edit in sides.edits)
    (first, number), *rest = sorted(fates.items())
    more = "".join(f", {others} {fate}" for fate, others in rest)
    return f"{count(number, 'edit')} in Grafana {first}{more}"


def sided(sides: Sides, desired: Resource, *, waiting: bool = False) -> Iterator[str]:
    """Yield your changes, then what others edited, by who saved it and when.

    waiting: your changes are not applied.
    """
    if sides.yours:
        yield f"your changes{', which are not applied' if waiting else ''}:"
    yield from (f"  {line}" for line in change_lines(sides.yours, desired.origin))
    by_save = sorted(sides.edits, key=save_order)
    for save, edits in groupby(by_save, key=lambda edit: edit.save):
        yield f"edited in Grafana{saved(save)}:"
        rows = [_edit_row(edit, desired.origin) for edit in edits]
        yield from (f"  {line}" for line in columns(rows))


def saved(save: Save | None) -> str:
    """Say who saved and when: ` by alice at 2026-11-21 10:04 UTC (version 7)`."""
    if save is None:
        return ", nobody knows by whom"
    by = f" by {printable(save.by)}" if save.by else " by an unknown user"
    return f"{by} at {printable(save.at[:16].replace('T', ' '))} UTC (version {save.version})"


def save_order(edit: Edit) -> int:
    """Sort edits by the version that brought them."""
    return edit.save.version if edit.save else 0


def _edit_row(edit: Edit, whole: Origin | None) -> tuple[str, str, str, str]:
    change = edit.change
    subject, text = printable(change.subject), printable(change.text)
    fate = _FATES[edit.fate]
    if edit.collides:
        fate = _BOTH if edit.fate == "undecided" else f"{_BOTH}: {fate}"
    place = place_in(change.origin, whole)
    return (subject, text, fate, place) if subject else (text, "", fate, place)
