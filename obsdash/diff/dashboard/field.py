"""What changed in how a panel's values look: thresholds, mappings, overrides."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from obsdash.diff.leaf import ORDER, Leaf
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Group, plainly, texts
from obsdash.spelling import cut, quoted, spelled


def thresholds(group: Group) -> Iterator[str]:
    """Tell thresholds by their colours and values."""
    before, after = _steps(group.before), _steps(group.after)
    if MISSING in (group.before, group.after):  # which means these
        before, after = before or _DEFAULT, after or _DEFAULT
    told = [*_mode(group), *_step_changes(before, after)]
    rest = group if not told else replace(group, leaves=tuple(filter(_unusual, group.leaves)))
    yield from (*told, *texts(rest, "thresholds "))


def _unusual(leaf: Leaf) -> bool:
    """Whether a leaf of thresholds is none of what `_mode` and `_step_changes` tell."""
    return leaf.path[-1] not in ("mode", "color", "value", "steps", ORDER) and (
        not isinstance(leaf.before, dict) and not isinstance(leaf.after, dict)
    )


def _mode(group: Group) -> Iterator[str]:
    old, new = (
        side.get("mode", "absolute") if isinstance(side, dict) else "absolute"
        for side in (group.before, group.after)
    )
    if old != new:
        yield f"thresholds {old} → {new}"


Step = tuple[str, Any]  # colour, value; None for the base
_DEFAULT: list[Step] = [("green", None), ("red", 80)]


def _steps(holder: Any) -> list[Step]:
    steps = holder.get("steps") if isinstance(holder, dict) else None
    if not isinstance(steps, list):
        return []
    return [
        (str(step.get("color")), None if step.get("value") == "null" else step.get("value"))
        for step in steps
        if isinstance(step, dict)
    ]


def _step_changes(before: Sequence[Step], after: Sequence[Step]) -> Iterator[str]:
    """Tell steps by colour first: the value of a colour is what people tune."""
    old = [step for step in before if step not in after]
    new = [step for step in after if step not in before]
    for step in new:
        twin = next((one for one in old if one[0] == step[0]), None)
        recoloured = next((one for one in old if one[1] == step[1]), None)
        if twin:
            yield f"threshold {step[0]} {_level(twin)} → {_level(step)}"
        elif recoloured:
            yield f"threshold {_level(step)}: {recoloured[0]} → {step[0]}"
        else:
            yield f"threshold {step[0]} at {_level(step)} added"
        old = [one for one in old if one != (twin or recoloured)]
    for step in old:
        yield f"threshold {step[0]} at {_level(step)} removed"


def _level(step: Step) -> str:
    return "base" if step[1] is None else spelled(step[1])


def mappings(group: Group) -> Iterator[str]:
    """Tell value mappings by their number, or by what changed in one."""
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
        yield f"override for {name}: {_property(leaf, leaf.path[len(group.path) :])}"


def _property(leaf: Leaf, path: Sequence[str]) -> str:
    below = ".".join(part for part in path if part not in ("properties", "value", ORDER))
    if path and path[-1] == ORDER:
        return f"{below or 'properties'} reordered"
    one = leaf.before if leaf.after is MISSING else leaf.after
    if MISSING in (leaf.before, leaf.after) and isinstance(one, dict) and "id" in one:
        return plainly(str(one["id"]), *(_value(side) for side in (leaf.before, leaf.after)))
    return plainly(below or "all", leaf.before, leaf.after)


def _value(one: Any) -> Any:
    return one.get("value") if isinstance(one, dict) else one


def _matched(one: Any) -> str:
    matcher = one.get("matcher") if isinstance(one, dict) else None
    if not isinstance(matcher, dict):
        return "?"
    options = matcher.get("options")
    shown = quoted(options) if isinstance(options, str) else spelled(options)
    return shown if matcher.get("id") == "byName" else f"{matcher.get('id')} {shown}"


def _properties(one: Any) -> str:
    properties = one.get("properties") if isinstance(one, dict) else None
    holders = properties if isinstance(properties, list) else ()
    found = [one for one in holders if isinstance(one, dict)]
    return cut(", ".join(f"{p.get('id')} {spelled(p.get('value'))}" for p in found)) or "nothing"
