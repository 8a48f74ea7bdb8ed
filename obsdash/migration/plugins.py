"""What panel plugins make of options that an older version of themselves saved.

Other than a schema version, this happens when a panel is shown; a panel that was saved without
being seen keeps its old options and its old `pluginVersion`.
"""

import copy
from collections.abc import Callable, Mapping

from obsdash.migration.fieldoptions import field_options
from obsdash.migration.heatmap import heatmap
from obsdash.migration.reading import Json, inner, leading_number


def text(panel: Json, version: float) -> None:
    """Move a text panel's text to its options (7.1); a mode nobody knows is Markdown."""
    if "content" in panel and "mode" in panel:
        moved = {key: panel.pop(key) for key in ("content", "mode")}
        if version < 7.1:
            panel["options"] = moved
    options = panel.setdefault("options", {})
    if isinstance(options, dict) and options.get("mode") not in ("code", "html", "markdown"):
        options["mode"] = "markdown"


_DASHBOARD_LIST = {
    "showStarred": "starred",
    "showRecentlyViewed": "recent",
    "showSearch": "search",
    "showHeadings": "headings",
    "maxItems": "limit",
    "query": "query",
    "folderId": "folderId",
    "tags": "tags",
}


def dashboard_list(panel: Json, version: float) -> None:
    """Move the settings of a list of dashboards to its options (6.3)."""
    _moved(panel, _DASHBOARD_LIST)
    if version < 6.3:
        for old in _DASHBOARD_LIST.values():
            if old != "tags":
                panel.pop(old, None)


_ALERT_LIST = {
    "showOptions": "show",
    "maxItems": "limit",
    "sortOrder": "sortOrder",
    "dashboardAlerts": "onlyAlertsOnDashboard",
    "alertName": "nameFilter",
    "dashboardTitle": "dashboardFilter",
    "folderId": "folderId",
    "tags": "dashboardTags",
}


def alert_list(panel: Json, version: float) -> None:
    """Move the settings of a list of alerts to its options (7.5)."""
    states = panel.get("stateFilter")
    if isinstance(states, list):
        options = panel.setdefault("options", {})
        options.setdefault("stateFilter", {str(state): True for state in states})
    _moved(panel, _ALERT_LIST)
    if version < 7.5:
        for old in (*_ALERT_LIST.values(), "stateFilter"):
            panel.pop(old, None)


def _moved(panel: Json, names: Mapping[str, str]) -> None:
    options = panel.setdefault("options", {})
    if isinstance(options, dict):
        for new, old in names.items():
            if options.get(new) is None and panel.get(old) is not None:
                options[new] = panel[old]


def graph(panel: Json, _version: float) -> None:
    """Move a graph's data links to its fields (7.1)."""
    links = inner(panel, "options").pop("dataLinks", None)
    if links:
        config = panel.setdefault("fieldConfig", {"defaults": {}, "overrides": []})
        if isinstance(config, dict) and isinstance(config.setdefault("defaults", {}), dict):
            config["defaults"]["links"] = links


Handler = Callable[[Json, float], None]

HANDLERS: Mapping[str, Handler] = {
    "alertlist": alert_list,
    "bargauge": field_options,
    "dashlist": dashboard_list,
    "gauge": field_options,
    "graph": graph,
    "heatmap": heatmap,
    "stat": field_options,
    "text": text,
}


def shown(panel: Mapping[str, object]) -> Json:
    """Return a copy of a panel as its plugin saves it after it was seen once."""
    found = copy.deepcopy(dict(panel))
    handler = HANDLERS.get(str(panel.get("type")))
    if handler:
        handler(found, _version(panel))
    return found


def _version(panel: Mapping[str, object]) -> float:
    """Return a panel's plugin version as far as it matters: 9.3 for 9.3.2."""
    return leading_number(panel.get("pluginVersion")) or UNSAID


UNSAID = 6.1  # older ones did not say
