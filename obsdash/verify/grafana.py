"""Queries through a Grafana, as its front end sends them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Any
from urllib.parse import quote

import orjson

from obsdash.errors import TargetError
from obsdash.http import AnswerError, Client, Response
from obsdash.verify.backends import (
    Backend,
    QueryError,
    SourceError,
    UnsupportedError,
    timed_out,
)
from obsdash.verify.model import Answer, DataSource, Question, Window

_NOT_OURS = (401, 403, 407)  # these concern every query
_REFUSED = "give our token the right to query it, or the data source its credentials"
_DEAD = "is it running, and is the url of the data source right?"


class ThroughGrafana:
    """One data source behind a Grafana.

    api: the data source's own interface, passed on by Grafana, where it is one that we speak.
    """

    def __init__(self, client: Client, source: DataSource, api: Backend | None) -> None:
        self._client = client
        self._source = source
        self._api = api

    def check(self) -> None:
        """Raise SourceError when Grafana gets no answer from the data source."""
        try:
            if self._api:
                self._api.check()
        except AnswerError as error:
            why = ": ".join(filter(None, (str(error.status), error.reason)))
            raise self._silent(why, _REFUSED if error.status in _NOT_OURS else _DEAD) from None
        except TargetError as error:
            if timed_out(error):
                raise self._silent("too late", _DEAD) from None
            raise

    def _silent(self, why: str, remedy: str) -> SourceError:
        return SourceError(
            f"data source {self._source} gives Grafana no answer ({why})", help=remedy
        )

    def ask(self, question: Question) -> Answer:
        """Run a query as Grafana's front end sends it, a variable's by the own interface."""
        if question.kind == "values":
            if self._api is None:
                raise UnsupportedError(f"variables of {self._source.type} are not run")
            return self._api.ask(question)
        return _answer(self._post(_body(question)))

    def unknown(self, text: str, window: Window) -> Sequence[str]:
        """Say which things that a query names exist nowhere."""
        return self._api.unknown(text, window) if self._api else []

    def _post(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            response = self._client.request("POST", "/api/ds/query", json=body)
        except TargetError as error:
            if timed_out(error):
                raise QueryError(error.message) from None
            raise
        document = _document(response)
        if isinstance(document.get("results"), Mapping):
            return document
        if response.status in _NOT_OURS or not document.get("message"):
            raise self._client.explain(response)
        raise self._refusal(document)

    def _refusal(self, document: Mapping[str, Any]) -> TargetError:
        kind = self._source.type
        match document.get("messageId"):
            case "plugin.unavailable" | "plugin.notImplemented":
                return UnsupportedError(f"{kind} is asked by the browser only")
            case "plugin.downstreamError" | "plugin.requestFailureError" if kind == "tempo":
                # Before version 10 the browser searches Tempo, the server only fetches a trace.
                return UnsupportedError("this Grafana's server gets no answer to it from Tempo")
            case "plugin.notRegistered":
                return QueryError(f"this Grafana has no plugin {kind}")
            case _:
                return QueryError(str(document["message"]))


def proxy_path(source: DataSource) -> str:
    """Return the path under which Grafana passes requests on to a data source."""
    return f"/api/datasources/proxy/uid/{quote(source.uid, safe='')}"


def _body(question: Question) -> dict[str, Any]:
    window = question.window
    instant = question.kind == "instant"
    model = {
        "maxDataPoints": 1000,
        **json.loads(question.model or "{}"),
        "refId": "A",
        "datasource": {"type": question.source.type, "uid": question.source.uid},
        "intervalMs": int(window.step / timedelta(milliseconds=1)),
        "instant": instant,
        "range": not instant,
        "exemplar": False,
    }
    if question.source.type == "loki":
        model["queryType"] = question.kind
    return {"from": _millis(window.start), "to": _millis(window.end), "queries": [model]}


def _document(response: Response) -> Mapping[str, Any]:
    try:
        found = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _answer(document: Mapping[str, Any]) -> Answer:
    result = document["results"].get("A") or {}
    if error := result.get("error"):
        raise QueryError(str(error))
    columns = list(_columns(result.get("frames") or []))
    return Answer(len(columns), numbers=any(map(_drawable, columns)))


def _columns(frames: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the values of every column but time that has any."""
    for frame in frames:
        fields = (frame.get("schema") or {}).get("fields") or []
        data = (frame.get("data") or {}).get("values") or []
        for field, values in zip(fields, data, strict=False):
            if values and field.get("type") != "time":
                yield values


def _drawable(values: Sequence[Any]) -> bool:
    """Whether any value can be shown; Grafana sends NaN and infinities as null."""
    return any(
        value is not None and not (isinstance(value, float) and not isfinite(value))
        for value in values
    )


def _millis(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))
