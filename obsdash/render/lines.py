"""A plan in lines of text, which the terminal and Markdown share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from obsdash.diff.noise import NOISE
from obsdash.plan import Action, Blocked, Create, Delete, Kept, Plan, Update
from obsdash.render.changes import change_lines
from obsdash.render.edits import resolved, sided
from obsdash.render.escape import printable
from obsdash.render.holdings import summary
from obsdash.resource import Ref, Resource
from obsdash.words import count

MOST_REFS = 5  # that a line names


@dataclass(frozen=True, slots=True)
class Entry:
    """An action as a reader sees it: a headline of columns, lines below it."""

    sign: str
    ref: str
    place: str
    detail: str
    lines: tuple[str, ...] = ()


def entry(action: Action | Kept, *, noise: bool) -> Entry:
    """Put an action into words."""
    match action:
        case Create(desired=desired):
            return Entry("+", *_headline(desired), summary(desired))
        case Update(desired=desired, changes=changes, sides=sides):
            told = sided(sides, desired) if sides else change_lines(changes, desired.origin)
            lines = (*told, *_bracketed(action.notes), *hidden(action.noise, noise=noise))
            return Entry("~", *_headline(desired), resolved(sides) if sides else "", lines)
        case Delete(live=live):
            return Entry("-", *_headline(live), summary(live))
        case Blocked(desired=desired, reason=reason, sides=sides):
            lines = (*sided(sides, desired), *_bracketed(sides.notes)) if sides else ()
            return Entry("!", *_headline(desired), printable(reason), lines)
        case Kept(desired=desired, sides=sides):
            lines = (*sided(sides, desired, waiting=True), *_bracketed(sides.notes))
            return Entry("=", *_headline(desired), "left as edited in Grafana", lines)
        case _:
            assert_never(action)


def _bracketed(notes: Iterable[str]) -> Iterator[str]:
    yield from (f"({printable(note)})" for note in notes)


def _headline(resource: Resource) -> tuple[str, str]:
    return printable(str(resource.ref)), printable(str(resource.origin or ""))


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
    more = ((kinds.count(Blocked), "blocked"), (len(plan.kept), "left as edited"))
    return ", ".join([text, *(f"{number} {word}" for number, word in more if number)])


def heading(plan: Plan) -> str:
    """Return the target, with what the server says it is."""
    return printable(f"{plan.target} ({plan.server})" if plan.server else plan.target)


def besides(plan: Plan) -> Iterator[str]:
    """Mention what is live and not wanted, and what nobody can see."""
    for caution in plan.cautions:
        yield f"Caution: {printable(caution)}"
    if plan.orphans:
        yield f"No longer defined, deleted with --prune only: {_some(plan.orphans)}"
    if plan.unmanaged:
        yield f"Not ours, left alone: {count(len(plan.unmanaged), 'object')}"
    if plan.unseen:
        yield (
            "Secrets cannot be read back, so a new value under the same reference is not seen"
            f" (--rotate-secrets writes them again): {_some(plan.unseen)}"
        )

    yield from two_way(plan)


def two_way(plan: Plan) -> Iterator[str]:
    """Name what could only be compared with what is live, and why."""
    by_reason: dict[str, list[Ref]] = {}
    for ref, why in plan.two_way.items():
        by_reason.setdefault(why, []).append(ref)
    for why, refs in by_reason.items():
        yield f"Two-way, edits cannot be told from your changes: {_some(refs)} ({printable(why)})"


def noted(plan: Plan) -> Iterator[str]:
    """Say what there is to know of unchanged objects."""
    by_note: dict[str, list[Ref]] = {}
    for ref, notes in plan.notes.items():
        for note in notes:
            by_note.setdefault(note, []).append(ref)
    yield from (f"({_some(refs)}: {printable(note)})" for note, refs in by_note.items())


def _some(refs: Sequence[Ref]) -> str:
    more = f" and {len(refs) - MOST_REFS} more" if len(refs) > MOST_REFS else ""
    return ", ".join(printable(str(ref)) for ref in refs[:MOST_REFS]) + more
