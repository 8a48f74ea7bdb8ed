"""Panels that show values of now: single ones, or a table."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal

from obsdash.author.dashboards.charts import Calc
from obsdash.author.dashboards.fields import FieldPanel
from obsdash.author.document import Json, given

Orientation = Literal["auto", "horizontal", "vertical"]


@dataclass(frozen=True)
class ValuePanel(FieldPanel):
    """What panels of single values share.

    calc: how a series becomes one value. all_values: one value a row instead, up to `limit`.
    fields: "" for numbers, or a field's name, or a pattern in slashes.
    """

    _: KW_ONLY
    calc: Calc = "lastNotNull"
    all_values: bool = False
    limit: int | None = None
    fields: str = ""
    orientation: Orientation = "auto"
    title_size: int | None = None
    value_size: int | None = None

    def _options(self) -> Json:
        return {
            "orientation": self.orientation,
            "reduceOptions": {
                "calcs": [self.calc],
                "fields": self.fields,
                "values": self.all_values,
            }
            | given(limit=self.limit),
        } | given(text=given(titleSize=self.title_size, valueSize=self.value_size))


@dataclass(frozen=True)
class Stat(ValuePanel):
    """A big value, with its recent course behind it. text: what is written, value or name."""

    _: KW_ONLY
    color_mode: Literal["value", "background", "none"] = "value"
    graph: Literal["area", "none"] = "area"
    text: Literal["auto", "value", "value_and_name", "name", "none"] = "auto"
    justify: Literal["auto", "center"] = "auto"

    plugin: ClassVar[str] = "stat"
    default_height: ClassVar[int] = 4

    def _options(self) -> Json:
        return super()._options() | {
            "colorMode": self.color_mode,
            "graphMode": self.graph,
            "justifyMode": self.justify,
            "textMode": self.text,
        }


@dataclass(frozen=True)
class Gauge(ValuePanel):
    """A dial from `min` to `max`."""

    _: KW_ONLY
    threshold_labels: bool = False
    threshold_markers: bool = True

    plugin: ClassVar[str] = "gauge"
    default_height: ClassVar[int] = 6

    def _options(self) -> Json:
        return super()._options() | {
            "showThresholdLabels": self.threshold_labels,
            "showThresholdMarkers": self.threshold_markers,
        }


@dataclass(frozen=True)
class BarGauge(ValuePanel):
    """A bar a value."""

    _: KW_ONLY
    display: Literal["gradient", "lcd", "basic"] = "gradient"
    unfilled: bool = True

    plugin: ClassVar[str] = "bargauge"

    def _options(self) -> Json:
        return super()._options() | {
            "displayMode": self.display,
            "minVizHeight": 10,
            "minVizWidth": 0,
            "showUnfilled": self.unfilled,
        }


@dataclass(frozen=True)
class Table(FieldPanel):
    """Rows and columns, from queries with `instant=True, format="table"`.

    sort: a column's name; with "-" before it, the largest first.
    footer: what is written below the columns: sum, mean, max …
    cell: how values are drawn; for one column, `override(by_name=…, displayMode=…)`.
    """

    _: KW_ONLY
    sort: str = ""
    footer: Sequence[Calc] = ()
    show_header: bool = True
    filterable: bool = False
    align: Literal["auto", "left", "center", "right"] = "auto"
    cell: Literal[
        "auto", "color-text", "color-background", "color-background-solid",
        "gradient-gauge", "lcd-gauge", "basic", "json-view", "image",
    ] = "auto"  # fmt: skip

    plugin: ClassVar[str] = "table"

    def _options(self) -> Json:
        column = self.sort.removeprefix("-")
        order = [{"desc": self.sort != column, "displayName": column}] if column else []
        return {
            "footer": {
                "fields": "",
                "reducer": list(self.footer) or ["sum"],
                "show": bool(self.footer),
            },
            "showHeader": self.show_header,
        } | given(sortBy=order)

    def _custom(self) -> Json:
        return {
            "align": self.align,
            "displayMode": self.cell,
            "inspect": False,
        } | given(filterable=self.filterable or None)
