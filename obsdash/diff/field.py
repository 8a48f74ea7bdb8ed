"""What changed in how a panel's values look: thresholds, mappings, overrides."""

from collections.abc import Iterator, Sequence
from typing import Any

from obsdash.diff.leaves import ORDER
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Group, plainly, texts
from obsdash.spelling import cut, quoted, spelled


def thresholds(group: Group) -> Iterator[str]:
    before, after = _steps(group.before), _steps(group.after)
    told = [*_mode(group), *_step_changes(before, after)]
    yield from told or texts(group, "thresholds ")


def _mode(group: Group) -> Iterator[str]:
    old, new = (
        side.get("mode", "absolute") if isinstance(side, dict) else "absolute"
        for side in (group.before, group.after)
    )
    if old != new:
        yield f"thresholds {old} → {new}"


Step = tuple[str, Any]  # colour, value; None for the base


def _steps(holder: Any) -> list[Step]:
    steps = holder.get("steps") if isinstance(holder, dict) else None
    if not isinstance(steps, list):
        return []
    return [
        (str(step.get("color")), None if index == 0 else step.get("value"))
        for index, step in enumerate(steps)
        if isinstance(step, dict)
    ]


def _step_changes(before: Sequence[Step], after: Sequence[Step]) -> Iterator[str]:
    """Tell steps by colour first: the value of a colour is what people tune."""
    old = [step for step in before if step not in after]
    new = [step for step in after if step not in before]
    for step in list(new):
        twin = next((s for s in old if s[0] == step[0] and None not in (s[1], step[1])), None)
        recoloured = next((s for s in old if s[1] == step[1]), None)
        if twin:
            yield f"threshold {step[0]} {spelled(twin[1])} → {spelled(step[1])}"
        elif recoloured:
            name = "base" if step[1] is None else spelled(step[1])
            yield f"threshold {name}: {recoloured[0]} → {step[0]}"
        else:
            yield f"threshold {_step(step)} added"
        old = [s for s in old if s != (twin or recoloured)]
    for step in old:
        yield f"threshold {_step(step)} removed"


def _step(step: Step) -> str:
    return f"{step[0]} (base)" if step[1] is None else f"{step[0]} at {spelled(step[1])}"


def mappings(group: Group) -> Iterator[str]:
    before, after = _count(group.before), _count(group.after)
    if before != after:
        yield f"value mappings {before} → {after}"
    else:
        yield from texts(group, "value mapping ")


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def override(group: Group) -> Iterator[str]:
    """Tell an override by what it matches: `override for "errors": color …`."""
    if group.path[-1] == ORDER:
        yield "overrides reordered"
        return
    holder = group.before if group.after is MISSING else group.after
    name = _matched(holder)
    if group.whole:
        gone = group.after is MISSING
        yield f"override for {name} {'removed' if gone else f'added: {_properties(holder)}'}"
        return
    for leaf in group.leaves:
        below = [
            part for part in leaf.path[len(group.path) :] if part not in ("properties", "value")
        ]
        if below and below[-1] == ORDER:
            yield f"override for {name}: properties reordered"
        elif isinstance(leaf.after, dict) and "id" in leaf.after and leaf.before is MISSING:
            value = spelled(leaf.after.get("value"))
            yield f"override for {name}: {leaf.after['id']} {value} added"
        elif isinstance(leaf.before, dict) and "id" in leaf.before and leaf.after is MISSING:
            yield f"override for {name}: {leaf.before['id']} removed"
        else:
            yield f"override for {name}: {plainly('.'.join(below), leaf.before, leaf.after)}"


def _matched(one: Any) -> str:
    matcher = one.get("matcher") if isinstance(one, dict) else None
    if not isinstance(matcher, dict):
        return "?"
    options = matcher.get("options")
    shown = quoted(options) if isinstance(options, str) else spelled(options)
    return shown if matcher.get("id") == "byName" else f"{matcher.get('id')} {shown}"


def _properties(one: Any) -> str:
    properties = one.get("properties") if isinstance(one, dict) else None
    found = [p for p in properties or () if isinstance(p, dict)]
    return cut(", ".join(f"{p.get('id')} {spelled(p.get('value'))}" for p in found)) or "nothing"
