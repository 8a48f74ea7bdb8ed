"""A plan for review: as text, as JSON, as Markdown."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from obsdash.change import Change
from obsdash.plan import Action, Blocked, Create, Delete, Edit, Kept, Plan, Sides, Update
from obsdash.render.changes import columns
from obsdash.render.escape import code
from obsdash.render.holdings import summary
from obsdash.render.lines import (
    Entry,
    besides,
    counts,
    entry,
    heading,
    hidden,
    noted,
)
from obsdash.words import count

MARKER = "<!-- obsdash plan -->"
COMMENT_LIMIT = 65_536  # characters of a pull-request comment on GitHub
_NAMES = {Create: "create", Update: "change", Delete: "delete", Blocked: "blocked", Kept: "kept"}
_COLORS = {"+": "green", "~": "yellow", "-": "red", "!": "magenta", "=": "cyan"}


def plan_text(plan: Plan, *, color: bool, noise: bool) -> str:
    """Return the plan as text for a terminal, its last line without a line break."""
    return "\n".join(_text(plan, color=color, noise=noise))


def _text(plan: Plan, *, color: bool, noise: bool) -> Iterator[str]:
    unchanged = f"{len(plan.unchanged)} unchanged"
    folded = [*hidden(plan.noise, noise=noise), *noted(plan)]
    if plan.in_sync:
        yield f"In sync: {heading(plan)} · {unchanged}"
        yield from (f"    {line}" for line in folded)
        yield from besides(plan)
        return
    yield f"Plan for {heading(plan)} · {counts(plan)}, {unchanged}"
    yield ""
    yield from _entries([entry(one, noise=noise) for one in _shown(plan)], color=color)
    yield from (f"  unchanged: {line}" for line in folded)
    yield ""
    yield from besides(plan)
    yield f"Plan: {counts(plan)}. Checksum {plan.checksum}."


def _shown(plan: Plan) -> tuple[Action | Kept, ...]:
    return (*plan.actions, *plan.kept)


def _entries(entries: Sequence[Entry], *, color: bool) -> Iterator[str]:
    heads = columns([(f"{e.sign} {e.ref}", e.place, e.detail) for e in entries])
    for one, head in zip(entries, heads, strict=True):
        yield click.style(head, fg=_COLORS[one.sign]) if color else head
        yield from (f"    {line}" for line in one.lines)


def plans_json(plans: Sequence[Plan]) -> dict[str, Any]:
    """Return the plans as a document, `schemaVersion` 1; docs/plan-format.md describes it."""
    return {"schemaVersion": 1, "plans": [_plan_json(plan) for plan in plans]}


def _plan_json(plan: Plan) -> dict[str, Any]:
    kinds = [type(one) for one in _shown(plan)]
    return {
        "target": plan.target,
        "server": plan.server,
        "checksum": plan.checksum,
        "summary": {
            **{name: kinds.count(kind) for kind, name in _NAMES.items()},
            "unchanged": len(plan.unchanged),
        },
        "actions": [_action_json(one) for one in _shown(plan)],
        "unchanged": [str(ref) for ref in plan.unchanged],
        "orphans": [str(ref) for ref in plan.orphans],
        "unmanaged": [str(ref) for ref in plan.unmanaged],
        "noise": dict(plan.noise),
        "cautions": list(plan.cautions),
        "unseen": [str(ref) for ref in plan.unseen],
        "notes": {str(ref): list(notes) for ref, notes in plan.notes.items()},
        "twoWay": {str(ref): why for ref, why in plan.two_way.items()},
    }


def _action_json(action: Action | Kept) -> dict[str, Any]:
    sides = None if isinstance(action, Create | Delete) else action.sides
    resource = action.live if isinstance(action, Delete) else action.desired
    return {
        "action": _NAMES[type(action)],
        "ref": str(action.ref),
        "kind": action.ref.kind,
        "uid": action.ref.uid,
        "folder": resource.folder,
        "origin": str(resource.origin) if resource.origin else None,
        "summary": summary(resource),
        "reason": action.reason if isinstance(action, Blocked) else None,
        "changes": [change_json(c) for c in action.changes] if isinstance(action, Update) else [],
        "noise": dict(action.noise) if isinstance(action, Update) else {},
        "notes": list(_notes(action)),
        "yours": [change_json(change) for change in sides.yours] if sides else [],
        "edits": edits_json(sides),
    }


def _notes(action: Action | Kept) -> Sequence[str]:
    if isinstance(action, Update):
        return action.notes
    sides = None if isinstance(action, Create | Delete) else action.sides
    return sides.notes if sides else ()


def edits_json(sides: Sides | None) -> list[dict[str, Any]]:
    """Return what others edited as documents, each with who and when."""
    return [edit_json(edit) for edit in sides.edits] if sides else []


def edit_json(edit: Edit) -> dict[str, Any]:
    """Return an edit as a document."""
    save = edit.save
    return {
        **change_json(edit.change),
        "by": save.by if save else None,
        "at": save.at if save else None,
        "version": save.version if save else None,
        "collides": edit.collides,
        "fate": edit.fate,
    }


def change_json(change: Change) -> dict[str, Any]:
    """Return a change as a document."""
    return {
        "subject": change.subject,
        "text": change.text,
        "verb": change.verb,
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "origin": str(change.origin) if change.origin else None,
    }


def plans_markdown(plans: Sequence[Plan], *, limit: int = COMMENT_LIMIT) -> str:
    """Return the plans for a pull-request comment, as much of them as the limit allows.

    The first line marks the comment, so that the next run can find and replace it.
    """
    for shape in _SHAPES:
        text = "\n".join([MARKER, *(line for plan in plans for line in _markdown(plan, shape))])
        if len(text) <= limit:
            return text
    return "\n".join([MARKER, f"{count(len(plans), 'plan')}: too long to show here."])


Shape = Callable[[Sequence[Entry]], Iterator[str]]


def _markdown(plan: Plan, shape: Shape) -> Iterator[str]:
    if plan.in_sync:
        yield f"### In sync: {code(heading(plan))}"
        yield f"{len(plan.unchanged)} unchanged."
    else:
        yield f"### Plan for {code(heading(plan))}"
        yield f"{counts(plan)}, {len(plan.unchanged)} unchanged. Checksum `{plan.checksum}`."
        yield ""
        yield from shape([entry(one, noise=False) for one in _shown(plan)])
    yield from ("", *(code(line) for line in besides(plan)))


def _full(entries: Sequence[Entry]) -> Iterator[str]:
    yield from _table(entries)
    for one in (e for e in entries if e.lines):
        fence = "`" * max(3, _longest_run(one.lines) + 1)
        yield f"\n<details><summary>{code(f'{one.sign} {one.ref}')}</summary>\n"
        yield from (f"{fence}text", *one.lines, fence, "\n</details>")


def _table(entries: Sequence[Entry]) -> Iterator[str]:
    yield "| | resource | what | where |"
    yield "|---|---|---|---|"
    for one in entries:
        what = one.detail or count(sum(not line.startswith("(") for line in one.lines), "change")
        yield f"| `{one.sign}` | {code(one.ref)} | {code(what)} | {code(one.place)} |"


def _counts_only(entries: Sequence[Entry]) -> Iterator[str]:
    yield f"{count(len(entries), 'object')}: too many to show here; run `obsdash diff`."


_SHAPES: tuple[Shape, ...] = (_full, _table, _counts_only)


def _longest_run(lines: Sequence[str]) -> int:
    return max((len(run) for line in lines for run in _runs(line)), default=0)


def _runs(line: str) -> list[str]:
    return [run for run in "".join(c if c == "`" else " " for c in line).split() if run]
