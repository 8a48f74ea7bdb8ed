"""The schema version: which of Grafana's own migrations a document still needs."""

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.parts import Board
from obsdash.resource import Spec

CURRENT = 37  # of Grafana 9.3; later ones migrate from here
# Panels that read the same options in every version from 9.3 on, or migrate their own.
_MODERN = frozenset(
    {"alertlist", "barchart", "bargauge", "dashlist", "gauge", "heatmap", "histogram", "logs"}
    | {"news", "piechart", "row", "stat", "state-timeline", "status-history", "table", "text"}
    | {"timeseries", "candlestick", "canvas", "geomap", "nodeGraph", "traces", "xychart"}
)


def schema_version(board: Board) -> None:
    """Lift an old schema version, unless something is left that Grafana has to migrate."""
    given = board.document.get("schemaVersion")
    if (isinstance(given, int) and given >= CURRENT) or board.document.get("rows"):
        return
    named = any(isinstance(p.get("datasource"), str) for p in board.datasource_users())
    if not named and not any(map(_is_legacy, board.panels)):
        board.document["schemaVersion"] = CURRENT


def _is_legacy(panel: Spec) -> bool:
    if panel.get("libraryPanel"):
        return False  # the library has the panel
    options = panel.get("options")
    defaults = parts.inside(parts.inside(panel, "fieldConfig"), "defaults")
    mappings = parts.dicts(defaults.get("mappings"))
    return (
        panel.get("type") not in _MODERN
        or (panel.get("type") == "heatmap" and not options)
        or (panel.get("type") == "text" and not options)
        or "fieldOptions" in parts.inside(panel, "options")
        or "calcs" in defaults
        or any(isinstance(mapping.get("type"), int) for mapping in mappings)
    )
