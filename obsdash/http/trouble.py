"""What went wrong between us and a server, in one sentence with a remedy."""

import re
import socket
import ssl
from collections.abc import Mapping
from html import unescape
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import orjson

from obsdash.errors import TargetError

LONGEST_QUOTE = 200  # characters of a server's own words that a message repeats

_SELF_SIGNED = {18, 19}  # OpenSSL's verification codes
_UNKNOWN_ISSUER = {2, 20, 21}
_EXPIRED = {10}
_WRONG_NAME = {62, 64}

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(r"log[ -]?in|sign[ -]?in|single sign|sso|password", re.IGNORECASE)


class AnswerError(TargetError):
    """A server answered, but not with what was asked for; `reason` is its own sentence, if any."""

    def __init__(self, message: str, *, status: int, reason: str = "", help: str = "") -> None:  # noqa: A002
        super().__init__(message, help=help)
        self.status = status
        self.reason = reason


class UnreachedError(TargetError):
    """No connection came about: nothing was sent."""


def masked(url: str) -> str:
    """Return a URL without its query, and with `***` for credentials in it; never raises."""
    place = url.partition("?")[0].partition("#")[0]
    return re.sub("//.*@", "//***@", place)


def explain(
    url: str,
    status: int,
    content_type: str,
    body: bytes,
    *,
    location: str = "",
    product: str = "server",
) -> AnswerError:
    """Say why an answer is not the JSON that was asked for; works for every status, 200 too.

    location: the header of a redirect. product: what the server should be, `Prometheus`.
    """
    text = body[:100_000].decode("utf-8", "replace")
    is_page = "html" in content_type.lower() or text.lstrip()[:1] == "<"
    reason = _page_title(text) if is_page else _server_sentence(text)
    if status < 300:
        sentence, remedy = _not_json(reason, text if is_page else "", product)
    elif status < 400:
        sentence, remedy = _redirect(masked(location))
    else:
        said = f": {reason}" if reason else ""
        sentence, remedy = _refusal(status, said, is_page, product)
    return AnswerError(
        f"{masked(url)} {sentence}", status=status, reason="" if is_page else reason, help=remedy
    )


def success(answer: Any, url: str, product: str = "Prometheus") -> Any:
    """Return `data` of Prometheus' and Loki's envelope `{"status": "success", "data": …}`."""
    if isinstance(answer, dict) and answer.get("status") == "success" and "data" in answer:
        return answer["data"]
    raise AnswerError(
        f"{masked(url)} answered JSON that is not of {product}'s shape",
        status=200,
        help=_base_url(product),
    )


def unreachable(url: str, error: Exception, timeout: float = 0) -> TargetError:
    """Say why there was no answer: an OSError or HTTPException of the connection."""
    place = masked(url)
    parts = urlsplit(place)
    match error:
        case ssl.SSLCertVerificationError():
            return _bad_certificate(parts.hostname or place, error)
        case ssl.SSLError():
            return TargetError(
                f"no TLS connection to {parts.netloc}: {_clean(error.reason or str(error))}",
                help="does the server speak https at this port? else write http:// in url",
            )
        case socket.gaierror():
            return TargetError(
                f"the host name {parts.hostname} cannot be resolved",
                help="check the spelling of url, and the DNS of this machine",
            )
        case TimeoutError():
            limit = f" within {timeout:g} s" if timeout else " in time"
            return TargetError(
                f"{place} did not answer{limit}",
                help="is the server overloaded, or a firewall in between?",
            )
        case ConnectionRefusedError():
            return TargetError(
                f"nothing listens at {parts.netloc}",
                help="is the server running, and is the port in url right?",
            )
        case IncompleteRead():
            return TargetError(
                f"the answer of {place} broke off half-way",
                help="try again; a proxy or the server cut the connection",
            )
        case RemoteDisconnected() | ConnectionError():
            return TargetError(
                f"{place} closed the connection without an answer",
                help="does the server expect https://, or is it restarting?",
            )
        case HTTPException():
            return TargetError(
                f"{parts.netloc} does not answer in HTTP", help="check the port in url"
            )
        case OSError(strerror=str(why)):
            return TargetError(f"{parts.netloc} cannot be reached: {why}", help="check url")
        case _:
            return TargetError(f"{parts.netloc} cannot be reached: {error}", help="check url")


def _refusal(status: int, said: str, is_page: bool, product: str) -> tuple[str, str]:
    """Return a sentence's end and a remedy for an error status."""
    match status:
        case 401:
            return f"refuses our credentials (401){said}", "check token, or user and password"
        case 403:
            return f"does not allow this (403){said}", "give the token or user the right to do it"
        case 404:
            return f"does not exist (404){said}", _base_url(product)
        case 407:
            return "is behind a proxy that wants a login (407)", "put it into HTTP_PROXY"
        case 502 | 503 | 504 if is_page:
            return f"is behind a proxy that gets no answer ({status}{said})", "is the server up?"
        case _:
            return f"answered {status}{said}", ""


def _not_json(reason: str, page: str, product: str) -> tuple[str, str]:
    """Return a sentence's end and a remedy for a good status with the wrong content."""
    quoted = f" (“{reason}”)" if reason else ""
    if page and _LOGIN.search(page):
        return f"answered a login page{quoted} instead of JSON", _LOGIN_HELP
    if page:
        return f"answered a web page{quoted} instead of JSON", _base_url(product)
    return f"answered something that is not JSON{quoted}", _base_url(product)


def _redirect(location: str) -> tuple[str, str]:
    if _LOGIN.search(location):
        return "asks for a login", _LOGIN_HELP
    return f"redirects to {location or 'nowhere'}", "set url to the address it redirects to"


_LOGIN_HELP = "use a token that the proxy lets through, or an address behind the login"


def _base_url(product: str) -> str:
    return f"is url the base URL of a {product}, with its path prefix if it has one?"


def _bad_certificate(host: str, error: ssl.SSLCertVerificationError) -> TargetError:
    code = error.verify_code
    if code in _SELF_SIGNED:
        return TargetError(
            f"{host} shows a self-signed certificate",
            help='set ca = "…" to the certificate (or its authority), a PEM file',
        )
    if code in _UNKNOWN_ISSUER:
        return TargetError(
            f"the certificate of {host} is signed by an authority this machine does not know",
            help='set ca = "…" to that authority\'s certificate, a PEM file',
        )
    if code in _EXPIRED:
        return TargetError(f"the certificate of {host} has expired", help="renew it")
    if code in _WRONG_NAME:
        return TargetError(
            f"the certificate of {host} is for another name",
            help="use the name in the certificate in url",
        )
    return TargetError(f"the certificate of {host} is refused: {_clean(error.verify_message)}")


def _server_sentence(text: str) -> str:
    """Return the error of a JSON answer, or the first line of a plain one."""
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _clean(text)
    if isinstance(answer, Mapping):
        for key in ("error", "message", "msg"):
            if isinstance(answer.get(key), str):
                return _clean(answer[key])
    return ""


def _page_title(text: str) -> str:
    found = _TITLE.search(text) or _HEADING.search(text)
    return _clean(unescape(re.sub(r"<[^>]*>", " ", found[1]))) if found else ""


def _clean(text: str) -> str:
    """Return one printable line of bounded length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
