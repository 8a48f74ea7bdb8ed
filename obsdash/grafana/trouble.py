"""What can go wrong between us and Grafana, told apart by what may be done about it."""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead
from typing import Any

import orjson

from obsdash.errors import TargetError
from obsdash.http import AnswerError, Response, UnreachedError, explain, unreachable

LONGEST_WAIT = 60.0  # seconds of a server's Retry-After that we respect


class GrafanaError(TargetError):
    """Grafana refused, failed, or could not be reached.

    status: of the answer, 0 without one. reason: Grafana's sentence. word: its code, as in
    `version-mismatch`. wait: seconds after which it wants to be asked again. sent: whether the
    request may have reached it.
    """

    def __init__(
        self,
        message: str,
        *,
        help: str = "",  # noqa: A002
        status: int = 0,
        reason: str = "",
        word: str = "",
        wait: float = 0.0,
        sent: bool = True,
    ) -> None:
        super().__init__(message, help=help)
        self.status = status
        self.reason = reason
        self.word = word
        self.wait = wait
        self.sent = sent

    @property
    def busy(self) -> bool:
        """Whether nothing was done, and the same request may succeed later."""
        return self.status in (429, 503) or not self.sent

    @property
    def contested(self) -> bool:
        """Whether somebody else may have written: 412 up to 12, 409 for dashboards in 13.

        Not for sure: when SQLite is locked, Grafana 9.3 repeats a save by itself, with a version
        that it has counted up already, and answers 412 to its own second try.
        """
        return self.status in (409, 412) and self.word != "name-exists"

    @property
    def unclear(self) -> bool:
        """Whether a write may have happened all the same."""
        return self.sent and not 400 <= self.status < 500


def decoded(response: Response) -> Any:
    """Return what an answer says, "" when that is nothing; raise GrafanaError unless it is JSON."""
    status, headers, body = response.status, response.headers, response.body
    media = headers.get("content-type", "")
    if 200 <= status < 300 and (not body or _is_json(media, body)):
        try:
            return orjson.loads(body) if body else ""
        except orjson.JSONDecodeError as error:
            raise lost(unreachable(response.url, IncompleteRead(b""))) from error
    location = headers.get("location", "")
    why = explain(response.url, status, media, body, location=location, product="Grafana")
    raise _answered(why, body, _seconds(headers.get("retry-after", "")))


def lost(error: TargetError) -> GrafanaError:
    """Return the error for a request that got no answer, or only a part of one."""
    return GrafanaError(error.message, help=error.help, sent=not isinstance(error, UnreachedError))


def _is_json(media: str, body: bytes) -> bool:
    """Whether to read it as JSON; some proxies lose the content type."""
    return "json" in media or (not media and body[:1] in b"{[")


def _answered(error: AnswerError, body: bytes, wait: float) -> GrafanaError:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    word = answer.get("status") if isinstance(answer, Mapping) else ""
    return GrafanaError(
        error.message,
        help=error.help,
        status=error.status,
        reason=error.reason,
        word=word if isinstance(word, str) else "",
        wait=wait,
    )


def _seconds(retry_after: str) -> float:
    """Read a Retry-After header, seconds or a date; 0 when there is none."""
    if retry_after.isdigit():
        return min(float(retry_after), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(retry_after).timestamp()
    except ValueError:
        return 0.0
    return min(max(moment - time.time(), 0.0), LONGEST_WAIT)
