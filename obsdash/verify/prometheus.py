"""Queries on a Prometheus (or whatever speaks its API)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from obsdash.http import AnswerError, Client
from obsdash.verify.backends import QueryError, UnsupportedError
from obsdash.verify.model import Answer, Query, Window

_CALL = re.compile(r"\s*(label_values|label_names|metrics|query_result)\s*\((.*)\)\s*", re.DOTALL)


class Prometheus:
    """Instant and range queries, and what variables ask for."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def run(self, query: Query, text: str, window: Window) -> Answer:
        """Run a panel's or rule's expression."""
        if query.instant:
            data = self._post("/api/v1/query", {"query": text, "time": _stamp(window.end)})
        else:
            data = self._post(
                "/api/v1/query_range",
                {
                    "query": text,
                    "start": _stamp(window.start),
                    "end": _stamp(window.end),
                    "step": f"{window.step.total_seconds():g}",
                },
            )
        return _answer(data)

    def values(self, call: str, window: Window) -> Sequence[str]:
        """Run `label_values(…)`, `label_names()`, `metrics(…)`, `query_result(…)`, or a query."""
        match = _CALL.fullmatch(call)
        name, inner = (match[1], match[2].strip()) if match else ("query_result", call)
        if name == "query_result":
            answer = self._post("/api/v1/query", {"query": inner, "time": _stamp(window.end)})
            return [_spelled(item) for item in _result(answer)]
        if name == "label_names":
            return self._strings("/api/v1/labels", window)
        if name == "metrics":
            pattern = re.compile(inner.strip("\"'"))
            names = self._strings("/api/v1/label/__name__/values", window)
            return [name for name in names if pattern.search(name)]
        selector, _, label = inner.rpartition(",")
        match_ = {"match[]": selector.strip()} if selector.strip() else {}
        return self._strings(f"/api/v1/label/{label.strip()}/values", window, match_)

    def exists(self, metric: str, window: Window) -> bool:
        """Whether any series of that name was there in the window."""
        matcher = f'{{__name__="{metric}"}}'
        return bool(self._strings("/api/v1/label/__name__/values", window, {"match[]": matcher}))

    def _strings(
        self, path: str, window: Window, extra: Mapping[str, str] | None = None
    ) -> list[str]:
        params = {"start": _stamp(window.start), "end": _stamp(window.end), **(extra or {})}
        return [str(item) for item in self._checked(lambda: self._client.get_json(path, params))]

    def _post(self, path: str, form: Mapping[str, str]) -> Any:
        return self._checked(lambda: self._client.post_form_json(path, form))

    def _checked(self, call: Any) -> Any:
        """Return `data`; a refusal of the one query is a QueryError, not the server's failure."""
        try:
            answer = call()
        except AnswerError as error:
            if error.status in (400, 422, 503) and error.reason:
                raise QueryError(error.reason) from None
            raise
        if not isinstance(answer, Mapping) or "data" not in answer:
            raise UnsupportedError("the answer is not Prometheus'")
        return answer["data"]


def _answer(data: Any) -> Answer:
    if isinstance(data, Mapping) and data.get("resultType") in ("scalar", "string"):
        return Answer(1)
    result = _result(data)
    return Answer(len(result), any(_numbers(item) for item in result))


def _result(data: Any) -> list[Mapping[str, Any]]:
    found = data.get("result") if isinstance(data, Mapping) else None
    return [item for item in found or [] if isinstance(item, Mapping)]


def _numbers(item: Mapping[str, Any]) -> bool:
    """Whether a series has a point that a panel can draw; a histogram always has."""
    if "histogram" in item or "histograms" in item:
        return True
    points: Iterable[Any] = item.get("values") or [item.get("value", (0, "NaN"))]
    return any(isfinite(float(point[1])) for point in points)


def _spelled(item: Mapping[str, Any]) -> str:
    """Spell a result as Grafana's query_result() does: the series, its value and its time."""
    labels = item.get("metric", {})
    inner = ",".join(f'{k}="{v}"' for k, v in labels.items() if k != "__name__")
    time, value = item.get("value", (0, ""))
    return f"{labels.get('__name__', '')}{{{inner}}} {value} {int(float(time) * 1000)}"


def _stamp(moment: Any) -> str:
    return f"{moment.timestamp():.3f}"
