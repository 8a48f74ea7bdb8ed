"""What can go wrong between us and Grafana, told apart by what may be done about it."""

import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPException, IncompleteRead
from socket import gaierror
from typing import TYPE_CHECKING

import orjson

from obsdash.errors import TargetError
from obsdash.http import AnswerError, explain, unreachable

if TYPE_CHECKING:
    import niquests

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


def refuse_unless_json(response: "niquests.Response") -> None:
    """Raise GrafanaError for any answer that is not a success in JSON (or empty)."""
    status, headers = response.status_code or 0, response.headers
    body = response.content or b""
    media = str(headers.get("content-type", ""))
    if 200 <= status < 300 and (not body or _is_json(media, body)):
        return
    location = str(headers.get("location", ""))
    url = str(response.url)
    error = explain(url, status, media, body, location=location, product="Grafana")
    raise _answered(error, body, _seconds(str(headers.get("retry-after", ""))))


def lost(url: str, error: Exception, timeout: float) -> GrafanaError:
    """Return the error for a request that got no answer, or only a part of one."""
    cause = next(_causes(error), None) or _stand_in(error)
    trouble = unreachable(url, cause, timeout)
    sent = not (
        isinstance(cause, ConnectionRefusedError | gaierror)
        or any(kind.__name__ == "ConnectTimeout" for kind in type(error).__mro__)
    )
    return GrafanaError(trouble.message, help=trouble.help, sent=sent)


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


def _causes(error: BaseException) -> Iterator[Exception]:
    """Yield the standard library's errors that an HTTP library's error stands for."""
    if isinstance(error, OSError | HTTPException) and _is_standard(error):
        yield error
        return
    inside = [arg for arg in error.args if isinstance(arg, BaseException)]
    for cause in [error.__cause__ or error.__context__, *inside]:
        if cause is not None:
            yield from _causes(cause)


def _is_standard(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("builtins", "socket", "ssl", "http")


def _stand_in(error: Exception) -> Exception:
    """Return the nearest of the standard library's errors, by the foreign one's name."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"Timeout", "GrafanaTimeoutError"}:
        return TimeoutError()
    if names & {"ChunkedEncodingError", "JSONDecodeError", "ContentDecodingError"}:
        return IncompleteRead(b"")
    return HTTPException(str(error))
