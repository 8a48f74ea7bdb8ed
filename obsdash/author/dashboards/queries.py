"""Queries: what a panel asks, and whom."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from obsdash.author.document import Json, given, marked, merged, place
from obsdash.author.refusals import check_fields, check_text, refuse
from obsdash.origin import Origin


class SourceLike(Protocol):
    """A data source definition, or a data source variable."""

    @property
    def type(self) -> str:
        """Return the plugin's id, `prometheus`."""

    @property
    def uid(self) -> str:
        """Return Grafana's uid, or `${variable}`."""


Source = SourceLike | Mapping[str, str] | str | None


def reference(source: Source, kind: str = "") -> Json:
    """Return `{type, uid}`; without a uid the dashboard's own source of that type is meant."""
    if source is None:
        return {"type": kind} if kind else {}
    if isinstance(source, Mapping):
        return dict(source)
    if isinstance(source, str):
        return given(type=kind, uid=source)
    if not hasattr(source, "uid"):
        refuse(f"{source!r} is no data source: give its uid or {{type, uid}}", place())
    return {"type": source.type, "uid": source.uid}


@dataclass(frozen=True)
class BaseQuery:
    """What all queries share.

    datasource: a uid, a data source or variable; left out, the panel's or the dashboard's.
    may_be_empty: why no data is right for this query; `verify` then accepts it.
    """

    _: KW_ONLY
    datasource: Source = None
    ref_id: str = ""
    hide: bool = False
    may_be_empty: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    source_type: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_fields(self)

    def to_json_data(self) -> Json:
        """Return the target as Grafana's editor writes it."""
        target = self._model() | given(
            datasource=reference(self.datasource, self.source_type), refId=self.ref_id
        )
        if self.hide:
            target["hide"] = True
        return marked(merged(target, self.raw), self.origin, self.may_be_empty)

    def _model(self) -> Json:
        raise NotImplementedError


@dataclass(frozen=True)
class Query(BaseQuery):
    """A query of any data source, in the words of its plugin."""

    model: Mapping[str, Any]

    def _model(self) -> Json:
        return dict(self.model)


@dataclass(frozen=True)
class Prometheus(BaseQuery):
    """PromQL.

    legend: `{{label}}` is replaced; left out, Grafana shows the labels that differ.
    instant: one value now; with `format="table"` a row a series, for tables.
    interval: the smallest step, `1m`.
    """

    expr: str
    legend: str = "__auto"
    _: KW_ONLY
    instant: bool = False
    exemplars: bool = False
    format: Literal["time_series", "table", "heatmap"] = "time_series"
    interval: str = ""

    source_type: ClassVar[str] = "prometheus"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text(self, "expr")

    def _model(self) -> Json:
        return {
            "editorMode": "code",
            "expr": self.expr,
            "legendFormat": self.legend,
            "range": not self.instant,
        } | given(
            instant=self.instant or None,
            exemplar=self.exemplars or None,
            format=self.format if self.format != "time_series" else None,
            interval=self.interval,
        )


@dataclass(frozen=True)
class Loki(BaseQuery):
    """LogQL: log lines or a metric made of them.

    max_lines: how many lines at most. instant: one value now.
    """

    expr: str
    legend: str = ""
    _: KW_ONLY
    instant: bool = False
    max_lines: int | None = None

    source_type: ClassVar[str] = "loki"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text(self, "expr")

    def _model(self) -> Json:
        return {
            "editorMode": "code",
            "expr": self.expr,
            "queryType": "instant" if self.instant else "range",
        } | given(legendFormat=self.legend, maxLines=self.max_lines)


@dataclass(frozen=True)
class Tempo(BaseQuery):
    """TraceQL, or another kind of Tempo query."""

    query: str
    _: KW_ONLY
    kind: Literal["traceql", "traceId", "serviceMap", "nativeSearch"] = "traceql"
    limit: int = 20

    source_type: ClassVar[str] = "tempo"

    def _model(self) -> Json:
        return {"limit": self.limit, "query": self.query, "queryType": self.kind}
