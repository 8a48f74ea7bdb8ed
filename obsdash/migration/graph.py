"""The graph panel before it had a list of axes and of thresholds (schemas 2 to 13)."""

from collections.abc import Mapping
from typing import Any

from obsdash.migration.reading import Json, inner, number

_GRID = ("Min", "Max", "LogBase")


def first_names(panel: Json) -> None:
    """Rename what the first graphs called differently (schema 2)."""
    if panel.get("type") == "graphite":
        panel["type"] = "graph"
    if panel.get("type") != "graph":
        return
    if isinstance(panel.get("legend"), bool):
        panel["legend"] = {"show": panel["legend"]}
    grid = inner(panel, "grid")
    for old, new in (("min", "leftMin"), ("max", "leftMax")):
        if grid.get(old):
            grid[new] = grid.pop(old)
    for index, key in enumerate(("y_format", "y2_format")):
        if panel.get(key):
            formats = [*_formats(panel), None, None][:2]
            formats[index] = panel.pop(key)
            panel["y_formats"] = formats


def aliased_axes(panel: Json) -> None:
    """Say by an override which series has the right axis (schema 4)."""
    if panel.get("type") == "graph":
        for alias, axis in inner(panel, "aliasYAxis").items():
            panel["seriesOverrides"] = [{"alias": alias, "yaxis": axis}]
        panel.pop("aliasYAxis", None)


def axes(panel: Json) -> None:
    """Collect what is said of the axes (schema 12)."""
    grid = panel.get("grid")
    if panel.get("type") != "graph" or not isinstance(grid, dict) or panel.get("yaxes"):
        return
    formats = [*_formats(panel), None, None]
    panel["yaxes"] = [
        _axis(panel, grid, side, formats[index]) for index, side in enumerate(("left", "right"))
    ]
    panel["xaxis"] = _present({"show": panel.get("x-axis")})
    for side in ("left", "right"):
        panel.pop(f"{side}YAxisLabel", None)
        for what in _GRID:
            grid.pop(f"{side}{what}", None)
    for key in ("y_formats", "y-axis", "x-axis"):
        panel.pop(key, None)


def _axis(panel: Json, grid: Json, side: str, unit: Any) -> Json:
    found = {
        "show": panel.get("y-axis"),
        "format": unit,
        "label": panel.get(f"{side}YAxisLabel"),
        **{key: grid.get(f"{side}{key[0].upper()}{key[1:]}") for key in ("min", "max", "logBase")},
    }
    return _present(found)


def _present(found: Mapping[str, Any]) -> Json:
    return {key: value for key, value in found.items() if value is not None}


def _formats(panel: Json) -> list[Any]:
    formats = panel.get("y_formats")
    return formats if isinstance(formats, list) else []


def thresholds(panel: Json) -> None:
    """Make the two thresholds of the grid a list (schema 13)."""
    grid = panel.get("grid")
    if panel.get("type") != "graph" or not isinstance(grid, dict):
        return
    found = [one for which in (1, 2) if (one := _threshold(grid, which)) is not None]
    levels = [number(one["value"]) or 0 for one in found]
    if "threshold1" not in grid or not isinstance(grid["threshold1"], int | float):
        found = []
    for one in found:
        one["op"] = (
            "lt" if len(levels) == len(("first", "second")) and levels[0] > levels[1] else "gt"
        )
    kept = panel.get("thresholds")
    panel["thresholds"] = [*(kept if isinstance(kept, list) else []), *found]
    for key in ("threshold1", "threshold1Color", "threshold2", "threshold2Color", "thresholdLine"):
        grid.pop(key, None)


def _threshold(grid: Json, which: int) -> Json | None:
    value, colour = grid.get(f"threshold{which}"), grid.get(f"threshold{which}Color")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    kind = "line" if grid.get("thresholdLine") else "fill"
    return {"value": value, kind: True, f"{kind}Color": colour, "colorMode": "custom"}
