"""Panels that draw data over time, or its distribution."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal

from obsdash.author.dashboards.fields import FieldPanel
from obsdash.author.dashboards.panel import QueryPanel
from obsdash.author.document import Json, defined, given
from obsdash.author.refusals import check_range

LegendMode = Literal["list", "table", "hidden"]
LegendPlace = Literal["bottom", "right"]
TooltipMode = Literal["single", "multi", "none"]
TooltipSort = Literal["none", "asc", "desc"]
Calc = Literal[
    "lastNotNull", "last", "firstNotNull", "first", "min", "max", "mean", "sum", "count",
    "range", "delta", "step", "diff", "diffperc", "logmin", "allIsZero", "allIsNull",
    "changeCount", "distinctCount", "allValues", "uniqueValues",
]  # fmt: skip

_SHOWN = {"legend": False, "tooltip": False, "viz": False}


@dataclass(frozen=True)
class LegendPanel(FieldPanel):
    """What panels with a legend and a tooltip share. legend_calcs: shown beside the names."""

    _: KW_ONLY
    legend: LegendMode = "list"
    legend_place: LegendPlace = "bottom"
    legend_calcs: Sequence[Calc] = ()
    tooltip: TooltipMode = "single"
    tooltip_sort: TooltipSort = "none"

    default_color: ClassVar[str] = "palette-classic"

    def _options(self) -> Json:
        return {
            "legend": {
                "calcs": list(self.legend_calcs),
                "displayMode": "list" if self.legend == "hidden" else self.legend,
                "placement": self.legend_place,
                "showLegend": self.legend != "hidden",
            },
            "tooltip": {"mode": self.tooltip, "sort": self.tooltip_sort},
        }


@dataclass(frozen=True)
class TimeSeries(LegendPanel):
    """Lines, bars or points over time.

    fill: opacity of the area below, 0 … 100. span_nulls: join over gaps; a number: only over gaps
    up to so many milliseconds. soft_min, soft_max: the axis reaches at least there.
    threshold_style: how thresholds are drawn.
    """

    _: KW_ONLY
    tooltip: TooltipMode = "multi"
    tooltip_sort: TooltipSort = "desc"
    draw: Literal["line", "bars", "points"] = "line"
    interpolation: Literal["linear", "smooth", "stepBefore", "stepAfter"] = "linear"
    line_width: int = 1
    fill: int = 10
    gradient: Literal["none", "opacity", "hue", "scheme"] = "none"
    points: Literal["auto", "never", "always"] = "never"
    point_size: int = 5
    span_nulls: bool | int = False
    stack: Literal["none", "normal", "percent"] = "none"
    scale: Literal["linear", "log2", "log10"] = "linear"
    axis: Literal["auto", "left", "right", "hidden"] = "auto"
    axis_label: str = ""
    soft_min: float | None = None
    soft_max: float | None = None
    threshold_style: Literal["off", "line", "dashed", "area", "line+area", "dashed+area"] = "off"

    plugin: ClassVar[str] = "timeseries"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "fill", 0, 100)
        check_range(self, "line_width", 0, 10)

    def _custom(self) -> Json:
        return {
            "axisCenteredZero": False,
            "axisColorMode": "text",
            "axisLabel": self.axis_label,
            "axisPlacement": self.axis,
            "barAlignment": 0,
            "drawStyle": self.draw,
            "fillOpacity": self.fill,
            "gradientMode": self.gradient,
            "hideFrom": dict(_SHOWN),
            "lineInterpolation": self.interpolation,
            "lineWidth": self.line_width,
            "pointSize": self.point_size,
            "scaleDistribution": self._scale(),
            "showPoints": self.points,
            "spanNulls": self.span_nulls,
            "stacking": {"group": "A", "mode": self.stack},
            "thresholdsStyle": {"mode": self.threshold_style},
        } | defined(axisSoftMin=self.soft_min, axisSoftMax=self.soft_max)

    def _scale(self) -> Json:
        if self.scale == "linear":
            return {"type": "linear"}
        return {"log": int(self.scale.removeprefix("log")), "type": "log"}


@dataclass(frozen=True)
class StateTimeline(LegendPanel):
    """States over time, one band a series."""

    _: KW_ONLY
    merge: bool = True
    show_value: Literal["auto", "always", "never"] = "auto"
    align: Literal["left", "center", "right"] = "left"
    row_height: float = 0.9
    fill: int = 70
    line_width: int = 0

    plugin: ClassVar[str] = "state-timeline"
    default_color: ClassVar[str] = "thresholds"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "row_height", 0, 1)
        check_range(self, "fill", 0, 100)

    def _options(self) -> Json:
        return super()._options() | {
            "alignValue": self.align,
            "mergeValues": self.merge,
            "rowHeight": self.row_height,
            "showValue": self.show_value,
        }

    def _custom(self) -> Json:
        return {"fillOpacity": self.fill, "lineWidth": self.line_width, "spanNulls": False}


@dataclass(frozen=True)
class Heatmap(QueryPanel):
    """Counts in buckets over time, from `format="heatmap"` queries of a histogram by `le`.

    unit, decimals, min, max: of the y axis. calculate: make the buckets here, from plain values.
    scheme: a colour scheme of Grafana's, `Oranges`, `Spectral`, `Viridis`.
    """

    _: KW_ONLY
    unit: str = ""
    decimals: int | None = None
    min: float | None = None
    max: float | None = None
    calculate: bool = False
    scheme: str = "Oranges"
    color_scale: Literal["exponential", "linear"] = "exponential"
    color_steps: int = 64
    reverse_colors: bool = False
    cell_gap: int = 1
    show_value: Literal["auto", "always", "never"] = "auto"
    show_legend: bool = True
    y_histogram: bool = True
    hide_below: float = 1e-9

    plugin: ClassVar[str] = "heatmap"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "color_steps", 2, 128)

    def _options(self) -> Json:
        return {
            "calculate": self.calculate,
            "cellGap": self.cell_gap,
            "cellValues": {},
            "color": {
                "exponent": 0.5,
                "fill": "dark-orange",
                "mode": "scheme",
                "reverse": self.reverse_colors,
                "scale": self.color_scale,
                "scheme": self.scheme,
                "steps": self.color_steps,
            },
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "filterValues": {"le": self.hide_below},
            "legend": {"show": self.show_legend},
            "rowsFrame": {"layout": "auto"},
            "showValue": self.show_value,
            "tooltip": {"show": True, "yHistogram": self.y_histogram},
            "yAxis": {"axisPlacement": "left", "reverse": False} | self._axis(),
        }

    def _axis(self) -> Json:
        return given(unit=self.unit) | defined(decimals=self.decimals, min=self.min, max=self.max)

    def _field_config(self) -> Json:
        custom = {"hideFrom": dict(_SHOWN), "scaleDistribution": {"type": "linear"}}
        return {"defaults": {"custom": custom}, "overrides": []}


@dataclass(frozen=True)
class Histogram(LegendPanel):
    """How often values occur.

    bucket_size: left out, Grafana chooses. combine: all series in one.
    """

    _: KW_ONLY
    bucket_size: float | None = None
    bucket_offset: float = 0
    combine: bool = False
    fill: int = 80
    line_width: int = 1
    gradient: Literal["none", "opacity", "hue", "scheme"] = "none"

    plugin: ClassVar[str] = "histogram"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "fill", 0, 100)

    def _options(self) -> Json:
        shared = super()._options()
        shared.pop("tooltip")  # this plugin's is not configurable
        return (
            shared
            | {"bucketOffset": self.bucket_offset, "combine": self.combine}
            | defined(bucketSize=self.bucket_size)
        )

    def _custom(self) -> Json:
        return {
            "fillOpacity": self.fill,
            "gradientMode": self.gradient,
            "hideFrom": dict(_SHOWN),
            "lineWidth": self.line_width,
        }


@dataclass(frozen=True)
class PieChart(LegendPanel):
    """Shares of a whole. labels: on the slices. legend_values: beside the names."""

    _: KW_ONLY
    legend_place: LegendPlace = "right"
    calc: Calc = "lastNotNull"
    shape: Literal["pie", "donut"] = "pie"
    labels: Sequence[Literal["name", "value", "percent"]] = ()
    legend_values: Sequence[Literal["value", "percent"]] = ()

    plugin: ClassVar[str] = "piechart"

    def _options(self) -> Json:
        shared = super()._options()
        shared["legend"] = shared["legend"] | {"values": list(self.legend_values)}
        shared["legend"].pop("calcs")
        return shared | {
            "displayLabels": list(self.labels),
            "pieType": self.shape,
            "reduceOptions": {"calcs": [self.calc], "fields": "", "values": False},
        }

    def _custom(self) -> Json:
        return {"hideFrom": dict(_SHOWN)}

    def _usual_thresholds(self) -> Json:
        return {}  # slices have the colours of the palette
