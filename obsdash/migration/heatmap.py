"""The heatmap of Grafana before 9.1, which became one of another making."""

from typing import Any

from obsdash.migration.reading import Json, inner, number, text

# In the order in which they are looked for in an old scheme's name.
_SCHEMES = (
    *("BrBG", "PiYG", "PRGn", "PuOr", "RdBu", "RdGy", "RdYlBu", "RdYlGn", "Spectral", "Blues"),
    *("Greens", "Greys", "Oranges", "Purples", "Reds", "Turbo", "Cividis", "Viridis", "Magma"),
    *("Inferno", "Plasma", "Warm", "Cool", "Cubehelix", "BuGn", "BuPu", "GnBu", "OrRd"),
    *("PuBuGn", "PuBu", "PuRd", "RdPu", "YlGnBu", "YlGn", "YlOrBr", "YlOrRd", "Rainbow"),
    "Sinebow",
)
_BOUNDS = {"upper": "ge", "lower": "le", "middle": "unknown"}
_GAP = 2


def heatmap(panel: Json, _version: float) -> None:
    """Give a heatmap without options those that its old settings mean."""
    if panel.get("options"):
        return
    y_axis, tooltip = inner(panel, "yAxis"), inner(panel, "tooltip")
    cards = inner(panel, "cards")
    calculate = panel.get("dataFormat") != "tsbuckets"
    panel["options"] = _told(
        {
            "calculate": calculate,
            "calculation": _calculation(panel) if calculate else {},
            "color": _colour(inner(panel, "color")),
            "cellGap": _number(cards.get("cardPadding"), _GAP) or 1,
            "cellRadius": _number(cards.get("cardRound")),
            "yAxis": {
                "axisPlacement": "hidden" if y_axis.get("show") is False else "left",
                "reverse": bool(panel.get("reverseYBuckets")),
                "axisWidth": _number(y_axis.get("width")),
                "min": y_axis.get("min"),
                "max": y_axis.get("max"),
                "unit": y_axis.get("format"),
                "decimals": y_axis.get("decimals"),
            },
            "cellValues": {"decimals": _number(panel.get("tooltipDecimals"))},
            "rowsFrame": {"layout": _BOUNDS.get(text(panel.get("yBucketBound")), "auto")},
            "legend": {"show": bool(inner(panel, "legend").get("show"))},
            "showValue": "never",
            "tooltip": {
                "show": bool(tooltip.get("show")),
                "yHistogram": bool(tooltip.get("showHistogram")),
            },
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "filterValues": {"le": 1e-9},
        }
    )
    panel["fieldConfig"] = {"defaults": {}, "overrides": []}


def _calculation(panel: Json) -> Json:
    found: Json = {}
    if panel.get("xBucketSize"):
        found["xBuckets"] = {"mode": "size", "value": _spelled(panel["xBucketSize"])}
    elif panel.get("xBucketNumber"):
        found["xBuckets"] = {"mode": "count", "value": _spelled(panel["xBucketNumber"])}
    if panel.get("yBucketSize"):
        found["yBuckets"] = {"mode": "size", "value": _spelled(panel["yBucketSize"])}
    elif panel.get("xBucketNumber"):
        found["yBuckets"] = {"mode": "count", "value": _spelled(panel.get("yBucketNumber"))}
    y_axis = inner(panel, "yAxis")
    base, split = number(y_axis.get("logBase")) or 1, number(y_axis.get("splitFactor")) or 0
    if base > 1:
        value = _spelled(y_axis["splitFactor"]) if split > 0 else None
        scale = {"type": "log", "log": y_axis["logBase"]}
        found["yBuckets"] = {"mode": "count", "value": value, "scale": scale}
    return found


def _colour(old: Json) -> Json:
    found: Json = {
        "mode": "scheme",
        "scheme": "Oranges",
        "fill": old.get("cardColor"),
        "scale": "exponential",
        "reverse": False,
        "exponent": 0.5,
        "steps": 128,
        "min": old.get("min"),
        "max": old.get("max"),
    }
    if old.get("mode") == "spectrum":
        name = text(old.get("colorScheme"))
        found["scheme"] = next((one for one in _SCHEMES if one in name), "Oranges")
    elif old.get("mode") == "opacity":
        found |= {"mode": "opacity", "scale": old.get("scale")}
    low, high = number(old.get("min")), number(old.get("max"))
    if low is not None and high is not None and low > high:
        found |= {"min": old["max"], "max": old["min"], "reverse": True}
    return found


def _told(value: Any) -> Any:
    """Return an object without what is null, at any depth."""
    if isinstance(value, dict):
        return {key: _told(item) for key, item in value.items() if item is not None}
    return value


def _number(value: Any, otherwise: float | None = None) -> float | None:
    found = None if value in (None, "") else number(value)
    return otherwise if found is None else found


def _spelled(value: Any) -> str:
    return "undefined" if value is None else str(value)
