"""Changes in lines of text, in columns."""

from collections import Counter
from collections.abc import Iterator, Sequence

from obsdash.change import Change
from obsdash.origin import Origin
from obsdash.render.escape import printable
from obsdash.words import count

ALIKE = 4  # parts that changed in the same way fold into one line
_WIDEST = 72  # of a column: what is longer pushes the next one away instead of all rows


def change_lines(changes: Sequence[Change], whole: Origin | None) -> Iterator[str]:
    """Put changes into lines; those that are alike become one."""
    alike = Counter(change.text for change in changes if _repeatable(change))
    shown: set[str] = set()
    rows = []
    for change in changes:
        number = alike[change.text] if _repeatable(change) else 1
        if number < ALIKE:
            cells = printable(change.subject), printable(change.text)
            place = place_in(change.origin, whole)
            rows.append((*cells, place) if cells[0] else (cells[1], "", place))
        elif change.text not in shown:
            shown.add(change.text)
            rows.append((_noun(change.subject, number), printable(change.text), ""))
    yield from columns(rows)


def _repeatable(change: Change) -> bool:
    """Whether a change reads the same without its subject: a part that was edited."""
    return change.verb == "changed" and " " in change.subject


def _noun(subject: str, number: int) -> str:
    return count(number, subject.partition(" ")[0])


def place_in(origin: Origin | None, whole: Origin | None) -> str:
    """Return a place as short as it is clear: nothing for the resource's own, `:57` in its file."""
    if origin is None or origin == whole:
        return ""
    if whole and origin.file == whole.file:
        return f":{origin.line}"
    return printable(str(origin))


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align rows in columns; a cell that is too wide, or alone, does not widen its column.

    Columns that are empty take no room.
    """
    if not rows:
        return []
    told = [column for column in zip(*rows, strict=True) if any(column)]
    rows = list(zip(*told, strict=True))
    widths = [
        max(
            (len(row[i]) for row in rows if len(row[i]) <= _WIDEST and any(row[i + 1 :])), default=0
        )
        for i in range(len(rows[0]))
    ]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
