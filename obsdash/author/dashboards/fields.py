"""Panels that show fields: numbers with a unit, a colour, limits; and the panel of any plugin."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from obsdash.author.dashboards.panel import QueryPanel
from obsdash.author.dashboards.thresholds import color_json, thresholds
from obsdash.author.document import Json, defined, given, plain
from obsdash.author.links import Link
from obsdash.author.refusals import check_range, refuse


@dataclass(frozen=True)
class FieldPanel(QueryPanel):
    """What all panels of values share.

    unit: see `obsdash.author.units`. color: `thresholds`, `palette-classic`, `continuous-…`, or a
    fixed colour. overrides, mappings, thresholds: see the functions of these names.
    data_links: links on values. no_value: the text where there is none.
    """

    _: KW_ONLY
    unit: str = ""
    decimals: int | None = None
    min: float | None = None
    max: float | None = None
    no_value: str = ""
    display_name: str = ""
    color: str = ""
    thresholds: Json | None = None
    mappings: Sequence[Json] = ()
    overrides: Sequence[Json] = ()
    data_links: Sequence[Link | Any] = ()

    default_color: ClassVar[str] = "thresholds"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "decimals", 0, 20)
        if self.min is not None and self.max is not None and self.min >= self.max:
            refuse(f'panel "{self.title}": min {self.min} is not below max {self.max}', self.origin)

    def _field_config(self) -> Json:
        defaults = {
            "color": color_json(self.color or self.default_color),
            "mappings": list(self.mappings),
        } | given(
            custom=self._custom(),
            displayName=self.display_name,
            links=plain(self.data_links),
            noValue=self.no_value,
            thresholds=self.thresholds or self._usual_thresholds(),
            unit=self.unit,
        )
        defaults |= defined(decimals=self.decimals, min=self.min, max=self.max)
        return {"defaults": defaults, "overrides": list(self.overrides)}

    def _usual_thresholds(self) -> Json:
        return thresholds("green")  # Grafana's own would turn red at 80, whatever the value is

    def _custom(self) -> Json:
        return {}


@dataclass(frozen=True)
class Panel(FieldPanel):
    """A panel of any plugin, in the words of the plugin.

    type: the plugin's id, `candlestick`. options, custom: its options and field options.
    """

    _: KW_ONLY
    type: str
    options: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)

    def _content(self) -> Json:
        content = super()._content() | {"type": self.type}
        del content["pluginVersion"]  # it is the plugin's own, which we do not know
        return content

    def _options(self) -> Json:
        return dict(self.options)

    def _custom(self) -> Json:
        return dict(self.custom)
