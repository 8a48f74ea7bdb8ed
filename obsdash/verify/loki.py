"""Queries on a Loki."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from obsdash.http import Client, success
from obsdash.verify.backends import QueryError
from obsdash.verify.envelope import answer_of, checked_data
from obsdash.verify.model import Answer, Question, Window

_LABEL_VALUES = re.compile(r"\s*label_values\s*\((?:(.+),)?\s*([^\s,{}()]+)\s*\)\s*", re.DOTALL)
_LABEL_NAMES = re.compile(r"\s*label_names\s*\(\s*\)\s*")
_SELECTOR = re.compile(r'\{((?:[^{}"`]|"(?:\\.|[^"\\])*"|`[^`]*`)*)\}')
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`')
_MATCHER = re.compile(r"([A-Za-z_]\w*)\s*(?:=~|!~|!=|=)")
_LINES = "100"


class Loki:
    """Log and metric queries, and what variables ask for."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def check(self) -> None:
        """Raise TargetError unless this is a Loki that answers."""
        success(self._enveloped("/loki/api/v1/labels", {}), self._client.url, "Loki")

    def ask(self, question: Question) -> Answer:
        """Run an expression, or what a variable says; logs are empty when no line matches."""
        window = question.window
        if question.kind == "values":
            values = tuple(dict.fromkeys(self._values(question.text, window)))
            return Answer(len(values), values=values)
        params = {"query": question.text, "limit": _LINES}
        if question.kind == "instant":
            when = {"time": _stamp(window.end)}
            return answer_of(self._get("/loki/api/v1/query", {**params, **when}))
        step = {"step": f"{window.step.total_seconds():g}"}
        return answer_of(
            self._get("/loki/api/v1/query_range", {**params, **step, **_range(window)})
        )

    def unknown(self, text: str, window: Window) -> Sequence[str]:
        """Name the labels of the stream selectors that no stream has."""
        wanted = {
            name
            for selector in _SELECTOR.findall(text)
            for name in _MATCHER.findall(_STRING.sub('""', selector))
        }
        known = set(self._strings("/loki/api/v1/labels", _range(window))) if wanted else set()
        return [f"no stream has a label {name}" for name in sorted(wanted - known)]

    def _values(self, call: str, window: Window) -> Sequence[str]:
        """Run `label_values(label)`, `label_values({…}, label)`, `label_names()`."""
        if _LABEL_NAMES.fullmatch(call):
            return self._strings("/loki/api/v1/labels", _range(window))
        match = _LABEL_VALUES.fullmatch(call)
        if not match:
            raise QueryError(f"{call} is none of label_names(), label_values(…)")
        selector = {"query": match[1].strip()} if match[1] else {}
        return self._strings(
            f"/loki/api/v1/label/{match[2]}/values", {**_range(window), **selector}
        )

    def _strings(self, path: str, params: Mapping[str, str]) -> list[str]:
        return [str(item) for item in self._get(path, params) or []]

    def _get(self, path: str, params: Mapping[str, str]) -> Any:
        return checked_data(self._client, "Loki", lambda: self._enveloped(path, params))

    def _enveloped(self, path: str, params: Mapping[str, str]) -> Any:
        answer = self._client.get_json(path, params)
        if isinstance(answer, dict) and answer.get("status") == "success":
            return {"data": None, **answer}  # Loki leaves `data` out where there is none
        return answer


def _range(window: Window) -> dict[str, str]:
    return {"start": _stamp(window.start), "end": _stamp(window.end)}


def _stamp(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000_000_000))
