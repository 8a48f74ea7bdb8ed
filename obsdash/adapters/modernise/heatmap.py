"""The heatmap of Grafana 8 and before → the options of today's."""

from typing import Any

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.parts import Board
from obsdash.resource import Spec

_OLD_KEYS = frozenset(
    {"cards", "color", "dataFormat", "heatmap", "hideZeroBuckets", "highlightCards", "legend"}
    | {"reverseYBuckets", "tooltip", "xAxis", "xBucketNumber", "xBucketSize"}
    | {"yAxis", "yBucketBound", "yBucketNumber", "yBucketSize"}
)
_LAYOUTS = {"lower": "ge", "upper": "le", "middle": "unknown"}


def heatmap_options(board: Board) -> None:
    """Carry a legacy heatmap's keys over to its options."""
    for panel in board.panels_of("heatmap"):
        if "dataFormat" in panel and not panel.get("options"):
            panel["options"] = _options(panel)
            for key in _OLD_KEYS & panel.keys():
                del panel[key]


def _options(panel: Spec) -> Spec:
    cards = parts.inside(panel, "cards")
    options: Spec = {
        "calculate": panel.get("dataFormat") != "tsbuckets",
        "calculation": _calculation(panel),
        "cellGap": _number(cards.get("cardPadding"), 2),
        "color": _color(parts.inside(panel, "color")),
        "legend": {"show": bool(parts.inside(panel, "legend").get("show"))},
        "rowsFrame": {"layout": _LAYOUTS.get(panel.get("yBucketBound") or "", "auto")},
        "showValue": "never",
        "tooltip": {"show": True, "yHistogram": False},
        "yAxis": _y_axis(panel),
    }
    if panel.get("hideZeroBuckets"):
        options["filterValues"] = {"le": 1e-9}
    return options


def _calculation(panel: Spec) -> Spec:
    log = parts.inside(panel, "yAxis").get("logBase")
    found: Spec = {}
    for axis in "xy":
        size, number = panel.get(f"{axis}BucketSize"), panel.get(f"{axis}BucketNumber")
        if size or number:
            mode = "size" if size else "count"
            found[f"{axis}Buckets"] = {"mode": mode, "value": str(size or number)}
    if isinstance(log, int) and log > 1:
        found["yBuckets"] = {"mode": "count", "scale": {"type": "log", "log": log}}
    return found


def _color(given: Spec) -> Spec:
    scheme = str(given.get("colorScheme") or "").removeprefix("interpolate") or "Oranges"
    color: Spec = {
        "exponent": _number(given.get("exponent"), 0.5),
        "fill": given.get("cardColor") or "dark-orange",
        "mode": "opacity" if given.get("mode") == "opacity" else "scheme",
        "reverse": False,
        "scale": "linear" if given.get("colorScale") == "linear" else "exponential",
        "scheme": scheme,
        "steps": 128,
    }
    limits = {key: given[key] for key in ("min", "max") if given.get(key) is not None}
    return color | limits


def _y_axis(panel: Spec) -> Spec:
    given = parts.inside(panel, "yAxis")
    axis: Spec = {
        "axisPlacement": "left" if given.get("show", True) else "hidden",
        "reverse": bool(panel.get("reverseYBuckets")),
    }
    names = {"decimals": "decimals", "format": "unit", "max": "max", "min": "min"}
    return axis | {new: given[old] for old, new in names.items() if given.get(old) is not None}


def _number(value: Any, default: float) -> float:
    return value if isinstance(value, int | float) else default
