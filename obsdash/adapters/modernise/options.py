"""Panel options of Grafana 6 to 8 that grafanalib still writes → where they are read today."""

from typing import Any

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.parts import Board
from obsdash.resource import Spec

# Keys of a step of the graph panel's thresholds, which mean nothing in a field's.
_GRAPH_STEP_KEYS = ("op", "yaxis", "line", "index")
_REDUCERS = {"difference": "diff"}  # what grafanalib calls otherwise


def thresholds(board: Board) -> None:
    """Give the base step a null value instead of "null", and steps nothing but value and color."""
    for panel in board.panels:
        defaults = parts.inside(parts.inside(panel, "fieldConfig"), "defaults")
        given = defaults.get("thresholds")
        if isinstance(given, dict):
            given["steps"] = _steps(given.get("steps"))


def _steps(given: Any) -> list[Spec]:
    """Return steps as Grafana writes them.

    No list (a stat's "") is one step, green from the bottom. An empty list stays: a state timeline
    would fold all values into the one range of one step.
    """
    if not isinstance(given, list):
        return [{"color": "green", "value": None}]
    return [_step(step) for step in parts.dicts(given)]


def _step(step: Spec) -> Spec:
    step = {key: value for key, value in step.items() if key not in _GRAPH_STEP_KEYS}
    if step.get("value") == "null":
        step["value"] = None
    return step


def stat_no_value(board: Board) -> None:
    """Let a stat without data say "No data" and not "none", grafanalib's default."""
    for panel in board.panels_of("stat"):
        defaults = parts.inside(parts.inside(panel, "fieldConfig"), "defaults")
        if defaults.get("noValue") == "none":
            del defaults["noValue"]


def gauge_reduce_options(board: Board) -> None:
    """Move what a gauge reduces its series by from the field's defaults to its options."""
    for panel in board.panels_of("gauge"):
        config = parts.inside(panel, "fieldConfig")
        defaults = parts.inside(config, "defaults")
        if "calcs" not in defaults:
            continue
        options = parts.attached(panel, "options")
        options.setdefault("reduceOptions", _reduce_options(defaults))
        for key in ("showThresholdLabels", "showThresholdMarkers"):
            if key in config:
                options.setdefault(key, config.pop(key))
        for key in ("calcs", "limit", "override", "values"):
            defaults.pop(key, None)
        _title_to_display_name(defaults)


def bargauge_field_options(board: Board) -> None:
    """Spread a bar gauge's `fieldOptions` over its field's defaults and reduce options."""
    for panel in board.panels_of("bargauge"):
        options = parts.inside(panel, "options")
        given = options.get("fieldOptions")
        if not isinstance(given, dict):
            continue
        del options["fieldOptions"]
        options.setdefault("reduceOptions", _reduce_options(given))
        defaults = parts.attached(parts.attached(panel, "fieldConfig"), "defaults")
        for key, value in parts.inside(given, "defaults").items():
            defaults.setdefault(key, value)
        defaults.setdefault("color", {"mode": "thresholds"})
        _title_to_display_name(defaults)
        if given.get("mappings"):
            defaults.setdefault("mappings", given["mappings"])
        if "thresholds" not in defaults and isinstance(given.get("thresholds"), list):
            steps = _steps(given["thresholds"])
            defaults["thresholds"] = {"mode": "absolute", "steps": steps}
        for key in ("showThresholdLabels", "showThresholdMarkers"):
            options.pop(key, None)  # a gauge has them, a bar gauge never had


def _reduce_options(given: Spec) -> Spec:
    """Return today's reduce options: one value a series, or every value."""
    calcs = [_REDUCERS.get(name, name) for name in given.get("calcs") or ["lastNotNull"]]
    options: Spec = {"calcs": calcs, "fields": "", "values": bool(given.get("values"))}
    return options | ({"limit": given["limit"]} if given.get("limit") else {})


def _title_to_display_name(defaults: Spec) -> None:
    title = defaults.pop("title", None)
    if title:
        defaults.setdefault("displayName", title)


def table_field_options(board: Board) -> None:
    """Move a table's colour and mappings to the field's defaults; drop what tables lost in 8."""
    for panel in board.panels_of("table"):
        if "fontSize" not in panel or panel.get("columns"):
            continue
        defaults = parts.attached(parts.attached(panel, "fieldConfig"), "defaults")
        for key in ("color", "mappings"):
            if value := panel.pop(key, None):
                defaults.setdefault(key, value)
        for key in ("columns", "fontSize"):
            panel.pop(key, None)


_DASHLIST = {
    "headings": "showHeadings",
    "limit": "maxItems",
    "query": "query",
    "recent": "showRecentlyViewed",
    "search": "showSearch",
    "starred": "showStarred",
    "tags": "tags",
}


def dashlist_options(board: Board) -> None:
    """Move what a dashboard list shows to its options."""
    for panel in board.panels_of("dashlist"):
        if "headings" in panel:
            options = parts.attached(panel, "options")
            for old, new in _DASHLIST.items():
                if old in panel:
                    options.setdefault(new, panel.pop(old))


def legend(board: Board) -> None:
    """Say whether a legend shows the way Grafana asks since 9.1, not by a mode "hidden"."""
    for panel in board.panels:
        given = parts.inside(parts.inside(panel, "options"), "legend")
        if "displayMode" in given and "showLegend" not in given:
            given["showLegend"] = given["displayMode"] != "hidden"
            if not given["showLegend"]:
                given["displayMode"] = "list"
