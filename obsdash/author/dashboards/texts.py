"""Panels of text: written, logged, or the list of alerts."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal, get_args

from obsdash.author.dashboards.panel import PLUGIN_VERSION, BasePanel, QueryPanel
from obsdash.author.document import Json
from obsdash.author.refusals import check_range

State = Literal["firing", "pending", "noData", "normal", "error"]
Order = Literal["name", "-name", "importance", "oldest", "newest"]

_ORDERS: tuple[Order, ...] = ("name", "-name", "importance", "oldest", "newest")  # stored from 1


@dataclass(frozen=True)
class Logs(QueryPanel):
    """Log lines, newest first."""

    _: KW_ONLY
    show_time: bool = True
    show_labels: bool = False
    show_common_labels: bool = False
    wrap: bool = True
    prettify: bool = False
    details: bool = True
    dedup: Literal["none", "exact", "numbers", "signature"] = "none"
    oldest_first: bool = False

    plugin: ClassVar[str] = "logs"
    default_height: ClassVar[int] = 12

    def _options(self) -> Json:
        return {
            "dedupStrategy": self.dedup,
            "enableLogDetails": self.details,
            "prettifyLogMessage": self.prettify,
            "showCommonLabels": self.show_common_labels,
            "showLabels": self.show_labels,
            "showTime": self.show_time,
            "sortOrder": "Ascending" if self.oldest_first else "Descending",
            "wrapLogMessage": self.wrap,
        }


@dataclass(frozen=True)
class Text(BasePanel):
    """Markdown or HTML."""

    content: str
    _: KW_ONLY
    mode: Literal["markdown", "html", "code"] = "markdown"

    default_height: ClassVar[int] = 4

    def _content(self) -> Json:
        return {
            "options": {
                "code": {"language": "plaintext", "showLineNumbers": False, "showMiniMap": False},
                "content": self.content,
                "mode": self.mode,
            },
            "pluginVersion": PLUGIN_VERSION,
            "type": "text",
        }


@dataclass(frozen=True)
class AlertList(BasePanel):
    """The alerts of now, Grafana's own and those of its Prometheus and Loki data sources.

    labels: `{severity="critical", job=~"$job"}`. source: the name of a data source.
    group_by: labels; left out, alerts are grouped by rule.
    """

    _: KW_ONLY
    states: Sequence[State] = ("firing", "pending", "error")
    name: str = ""
    labels: str = ""
    source: str = ""
    group_by: Sequence[str] = ()
    max_items: int = 20
    order: Order = "newest"
    this_dashboard: bool = False
    view: Literal["list", "stat"] = "list"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "max_items", 1, 1000)

    def _content(self) -> Json:
        options: Json = {
            "alertInstanceLabelFilter": self.labels,
            "alertName": self.name,
            "dashboardAlerts": self.this_dashboard,
            "groupBy": list(self.group_by),
            "groupMode": "custom" if self.group_by else "default",
            "maxItems": self.max_items,
            "sortOrder": _ORDERS.index(self.order) + 1,
            "stateFilter": {state: state in self.states for state in get_args(State)},
            "viewMode": self.view,
        }
        if self.source:
            options["datasource"] = self.source
        return {"options": options, "type": "alertlist"}
