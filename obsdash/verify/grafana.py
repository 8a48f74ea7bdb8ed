"""Queries through a Grafana, with the panel's own data source."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from math import isfinite
from typing import Any
from urllib.parse import quote

from obsdash.http import AnswerError, Client
from obsdash.verify.backends import Backend, DataSource, QueryError, UnsupportedError
from obsdash.verify.loki import Loki
from obsdash.verify.model import Answer, Query, Window
from obsdash.verify.prometheus import Prometheus

_POINTS = 1000


class ThroughGrafana:
    """One data source behind a Grafana: queries as panels send them, variables by its proxy."""

    def __init__(self, client: Client, source: DataSource, proxy: Client) -> None:
        self._client = client
        self._source = source
        self._proxy: Backend | None = None
        if source.type == "prometheus":
            self._proxy = Prometheus(proxy)
        elif source.type == "loki":
            self._proxy = Loki(proxy)

    def run(self, query: Query, text: str, window: Window) -> Answer:
        """Run a panel's query as Grafana's front end sends it."""
        model = {**query.model, **_texts(query, text)}
        body = {
            "from": _millis(window.start),
            "to": _millis(window.end),
            "queries": [
                {
                    **model,
                    "refId": "A",
                    "datasource": {"type": self._source.type, "uid": self._source.uid},
                    "intervalMs": int(window.step / timedelta(milliseconds=1)),
                    "maxDataPoints": _POINTS,
                    "instant": query.instant,
                    "range": not query.instant,
                }
            ],
        }
        return _answer(self._post("/api/ds/query", body))

    def values(self, call: str, window: Window) -> Sequence[str]:
        """Run a variable's query."""
        if self._proxy is None:
            raise UnsupportedError(f"variables of {self._source.type} cannot be run yet")
        return self._proxy.values(call, window)

    def exists(self, metric: str, window: Window) -> bool:
        """Whether a metric has any series in the window."""
        return self._proxy is None or self._proxy.exists(metric, window)

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        try:
            return self._client.post_json(path, body)
        except AnswerError as error:
            if reason := _reason(error):
                raise QueryError(reason) from None
            raise


def proxy_path(source: DataSource) -> str:
    """Return the path under which Grafana passes requests on to a data source."""
    return f"/api/datasources/proxy/uid/{quote(source.uid, safe='')}"


def grafana_sources(client: Client) -> tuple[DataSource, ...]:
    """Return the data sources that a Grafana has; raises TargetError."""
    found = client.get_json("/api/datasources")
    entries = found if isinstance(found, list) else []
    return tuple(
        DataSource(
            type=str(entry.get("type", "")),
            uid=str(entry.get("uid", "")),
            name=str(entry.get("name", "")),
            default=bool(entry.get("isDefault")),
        )
        for entry in entries
        if isinstance(entry, Mapping)
    )


def _texts(query: Query, text: str) -> dict[str, str]:
    """Put the text with its variables replaced where the query held it."""
    key = next((key for key, value in query.model.items() if value == query.text), "expr")
    return {key: text}


def _answer(body: Any) -> Answer:
    results = body.get("results") if isinstance(body, Mapping) else None
    if not isinstance(results, Mapping):
        raise UnsupportedError("the answer is not that of a query")
    result = results.get("A") or {}
    if error := result.get("error"):
        raise QueryError(str(error))
    columns = list(_columns(result.get("frames") or []))
    return Answer(len(columns), any(_drawable(column) for column in columns))


def _columns(frames: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the values of every column but time that has any."""
    for frame in frames:
        fields = frame.get("schema", {}).get("fields", [])
        for field, values in zip(fields, frame.get("data", {}).get("values", []), strict=False):
            if values and field.get("type") != "time":
                yield values


def _drawable(values: Sequence[Any]) -> bool:
    return any(
        value is not None and not (isinstance(value, float) and not isfinite(value))
        for value in values
    )


def _reason(error: AnswerError) -> str:
    """Return the query's own error in a refusal; "" when it is Grafana that refuses."""
    return error.reason if error.status in (400, 404, 500, 502) else ""


def _millis(moment: Any) -> str:
    return str(int(moment.timestamp() * 1000))
