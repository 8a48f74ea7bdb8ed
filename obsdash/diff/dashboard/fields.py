"""Which field settings the panels of Grafana itself have: others it drops when a panel is shown.

Learnt from what Grafana 9.3 keeps of panels that have every setting, and from the plugins of 13.
A setting that no panel ever had is nobody's leftover: it is not listed, and told.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Fields(NamedTuple):
    """The settings of a plugin: the standard ones, and its own, below `custom`."""

    standard: frozenset[str]
    custom: frozenset[str] = frozenset()


_ALL = frozenset(
    (
        *("unit", "min", "max", "decimals", "displayName", "noValue", "thresholds", "mappings"),
        *("links", "color", "fieldMinMax", "filterable", "actions", "unitScale"),
    )
)
_HIDE = frozenset(("hideFrom",))
_AXIS = frozenset(
    (
        *("axisBorderShow", "axisCenteredZero", "axisColorMode", "axisGridShow", "axisLabel"),
        *("axisPlacement", "axisSoftMax", "axisSoftMin", "axisWidth", "scaleDistribution"),
    )
)
_BARS = frozenset(("fillOpacity", "gradientMode", "lineWidth"))
_GRAPH = (
    _HIDE
    | _AXIS
    | _BARS
    | frozenset(
        (
            *("barAlignment", "barMaxWidth", "barWidthFactor", "drawStyle", "fillBelowTo"),
            *("fillColor", "insertNulls", "lineColor", "lineInterpolation", "lineStyle"),
            *("pointColor", "pointSize", "pointSymbol", "showPoints", "showValues", "spanNulls"),
            *("stacking", "thresholdsStyle", "transform"),
        )
    )
)
_TIMELINE = _HIDE | frozenset(("axisPlacement", "axisWidth", "fillOpacity", "lineWidth"))
_TABLE = _HIDE | frozenset(
    (
        *("align", "cellOptions", "displayMode", "filterable", "footer", "hidden", "inspect"),
        *("minWidth", "tooltip", "width", "wrapHeaderText", "wrapText"),
    )
)
_NONE = Fields(frozenset())

FIELDS: Mapping[str, Fields] = {
    **dict.fromkeys(
        (
            *("alertlist", "annolist", "dashlist", "gettingstarted", "heatmap-old", "logs"),
            *("news", "pluginlist", "row", "table-old", "text", "traces", "welcome"),
        ),
        _NONE,
    ),
    "barchart": Fields(_ALL, _HIDE | _AXIS | _BARS | {"thresholdsStyle", "transform"}),
    "bargauge": Fields(_ALL),
    "candlestick": Fields(_ALL, _GRAPH),
    "canvas": Fields(_ALL),
    "flamegraph": Fields(frozenset(("unit", "decimals"))),
    "gauge": Fields(_ALL),
    "geomap": Fields(_ALL, _HIDE),
    "graph": Fields(frozenset(("displayName", "links", "unit"))),
    "heatmap": Fields(frozenset(("links", "unit")), _HIDE | {"scaleDistribution"}),
    "histogram": Fields(_ALL, _HIDE | _AXIS | _BARS | {"stacking"}),
    "nodeGraph": Fields(frozenset(("links",))),
    "piechart": Fields(_ALL - {"thresholds"}, _HIDE),
    "stat": Fields(_ALL),
    "state-timeline": Fields(_ALL, _TIMELINE | {"spanNulls", "insertNulls"}),
    "status-history": Fields(_ALL, _TIMELINE),
    "table": Fields(_ALL, _TABLE),
    "timeseries": Fields(_ALL, _GRAPH),
    "trend": Fields(_ALL, _GRAPH),
    "xychart": Fields(
        _ALL,
        _HIDE
        | _AXIS
        | {"fillOpacity", "lineStyle", "lineWidth", "pointShape", "pointSize", "pointStrokeWidth"}
        | {"show"},
    ),
}

# What no plugin has any more.
_FORMER = frozenset(("description", "displayNameFromDS", "nullValueMode", "title", "writeable"))
_FORMER_CUSTOM = frozenset(("axis", "bars", "fill", "fillGradient", "line", "nullValues", "points"))
_EVER = _ALL | _FORMER
_EVER_CUSTOM = frozenset().union(_FORMER_CUSTOM, *(one.custom for one in FIELDS.values()))

# What came after the Grafana that writes schema 37.
_NEW = frozenset(("fieldMinMax", "filterable", "actions", "unitScale"))
_NEW_CUSTOM = frozenset(
    (
        *("axisBorderShow", "barWidthFactor", "cellOptions", "footer", "insertNulls"),
        *("pointShape", "pointStrokeWidth", "pointSymbol", "showValues", "tooltip"),
        *("wrapHeaderText", "wrapText"),
    )
)


def drops(plugin: str, path: Sequence[str], *, older: bool) -> bool:
    """Whether a known plugin drops the setting at a path below a field's settings.

    older: the plugin is of a Grafana that is older than who wrote the setting.
    """
    known = FIELDS[plugin]
    custom, name = path[0] == "custom", path[path[0] == "custom" and len(path) > 1]
    if name in (known.custom if custom else known.standard):
        new = _NEW_CUSTOM if custom else _NEW
        return older and (name in new or name in _LATE.get(plugin, ()))
    return name in (_EVER_CUSTOM if custom else _EVER)


# What a plugin got later than others.
_LATE: Mapping[str, frozenset[str]] = {
    "flamegraph": frozenset(("unit", "decimals")),
    "heatmap": frozenset(("unit",)),
    "histogram": _AXIS | {"stacking"},
    "nodeGraph": frozenset(("links",)),
    "state-timeline": _HIDE | {"axisPlacement", "axisWidth"},
    "status-history": _HIDE | {"axisPlacement", "axisWidth"},
    "table": _HIDE,
}
