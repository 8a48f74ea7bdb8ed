"""What grafanalib writes and no Grafana since 5 reads, or reads to the panel's harm."""

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.parts import Board
from obsdash.resource import Spec

# Every query of grafanalib's `Target` has all of these, whatever the data source.
_QUERY_KEYS = frozenset({"expr", "intervalFactor", "metric", "query", "step", "target"})
_QUERY_DEFAULTS = (("metric", ""), ("target", ""), ("step", 10), ("intervalFactor", 2))
_PANEL_KEYS = ("height", "minSpan", "span")
_DASHBOARD_KEYS = ("__inputs", "hideControls", "rows", "sharedCrosshair", "style")


def max_data_points(board: Board) -> None:
    """Drop the 100 that grafanalib sets on every panel: graphs become coarse."""
    for panel in board.panels:
        if panel.get("maxDataPoints") == 100 and parts.from_grafanalib(panel):
            del panel["maxDataPoints"]


def dead_keys(board: Board) -> None:
    """Drop keys that nothing reads; a shared crosshair becomes its successor."""
    if "hideControls" in board.document:  # grafanalib's
        _clean_dashboard(board.document)
    for panel in board.panels:
        if parts.from_grafanalib(panel):
            _clean_panel(panel)
    for query in board.queries:
        if query.keys() >= _QUERY_KEYS:
            _clean_query(query)


def _clean_dashboard(document: Spec) -> None:
    if document.get("sharedCrosshair") and not document.get("graphTooltip"):
        document["graphTooltip"] = 1
    for key in _DASHBOARD_KEYS:
        if key != "rows" or not document.get("rows"):
            document.pop(key, None)


def _clean_panel(panel: Spec) -> None:
    for key in _PANEL_KEYS:
        panel.pop(key, None)
    if panel.get("error") is False:
        del panel["error"]
    if panel.get("editable") is True:
        del panel["editable"]
    if panel.get("transparent") is False:
        del panel["transparent"]


def _clean_query(query: Spec) -> None:
    """Drop what the query's data source does not ask for, and the defaults of the rest."""
    if query["query"] == query["expr"]:
        del query["query"]
    for key, default in _QUERY_DEFAULTS:
        if query[key] == default:
            del query[key]
    if not query["expr"]:  # another data source's query: SQL, CloudWatch, Graphite
        del query["expr"]


def null_keys(board: Board) -> None:
    """Drop keys whose value is null where that says the same as their absence."""
    _drop_nulls(board.document)
    for panel in board.panels:
        _drop_nulls(panel)
        defaults = parts.inside(parts.inside(panel, "fieldConfig"), "defaults")
        _drop_nulls(defaults)
        _drop_nulls(parts.inside(defaults, "custom"))
    for part in (*board.queries, *board.variables()):
        _drop_nulls(part)


def _drop_nulls(part: Spec) -> None:
    for key in [key for key, value in part.items() if value is None]:
        del part[key]


def tags(board: Board) -> None:
    """Name each tag once."""
    given = board.document.get("tags")
    if isinstance(given, list):
        board.document["tags"] = list(dict.fromkeys(tag for tag in given if isinstance(tag, str)))
