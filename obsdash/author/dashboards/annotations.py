"""Annotations: events drawn across all charts of a dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from obsdash.author.dashboards.queries import Source, reference
from obsdash.author.document import Json, given, marked, merged, place
from obsdash.author.refusals import check_fields, check_text
from obsdash.origin import Origin

_GRAFANA = {"type": "grafana", "uid": "-- Grafana --"}


@dataclass(frozen=True)
class Annotation:
    """What all annotations share. enabled: drawn until a visitor switches them off."""

    name: str
    _: KW_ONLY
    color: str = "blue"
    enabled: bool = True
    hidden: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text(self, "name")
        check_fields(self)

    def to_json_data(self) -> Json:
        """Return the annotation as Grafana's editor writes it."""
        shared = {"enable": self.enabled, "iconColor": self.color, "name": self.name}
        hide = {"hide": True} if self.hidden else {}
        return marked(merged(shared | hide | self._model(), self.raw), self.origin)

    def _model(self) -> Json:
        raise NotImplementedError


@dataclass(frozen=True)
class PrometheusAnnotation(Annotation):
    """An event for every time a series is above 0; neighbours within `step` become one region.

    title, text: `{{label}}` is replaced. tags: labels shown as tags.
    value_is_time: the value is the event's time in milliseconds.
    """

    expr: str
    _: KW_ONLY
    title: str = ""
    text: str = ""
    tags: Sequence[str] = ()
    step: str = "60s"
    value_is_time: bool = False
    datasource: Source = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text(self, "expr")

    def _model(self) -> Json:
        return {
            "datasource": reference(self.datasource, "prometheus"),
            "expr": self.expr,
            "step": self.step,
        } | given(
            tagKeys=",".join(self.tags),
            textFormat=self.text,
            titleFormat=self.title,
            useValueForTime=self.value_is_time or None,
        )


@dataclass(frozen=True)
class LokiAnnotation(Annotation):
    """An event for every log line that a LogQL query finds.

    title, text: `{{label}}` is replaced; without a text the line is shown. tags: labels.
    """

    expr: str
    _: KW_ONLY
    title: str = ""
    text: str = ""
    tags: Sequence[str] = ()
    datasource: Source = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text(self, "expr")

    def _model(self) -> Json:
        return {
            "datasource": reference(self.datasource, "loki"),
            "expr": self.expr,
            "instant": False,
        } | given(tagKeys=",".join(self.tags), textFormat=self.text, titleFormat=self.title)


@dataclass(frozen=True)
class TagAnnotation(Annotation):
    """Events that someone or something posted to Grafana with these tags, such as deployments.

    match_any: one of the tags is enough.
    """

    tags: Sequence[str]
    _: KW_ONLY
    match_any: bool = False
    limit: int = 100

    def _model(self) -> Json:
        return {
            "datasource": _GRAFANA,
            "target": {
                "limit": self.limit,
                "matchAny": self.match_any,
                "tags": list(self.tags),
                "type": "tags",
            },
        }


def builtin_annotation() -> Json:
    """Return the annotation of Grafana's own alerts and notes, which every dashboard has."""
    return {
        "builtIn": 1,
        "datasource": dict(_GRAFANA),
        "enable": True,
        "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts",
        "target": {"limit": 100, "matchAny": False, "tags": [], "type": "dashboard"},
        "type": "dashboard",
    }
