"""Rows of panels with heights, before there was a grid (schema 16)."""

from math import ceil, floor
from typing import Any

from obsdash.migration.reading import Json, leading_number, number, objects

COLUMNS = 24
SPANS = 12  # widths were told in twelfths
CELL, GAP = 30, 8  # pixels
LOWEST = CELL * 3
DEFAULT_HEIGHT = 250
DEFAULT_SPAN = 4


def grid(dashboard: Json) -> None:
    """Place the panels of rows on a grid."""
    rows = dashboard.get("rows")
    if not isinstance(rows, list):
        return
    found = [row for row in objects(rows) if not row.get("repeatIteration")]
    shown = any(row.get("collapse") or row.get("showTitle") or row.get("repeat") for row in found)
    ids = [panel.get("id") for row in objects(rows) for panel in objects(row.get("panels"))]
    next_id = max((one for one in ids if isinstance(one, int)), default=0) + 1
    y = 0
    placed = objects(dashboard.get("panels"))
    for offset, row in enumerate(found):
        y = _row(row, y, next_id + offset if shown else None, placed)
    dashboard["panels"] = placed
    del dashboard["rows"]


def _row(row: Json, y: int, number: int | None, placed: list[Json]) -> int:
    """Place a row's panels; return where the next row starts."""
    height = _height(row.get("height") or DEFAULT_HEIGHT)
    line: Json = {}
    if number is not None:
        line = _line(row, number, y)
        y += 1
    area = _Area(height, y)
    for panel in objects(row.get("panels")):
        width, tall = _width(panel), _height(panel["height"]) if panel.get("height") else height
        panel["gridPos"] = area.place(width, tall)
        panel.pop("span", None)
        (line["panels"] if line.get("collapsed") else placed).append(panel)
    if line:
        placed.append(line)
    return area.y if line.get("collapsed") else area.y + height


def _line(row: Json, number: int, y: int) -> Json:
    kept = {
        "title": row.get("title"),
        "collapsed": row.get("collapse"),
        "repeat": row.get("repeat"),
    }
    return {
        "id": number,
        "type": "row",
        "panels": [],
        "gridPos": {
            "x": 0,
            "y": y,
            "w": COLUMNS,
            "h": _height(row.get("height") or DEFAULT_HEIGHT),
        },
        **{key: value for key, value in kept.items() if value is not None},
    }


def _width(panel: Json) -> int:
    span = number(panel.get("span")) or DEFAULT_SPAN
    least = number(panel.get("minSpan"))
    if least:
        panel["minSpan"] = min(COLUMNS, COLUMNS / SPANS * least)
    return min(COLUMNS, max(0, floor(span)) * COLUMNS // SPANS)


def _height(pixels: Any) -> int:
    found = leading_number(pixels) or 0
    return ceil(max(found, LOWEST) / (CELL + GAP))


class _Area:
    """The columns of one row, and down to where each is filled."""

    def __init__(self, height: int, y: int) -> None:
        self.height, self.y = height, y
        self._filled = [0] * COLUMNS

    def place(self, width: int, height: int) -> Json:
        """Return the first free place from the right, in a new line where there is none."""
        found = self._free(width)
        if found is None:
            self.y += self.height
            self._filled = [0] * COLUMNS
            found = self._free(width) or (0, 0)
        x, down = found
        position = {"x": x, "y": self.y + down, "w": width, "h": height}
        for column in range(x, min(x + width, COLUMNS)):
            self._filled[column] = max(self._filled[column], down + height)
        return position

    def _free(self, width: int) -> tuple[int, int] | None:
        end = start = None
        for column in range(COLUMNS - 1, -1, -1):
            if self._filled[column] >= self.height:
                break
            if end is None:
                end = start = column
            elif self._filled[column] <= self._filled[column + 1]:
                start = column
            else:
                break
        if start is None or end is None or end - start < width - 1:
            return None
        return start, max(self._filled[start:])
