"""Queries on a Loki."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from obsdash.http import AnswerError, Client
from obsdash.verify.backends import QueryError, UnsupportedError
from obsdash.verify.model import Answer, Query, Window

_CALL = re.compile(r"\s*label_values\s*\((.*)\)\s*", re.DOTALL)


class Loki:
    """Log and metric queries, and what variables ask for."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def run(self, query: Query, text: str, window: Window) -> Answer:
        """Run a panel's or rule's expression; a log query is empty when no line matches."""
        if query.role in ("alert", "record"):
            data = self._get("/loki/api/v1/query", {"query": text, "time": _stamp(window.end)})
        else:
            step = f"{window.step.total_seconds():g}s"
            params = {"query": text, "step": step, "limit": "100", **_range(window)}
            data = self._get("/loki/api/v1/query_range", params)
        result = data.get("result") if isinstance(data, Mapping) else None
        return Answer(len(result or []))

    def values(self, call: str, window: Window) -> Sequence[str]:
        """Run `label_values(label)`, `label_values({…}, label)`, `label_names()`."""
        match = _CALL.fullmatch(call)
        if not match:
            return self._strings("/loki/api/v1/labels", _range(window))
        selector, _, label = match[1].rpartition(",")
        extra = {"query": selector.strip()} if selector.strip() else {}
        return self._strings(
            f"/loki/api/v1/label/{label.strip()}/values", {**_range(window), **extra}
        )

    def exists(self, metric: str, window: Window) -> bool:  # noqa: ARG002 (the protocol's)
        """Logs have no metrics whose absence could be told."""
        return True

    def _strings(self, path: str, params: Mapping[str, str]) -> list[str]:
        return [str(item) for item in self._get(path, params) or []]

    def _get(self, path: str, params: Mapping[str, str]) -> Any:
        try:
            answer = self._client.get_json(path, params)
        except AnswerError as error:
            if error.status in (400, 422) and error.reason:
                raise QueryError(error.reason) from None
            raise
        if not isinstance(answer, Mapping):
            raise UnsupportedError("the answer is not Loki's")
        return answer.get("data")


def _range(window: Window) -> dict[str, str]:
    return {"start": _stamp(window.start), "end": _stamp(window.end)}


def _stamp(moment: Any) -> str:
    return str(int(moment.timestamp() * 1_000_000_000))
