"""Where panels stand after a merge: what both sides pushed is pushed by both."""

from typing import Any

from obsdash.diff.missing import MISSING
from obsdash.merge.value import Spot, Three, Work, equal, merge_value

_BOX = ("x", "y", "w", "h")


def merge_position(values: Three, spot: Spot, work: Work) -> Any:
    """Return a panel's `gridPos`, MISSING for none; up and down, it is pushed by both sides."""
    base, ours, theirs = values
    if equal(base, theirs) or equal(ours, theirs):
        return ours
    if equal(base, ours):
        return theirs
    if not all(_is_box(side) for side in values):
        present = [side for side in (ours, theirs) if side is not MISSING]
        if len(present) == 1:
            return present[0]
        return ours if base is MISSING else work.collide(spot.key("gridPos"), ours, theirs)
    found = len(work.collisions)
    rest = values.map(lambda side: {k: v for k, v in side.items() if k != "y"})
    merged = merge_value(rest, spot.key("gridPos"), work)
    if len(work.collisions) > found:  # half of each would be a place that nobody chose
        return ours if work.prefer == "ours" else theirs
    return {**merged, "y": max(0, ours["y"] + theirs["y"] - base["y"])}


def _is_box(position: Any) -> bool:
    return isinstance(position, dict) and all(
        isinstance(position.get(key), int | float) for key in _BOX
    )


def pushed_apart(panels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return panels of which none covers another: what stands lower gives way."""
    taken: list[dict[str, Any]] = []
    moved: dict[int, dict[str, Any]] = {}
    boxed = [(n, panel) for n, panel in enumerate(panels) if _is_box(panel.get("gridPos"))]
    for number, panel in sorted(boxed, key=lambda entry: _reading(entry[1])):
        position = dict(panel["gridPos"])
        while covered := [one for one in taken if _overlap(one, position)]:
            position["y"] = max(one["y"] + one["h"] for one in covered)
        taken.append(position)
        moved[number] = {**panel, "gridPos": position}
    return [moved.get(number, panel) for number, panel in enumerate(panels)]


def _reading(panel: dict[str, Any]) -> tuple[float, float]:
    return panel["gridPos"]["y"], panel["gridPos"]["x"]


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "w"), ("y", "h"))
    )
