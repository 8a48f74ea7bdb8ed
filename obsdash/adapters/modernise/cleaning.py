"""What grafanalib writes and no Grafana since 5 reads, or reads to the panel's harm."""

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.sources import Sources
from obsdash.resource import Spec

# Every query of grafanalib's `Target` has all of these, whatever the data source.
_TARGET_KEYS = frozenset({"expr", "intervalFactor", "metric", "query", "step", "target"})
_PANEL_KEYS = ("height", "minSpan", "span")
_DASHBOARD_KEYS = ("__inputs", "hideControls", "rows", "sharedCrosshair", "style")


def max_data_points(dashboard: Spec, _sources: Sources) -> None:
    """Drop the 100 that grafanalib sets on every panel: graphs become coarse."""
    for panel in parts.panels(dashboard):
        if panel.get("maxDataPoints") == 100 and parts.from_grafanalib(panel):
            del panel["maxDataPoints"]


def dead_keys(dashboard: Spec, _sources: Sources) -> None:
    """Drop keys that nothing reads; a shared crosshair becomes its successor."""
    if dashboard.get("sharedCrosshair") and not dashboard.get("graphTooltip"):
        dashboard["graphTooltip"] = 1
    for key in _DASHBOARD_KEYS:
        if key != "rows" or not dashboard.get("rows"):
            dashboard.pop(key, None)
    for panel in parts.panels(dashboard):
        if parts.from_grafanalib(panel):
            _clean_panel(panel)
        for target in parts.dicts(panel.get("targets")):
            if target.keys() >= _TARGET_KEYS:
                _clean_target(target)


def _clean_panel(panel: Spec) -> None:
    for key in _PANEL_KEYS:
        panel.pop(key, None)
    if panel.get("error") is False:
        del panel["error"]
    if panel.get("editable") is True:
        del panel["editable"]


def _clean_target(target: Spec) -> None:
    """Drop what the query's data source does not ask for, and the defaults of the rest."""
    if target["query"] == target["expr"]:
        del target["query"]
    for key, default in (("metric", ""), ("target", ""), ("step", 10), ("intervalFactor", 2)):
        if target[key] == default:
            del target[key]
    if not target["expr"]:  # another data source's query: SQL, CloudWatch, Graphite
        del target["expr"]


def null_keys(dashboard: Spec, _sources: Sources) -> None:
    """Drop keys whose value is null where that says the same as their absence."""
    _drop_nulls(dashboard)
    for panel in parts.panels(dashboard):
        _drop_nulls(panel)
        defaults = parts.inside(parts.inside(panel, "fieldConfig"), "defaults")
        _drop_nulls(defaults)
        _drop_nulls(parts.inside(defaults, "custom"))
        for target in parts.dicts(panel.get("targets")):
            _drop_nulls(target)
    for variable in parts.variables(dashboard):
        _drop_nulls(variable)


def _drop_nulls(part: Spec) -> None:
    if None in part.values():
        for key in [key for key, value in part.items() if value is None]:
            del part[key]


def tags(dashboard: Spec, _sources: Sources) -> None:
    """Name each tag once."""
    given = dashboard.get("tags")
    if isinstance(given, list):
        dashboard["tags"] = list(dict.fromkeys(tag for tag in given if isinstance(tag, str)))
