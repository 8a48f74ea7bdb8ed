"""A plan in lines of text, which the terminal and Markdown share."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from obsdash.change import Change
from obsdash.diff.noise import NOISE
from obsdash.origin import Origin
from obsdash.plan import Action, Blocked, Create, Delete, Plan, Update
from obsdash.render.escape import printable
from obsdash.resource import ALERTMANAGER, DASHBOARD, DATASOURCE, Ref, Resource
from obsdash.words import count

ALIKE = 4  # parts that changed in the same way fold into one line
MOST_REFS = 5  # that a line names
_WIDEST = 72  # of a column: what is longer pushes the next one away instead of all rows


@dataclass(frozen=True, slots=True)
class Entry:
    """An action as a reader sees it: a headline of columns, lines below it."""

    sign: str
    ref: str
    place: str
    detail: str
    lines: tuple[str, ...] = ()


def entry(action: Action, *, noise: bool) -> Entry:
    """Put an action into words."""
    match action:
        case Create(desired=desired):
            return Entry("+", *_headline(desired), summary(desired))
        case Update(desired=desired, changes=changes, noise=folded):
            lines = (*_changes(changes, desired.origin), *hidden(folded, noise=noise))
            return Entry("~", *_headline(desired), "", lines)
        case Delete(live=live):
            return Entry("-", *_headline(live), summary(live))
        case Blocked(desired=desired, reason=reason):
            return Entry("!", *_headline(desired), printable(reason))
        case _:
            assert_never(action)


def _headline(resource: Resource) -> tuple[str, str]:
    return printable(str(resource.ref)), printable(str(resource.origin or ""))


def _changes(changes: Sequence[Change], whole: Origin | None) -> Iterator[str]:
    alike = Counter(change.text for change in changes if _repeatable(change))
    shown: set[str] = set()
    rows = []
    for change in changes:
        number = alike[change.text] if _repeatable(change) else 1
        if number < ALIKE:
            cells = printable(change.subject), printable(change.text)
            place = _place(change.origin, whole)
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


def _place(origin: Origin | None, whole: Origin | None) -> str:
    """Return a place as short as it is clear: nothing for the resource's own, `:57` in its file."""
    if origin is None or origin == whole:
        return ""
    if whole and origin.file == whole.file:
        return f":{origin.line}"
    return printable(str(origin))


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align rows in columns; a cell that is too wide, or alone, does not widen its column."""
    if not rows:
        return []
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


def hidden(folded: Mapping[str, int], *, noise: bool) -> Iterator[str]:
    """Say how many differences were folded away, by class when `noise` is asked for."""
    total = sum(folded.values())
    if not total:
        return
    differences = count(total, "difference")
    if not noise:
        yield f"({differences} without meaning hidden; --noise counts them by class)"
        return
    meanings = {entry.name: entry.meaning for entry in NOISE}
    for name, number in sorted(folded.items(), key=lambda item: (-item[1], item[0])):
        yield f"(hidden: {number} × {name}: {meanings.get(name, name)})"


def counts(plan: Plan) -> str:
    """Return `2 to create, 1 to change, 0 to delete`, and what is blocked."""
    kinds = [type(action) for action in plan.actions]
    text = (
        f"{kinds.count(Create)} to create, {kinds.count(Update)} to change, "
        f"{kinds.count(Delete)} to delete"
    )
    blocked = kinds.count(Blocked)
    return f"{text}, {blocked} blocked" if blocked else text


def heading(plan: Plan) -> str:
    """Return the target, with what the server says it is."""
    return printable(f"{plan.target} ({plan.server})" if plan.server else plan.target)


def besides(plan: Plan) -> Iterator[str]:
    """Mention what is live and not wanted, and what nobody can see."""
    for caution in plan.cautions:
        yield f"Left out: {printable(caution)}"
    if plan.orphans:
        yield f"No longer defined, deleted with --prune only: {_some(plan.orphans)}"
    if plan.unmanaged:
        yield f"Not ours, left alone: {count(len(plan.unmanaged), 'object')}"
    if plan.unseen:
        yield (
            "Secrets cannot be read back, so a new value under the same reference is not seen"
            f" (--rotate-secrets writes them again): {_some(plan.unseen)}"
        )


def _some(refs: Sequence[Ref]) -> str:
    more = f" and {len(refs) - MOST_REFS} more" if len(refs) > MOST_REFS else ""
    return ", ".join(printable(str(ref)) for ref in refs[:MOST_REFS]) + more


def summary(resource: Resource) -> str:
    """Say in a few words what a resource holds."""
    return printable(" · ".join(_holdings(resource)))


def _holdings(resource: Resource) -> Iterator[str]:
    spec = resource.spec
    if resource.folder:
        yield f"folder {resource.folder}"
    if resource.ref.kind == DASHBOARD:
        yield count(_panels(spec.get("panels")), "panel")
    elif resource.ref.kind == DATASOURCE:
        yield str(spec.get("type") or "")
    elif resource.ref.kind == ALERTMANAGER:
        yield count(len(spec.get("receivers") or ()), "receiver")
    elif rules := spec.get("rules"):
        records = sum("record" in rule for rule in rules)
        parts = (count(number, noun) for number, noun in _kinds(len(rules) - records, records))
        yield ", ".join(parts)


def _kinds(alerts: int, records: int) -> list[tuple[int, str]]:
    return [(number, noun) for number, noun in ((alerts, "alert"), (records, "record")) if number]


def _panels(panels: Any) -> int:
    """Count panels, those in collapsed rows too, rows not."""
    found = [panel for panel in panels or () if isinstance(panel, dict)]
    return sum(_panels(p.get("panels")) + (p.get("type") != "row") for p in found)
