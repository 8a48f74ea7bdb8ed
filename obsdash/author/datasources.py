"""Data sources: what Grafana must know to reach Prometheus, Loki, Tempo and the others.

Their uids are fixed here, so that dashboards can refer to them. A secret is a reference, `env:NAME`
or `file:/path`, which is resolved when it is sent; a `$` stands for itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from obsdash import secrets
from obsdash.author.checks import check_duration
from obsdash.author.document import Json, given, marked, merged, place
from obsdash.author.refusals import check_text, refuse
from obsdash.errors import ConfigError
from obsdash.origin import Origin, split_marks
from obsdash.resource import DATASOURCE, Ref, Resource


@dataclass(frozen=True)
class DataSource:
    """A data source of any type.

    user: the name of the database or HTTP user (the password is a secret).
    json_data: settings of the type's own, laid over those that a typed source makes itself.
    secrets: name in secureJsonData → reference.
    """

    uid: str
    url: str = ""
    _: KW_ONLY
    type: str
    name: str
    default: bool = False
    user: str = ""
    json_data: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        for text in ("uid", "type", "name"):
            check_text(self, text)
        for name, reference in self.secrets.items():
            try:
                secrets.check(reference, f"data source {self.uid!r}: the secret {name!r}")
            except ConfigError as error:
                refuse(error.message, self.origin, help=error.help)

    def settings(self) -> Json:
        """Return the jsonData that the type's own fields make."""
        return {}

    def resources(self) -> Iterable[Resource]:
        """Yield the body of `POST /api/datasources`."""
        body = {
            "uid": self.uid,
            "name": self.name,
            "type": self.type,
            "access": "proxy",
            "url": self.url,
            "isDefault": self.default,
            **given(user=self.user),
            "jsonData": merged(self.settings(), self.json_data),
        }
        spec, marks = split_marks(marked(body, self.origin))
        ordered = dict(sorted(self.secrets.items()))
        yield Resource(Ref(DATASOURCE, self.uid), spec, marks=marks, secrets=ordered)


@dataclass(frozen=True, kw_only=True)
class PrometheusSource(DataSource):
    """Prometheus, or what speaks its API.

    interval: the scrape interval, the least step that Grafana asks for.
    traces: uid of the data source that shows the trace of an exemplar.
    """

    type: str = field(default="prometheus", init=False)
    name: str = "Prometheus"
    interval: str = "15s"
    traces: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_duration(self.interval, f"data source {self.uid!r}: interval", self.origin)

    def settings(self) -> Json:
        """Return scrape interval, method and where exemplars lead."""
        # Applications label their exemplars trace_id, Tempo's own metrics traceID.
        destinations = [
            {"name": name, "datasourceUid": self.traces} for name in ("trace_id", "traceID")
        ]
        return {
            "httpMethod": "POST",
            "timeInterval": self.interval,
            "prometheusType": "Prometheus",
            **given(exemplarTraceIdDestinations=destinations if self.traces else []),
        }


@dataclass(frozen=True, kw_only=True)
class LokiSource(DataSource):
    """Loki.

    traces: title of a link → uid of the data source that shows the trace of a log line.
    """

    type: str = field(default="loki", init=False)
    name: str = "Loki"
    traces: Mapping[str, str] = field(default_factory=dict)

    def settings(self) -> Json:
        """Return the links from a log line's trace id, in its metadata or in its text."""
        links = [
            {
                "name": f"{title} ({place})",
                "matcherType": matcher,
                "matcherRegex": pattern,
                "url": "${__value.raw}",
                "datasourceUid": uid,
                "urlDisplayLabel": title,
            }
            for title, uid in self.traces.items()
            for place, matcher, pattern in (
                ("metadata", "label", "trace_id"),
                ("text", "regex", r'"?trace_?[iI]d"?\s*[:=]\s*"?([0-9a-f]{16,32})'),
            )
        ]
        return given(derivedFields=links)


@dataclass(frozen=True, kw_only=True)
class TempoSource(DataSource):
    """Tempo; `logs`, `metrics`: uids of the Loki and the Prometheus that its traces lead to."""

    type: str = field(default="tempo", init=False)
    name: str = "Tempo"
    logs: str = ""
    metrics: str = ""

    def settings(self) -> Json:
        """Return the links from a span to logs and metrics, and the service graph's source."""
        return {
            "nodeGraph": {"enabled": True},
            "streamingEnabled": {"search": True, "metrics": True},
            **_trace_links(self.logs, self.metrics),
            **given(serviceMap=given(datasourceUid=self.metrics)),
        }


@dataclass(frozen=True, kw_only=True)
class JaegerSource(DataSource):
    """Jaeger; `logs`: uid of the Loki that its traces lead to."""

    type: str = field(default="jaeger", init=False)
    name: str = "Jaeger"
    logs: str = ""

    def settings(self) -> Json:
        """Return the link from a span to logs."""
        return {"nodeGraph": {"enabled": True}, **_trace_links(self.logs, "")}


@dataclass(frozen=True, kw_only=True)
class AlertmanagerSource(DataSource):
    """A Prometheus Alertmanager."""

    type: str = field(default="alertmanager", init=False)
    name: str = "Alertmanager"
    receives_grafana_alerts: bool = False

    def settings(self) -> Json:
        """Return the kind of Alertmanager, and whether Grafana's own alerts go there."""
        return {
            "implementation": "prometheus",
            "handleGrafanaManagedAlerts": self.receives_grafana_alerts,
        }


@dataclass(frozen=True, kw_only=True)
class ElasticsearchSource(DataSource):
    """Elasticsearch; `index` may hold a date: `[logs-]YYYY.MM.DD`."""

    type: str = field(default="elasticsearch", init=False)
    name: str = "Elasticsearch"
    index: str
    time_field: str = "@timestamp"

    def settings(self) -> Json:
        """Return index and fields."""
        return {
            "index": self.index,
            **({"interval": "Daily"} if self.index.startswith("[") else {}),
            "timeField": self.time_field,
            "logMessageField": "message",
            "logLevelField": "level",
        }


@dataclass(frozen=True, kw_only=True)
class RedisSource(DataSource):
    """A Redis server itself, `redis://host:6379`; needs the plug-in redis-datasource."""

    type: str = field(default="redis-datasource", init=False)
    name: str = "Redis"

    def settings(self) -> Json:
        """Return the kind of client."""
        return {"client": "standalone", "poolSize": 5}


@dataclass(frozen=True, kw_only=True)
class PostgresSource(DataSource):
    """A PostgreSQL database, `host:5432`."""

    type: str = field(default="grafana-postgresql-datasource", init=False)
    name: str = "PostgreSQL"
    database: str
    sslmode: str = "verify-full"

    def settings(self) -> Json:
        """Return database and encryption."""
        return {"database": self.database, "sslmode": self.sslmode, "maxOpenConns": 5}


def _trace_links(logs: str, metrics: str) -> Json:
    """Return what a trace source needs for links to logs around a span, and to its metrics."""
    to_logs = {
        "datasourceUid": logs,
        "spanStartTimeShift": "-5m",
        "spanEndTimeShift": "5m",
        "tags": [{"key": "service.name", "value": "service_name"}],
        "filterByTraceID": True,
    }
    to_metrics = {
        "datasourceUid": metrics,
        "tags": [{"key": "service.name", "value": "service"}],
        "queries": [
            {
                "name": "Request rate",
                "query": "sum(rate(traces_spanmetrics_calls_total{$__tags}[5m]))",
            }
        ],
    }
    return given(
        tracesToLogsV2=to_logs if logs else {}, tracesToMetrics=to_metrics if metrics else {}
    )
