"""What Prometheus and Loki put their answers into, and how they refuse one query."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from obsdash.errors import TargetError
from obsdash.http import AnswerError, Client, success
from obsdash.verify.backends import QueryError, timed_out
from obsdash.verify.model import Answer

_REFUSALS = (400, 422, 500, 503)  # 422: cannot be executed; 503: aborted, took too long


def checked_data(client: Client, product: str, call: Callable[[], Any]) -> Any:
    """Return the `data` of an answer; a refusal of the one query becomes a QueryError."""
    try:
        return success(call(), client.url, product)
    except AnswerError as error:
        if error.status in _REFUSALS and error.reason:
            raise QueryError(error.reason) from None
        raise
    except TargetError as error:
        if timed_out(error):
            raise QueryError(error.message) from None
        raise


def items_of(data: Any) -> list[Mapping[str, Any]]:
    """Return the series or streams of a result."""
    found = data.get("result") if isinstance(data, Mapping) else None
    return [item for item in _list(found) if isinstance(item, Mapping)]


def answer_of(data: Any) -> Answer:
    """Read a result of any type: matrix, vector, scalar, string, streams."""
    kind = data.get("resultType") if isinstance(data, Mapping) else None
    if kind in ("scalar", "string"):
        return Answer(1)
    items = items_of(data)
    if kind == "streams":
        return Answer(sum(bool(item.get("values")) for item in items))
    return Answer(len(items), numbers=any(map(_has_numbers, items)))


def _has_numbers(item: Mapping[str, Any]) -> bool:
    """Whether a series has a point that a panel can draw; native histograms always do."""
    if item.get("histogram") or item.get("histograms"):
        return True
    return any(map(_finite, _list(item.get("values")) or [item.get("value")]))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _finite(point: Any) -> bool:
    try:
        return isfinite(float(point[1]))
    except (TypeError, ValueError, IndexError):
        return False
