"""Tables: the old one got another name, the new one another way to say how cells look."""

from obsdash.migration.reading import Json, inner, objects, properties, text

_GAUGES = {"basic": "basic", "gradient-gauge": "gradient", "lcd-gauge": "lcd"}
_BACKGROUNDS = {"color-background": "gradient", "color-background-solid": "basic"}
_LEVELS = 3  # thresholds that a style had when the first said nothing


def two_thresholds(panel: Json) -> None:
    """Drop the first of three thresholds of a column, which said nothing (schema 10)."""
    if panel.get("type") == "table":
        for style in objects(panel.get("styles")):
            levels = style.get("thresholds")
            if isinstance(levels, list) and len(levels) >= _LEVELS:
                style["thresholds"] = levels[1:]


def aligned(panel: Json) -> None:
    """Align columns by what they hold (schema 22)."""
    if panel.get("type") == "table":
        for style in objects(panel.get("styles")):
            style["align"] = "auto"


def renamed(panel: Json) -> None:
    """Call a table with styles an old one (schema 24)."""
    if panel.get("type") == "table" and panel.get("styles"):
        panel["type"] = "table-old"


def cells(panel: Json) -> None:
    """Say by an object how cells look (schema 38)."""
    if panel.get("type") != "table":
        return
    custom = inner(panel, "fieldConfig", "defaults", "custom")
    if "displayMode" in custom:
        custom["cellOptions"] = _cell(text(custom.pop("displayMode")))
    for prop in properties(panel):
        if prop.get("id") == "custom.displayMode":
            prop["id"] = "custom.cellOptions"
            prop["value"] = _cell(text(prop["value"])) if "value" in prop else {}


def _cell(mode: str) -> Json:
    if mode in _GAUGES:
        return {"type": "gauge", "mode": _GAUGES[mode]}
    if mode in _BACKGROUNDS:
        return {"type": "color-background", "mode": _BACKGROUNDS[mode]}
    return {"type": mode}
