"""Where panels stand: legacy rows, and panels without a place."""

import math
from typing import Any

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.parts import Board
from obsdash.resource import Spec

COLUMNS = 24
WIDTH, HEIGHT = 12, 8
_LEGACY_HEIGHT = 250  # pixels
_PLACE = frozenset({"h", "w", "x", "y"})
_CELL = 38  # pixels: a grid unit with its gap


def legacy_rows(board: Board) -> None:
    """Turn grafanalib's `rows` into row panels and the panels below them."""
    rows = parts.dicts(board.document.get("rows"))
    if not rows:
        return
    headed = any(row.get("showTitle") or row.get("collapse") or row.get("repeat") for row in rows)
    panels: list[Spec] = []
    for row in rows:
        inside = [_sized(panel, row) for panel in parts.dicts(row.get("panels"))]
        if not headed:
            panels += inside
        elif row.get("collapse"):
            panels.append(_head(row, inside))
        else:
            panels += [_head(row, []), *inside]
    board.document["panels"] = panels
    del board.document["rows"]
    board.find_panels()


def _head(row: Spec, inside: list[Spec]) -> Spec:
    head: Spec = {"type": "row", "title": row.get("title") or "", "panels": inside}
    head["collapsed"] = bool(row.get("collapse"))
    kept = ("repeat", "//origin")
    return head | {key: row[key] for key in kept if row.get(key)}


def _sized(panel: Spec, row: Spec) -> Spec:
    """Give a panel the width of its span and the height of its row, not yet a place."""
    pixels = _pixels(panel.get("height")) or _pixels(row.get("height")) or _LEGACY_HEIGHT
    span = panel.get("span")
    width = round(span * 2) if isinstance(span, int | float) else COLUMNS
    panel["gridPos"] = {"h": math.ceil(max(pixels, 90) / _CELL), "w": max(1, min(width, COLUMNS))}
    return panel


def _pixels(height: Any) -> float:
    if isinstance(height, str):
        height = height.removesuffix("px")
        return float(height) if height.isdecimal() else 0
    return height if isinstance(height, int | float) else 0


def layout(board: Board) -> None:
    """Let panels without a place flow from left to right, each beside or under the one before."""
    if not all(_is_placed(parts.inside(panel, "gridPos")) for panel in board.panels):
        _flow(parts.dicts(board.document.get("panels")), 0)


def _flow(panels: list[Spec], top: int) -> int:
    """Place panels from the line `top` on; return the line below the last."""
    x = 0
    bottom = top  # of what is placed so far
    fixed = [place for panel in panels if _is_placed(place := parts.inside(panel, "gridPos"))]
    for panel in panels:
        place = parts.inside(panel, "gridPos")
        if not _is_placed(place):
            width, height = _size(panel, place)
            if x + width > COLUMNS:
                x, top = 0, bottom
            place = {"h": height, "w": width, "x": x, "y": top}
            if any(_overlap(place, other) for other in fixed):
                bottom = max(bottom, *(other["y"] + other["h"] for other in fixed))
                place |= {"x": 0, "y": bottom}
            panel["gridPos"] = place
        x, top = place["x"] + place["w"], place["y"]
        bottom = max(bottom, top + place["h"])
        if panel.get("panels") and panel.get("type") == "row":
            _flow(parts.dicts(panel["panels"]), bottom)
    return bottom


def _is_placed(place: Spec) -> bool:
    return place.keys() >= _PLACE and None not in place.values()


def _overlap(one: Spec, other: Spec) -> bool:
    return bool(
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def _size(panel: Spec, place: Spec) -> tuple[int, int]:
    if panel.get("type") == "row":
        return COLUMNS, 1
    width, height = place.get("w"), place.get("h")
    return (
        max(1, min(width, COLUMNS)) if isinstance(width, int) else WIDTH,
        max(1, height) if isinstance(height, int) else HEIGHT,
    )
