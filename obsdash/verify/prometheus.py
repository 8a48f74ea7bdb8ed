"""Queries on a Prometheus (or whatever speaks its API)."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from obsdash.http import Client, success
from obsdash.promql import missing_metrics
from obsdash.verify.backends import QueryError
from obsdash.verify.envelope import answer_of, checked_data, items_of
from obsdash.verify.model import Answer, Question, Window

_CALL = re.compile(
    r"\s*(label_values|label_names|metrics|query_result|series)\s*\((.*)\)\s*", re.DOTALL
)
_LABEL_VALUES = re.compile(r"(?:(.+),)?\s*([^\s,{}()]+)\s*", re.DOTALL)
_MADE_BY_ALERTS = {"ALERTS", "ALERTS_FOR_STATE"}  # there only while an alert is


class Prometheus:
    """Instant and range queries, and what variables ask for."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def check(self) -> None:
        """Raise TargetError unless this is a Prometheus that answers."""
        answer = self._client.get_json("/api/v1/query", {"query": "vector(1)"})
        success(answer, self._client.url, "Prometheus")

    def ask(self, question: Question) -> Answer:
        """Run an expression, or what a variable says."""
        window = question.window
        if question.kind == "values":
            values = tuple(dict.fromkeys(self._values(question.text, window)))
            return Answer(len(values), values=values)
        if question.kind == "instant":
            return answer_of(self._instant(question.text, window))
        return answer_of(
            self._post(
                "/api/v1/query_range",
                {
                    "query": question.text,
                    **_range(window),
                    "step": f"{window.step.total_seconds():g}",
                },
            )
        )

    def unknown(self, text: str, window: Window) -> Sequence[str]:
        """Name the metrics for want of which an expression may be empty."""

        def exists(name: str) -> bool:
            return name in _MADE_BY_ALERTS or self._any(name, window)

        missing = sorted(missing_metrics(text, exists))
        return [f"metric {name} has no series at all" for name in missing]

    def _values(self, call: str, window: Window) -> Sequence[str]:
        """Run `label_values(…)`, `label_names()`, `metrics(…)`, `query_result(…)`, a selector."""
        match = _CALL.fullmatch(call)
        name, inner = (match[1], match[2].strip()) if match else ("series", call)
        if name == "query_result":
            return [_spelled(item) for item in items_of(self._instant(inner, window))]
        if name == "label_names":
            return self._strings("/api/v1/labels", window, inner)
        if name == "metrics":
            return _matching(inner, self._strings("/api/v1/label/__name__/values", window))
        if name == "series":
            found = self._get("/api/v1/series", {**_range(window), "match[]": inner})
            return [_series(labels) for labels in found or [] if isinstance(labels, Mapping)]
        return self._label_values(inner, window)

    def _label_values(self, inner: str, window: Window) -> Sequence[str]:
        match = _LABEL_VALUES.fullmatch(inner)
        if not match:
            raise QueryError(f"label_values({inner}) names no label")
        return self._strings(f"/api/v1/label/{match[2]}/values", window, (match[1] or "").strip())

    def _any(self, metric: str, window: Window) -> bool:
        selector = f'{{__name__="{metric}"}}'
        return bool(self._strings("/api/v1/label/__name__/values", window, selector))

    def _instant(self, text: str, window: Window) -> Any:
        return self._post("/api/v1/query", {"query": text, "time": _stamp(window.end)})

    def _strings(self, path: str, window: Window, selector: str = "") -> list[str]:
        match = {"match[]": selector} if selector else {}
        return [str(item) for item in self._get(path, {**_range(window), **match}) or []]

    def _get(self, path: str, params: Mapping[str, str]) -> Any:
        call = lambda: self._client.get_json(path, params)  # noqa: E731
        return checked_data(self._client, "Prometheus", call)

    def _post(self, path: str, form: Mapping[str, str]) -> Any:
        call = lambda: self._client.post_form_json(path, form)  # noqa: E731
        return checked_data(self._client, "Prometheus", call)


def _matching(pattern: str, names: Sequence[str]) -> list[str]:
    try:
        regex = re.compile(pattern.strip("\"'"))
    except re.error as error:
        raise QueryError(f"metrics({pattern}): {error}") from None
    return [name for name in names if regex.search(name)]


def _spelled(item: Mapping[str, Any]) -> str:
    """Spell a result as Grafana's query_result() does: the series, its value and its time."""
    time, value = item.get("value") or (0, "")
    return f"{_series(item.get('metric') or {})} {value} {int(float(time) * 1000)}"


def _series(labels: Mapping[str, Any]) -> str:
    inner = ",".join(f'{k}="{v}"' for k, v in labels.items() if k != "__name__")
    return f"{labels.get('__name__', '')}{{{inner}}}"


def _range(window: Window) -> dict[str, str]:
    return {"start": _stamp(window.start), "end": _stamp(window.end)}


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"
