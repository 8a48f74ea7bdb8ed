"""The client: HTTP/1.1 over the standard library, connections kept for the next request."""

import base64
import http.client
import select
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import orjson

from obsdash.errors import TargetError
from obsdash.http.trouble import AnswerError, UnreachedError, explain, masked, unreachable

CONNECT_TIMEOUT = 10.0  # seconds, where an answer may take longer


@dataclass(frozen=True, slots=True)
class Tls:
    """How a server's certificate is checked, and which one we show; paths of PEM files."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Auth:
    """A bearer token, or a user and a password; never printed."""

    token: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def header(self) -> str:
        """Return the value of the Authorization header."""
        return f"Bearer {self.token}" if self.token else _basic(self.user, self.password)


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered, whatever its status; header names are in lower case."""

    url: str  # without credentials and query
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text, undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Request:
    url: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None = None


class Client:
    """Talk to one server; usable from many threads, with as many connections as requests at once.

    Redirects are not followed, so credentials stay with the host they are for.
    """

    def __init__(
        self,
        url: str,
        *,
        auth: Auth | None = None,
        tls: Tls | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        product: str = "server",
    ) -> None:
        """Raise TargetError when the URL or a TLS file cannot be used; nothing is sent yet."""
        self.url = masked(url).rstrip("/")
        self._base = _base(url)
        self._proxy = _proxy_for(self._base)
        self._context = _context(tls or Tls()) if self._base.scheme == "https" else None
        self._headers: dict[str, str] = {"Accept": "application/json", **(headers or {})}
        if auth:
            self._headers["Authorization"] = auth.header
        _refuse_odd_headers(self._headers, self.url)
        self._timeout = timeout
        self._product = product
        self._opened: list[http.client.HTTPConnection] = []
        self._idle: list[http.client.HTTPConnection] = []  # of those

    def get_json(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """GET and decode; a list among the parameters is repeated. Raises AnswerError."""
        return self._decoded(self.request("GET", path, params=params))

    def post_form_json(self, path: str, data: Mapping[str, Any]) -> Any:
        """POST a form (for queries too long for a URL) and decode. Raises AnswerError."""
        return self._decoded(self.request("POST", path, data=data))

    def post(self, path: str) -> Response:
        """POST nothing; return the answer, whatever its status."""
        return self.request("POST", path)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        json: Any = None,
        resend: bool = True,
    ) -> Response:
        """Return the answer, whatever its status; raises TargetError when there is none.

        data: a form to send; json: a document to send. resend: send it again when a kept connection
        closes under it; False for what must not be done twice.
        """
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        target = quote(self._base.path.rstrip("/") + path, safe="/%:@!$&'()*+,;=~") + query
        url = self.url + path
        sending = _Request(url, method, target, self._headers)
        if data is not None:
            form = self._headers | {"Content-Type": "application/x-www-form-urlencoded"}
            sending = _Request(url, method, target, form, urlencode(data, doseq=True).encode())
        elif json is not None:
            document = self._headers | {"Content-Type": "application/json"}
            sending = _Request(url, method, target, document, orjson.dumps(json))
        connection = self._connection()
        try:
            return self._exchange(connection, sending, resend=resend)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise unreachable(url, error, self._timeout) from error
        except BaseException:
            connection.close()  # an interrupted exchange leaves an answer in the pipe
            raise
        finally:
            self._idle.append(connection)

    def explain(self, response: Response) -> AnswerError:
        """Say why an answer is not what was asked for."""
        return explain(
            response.url,
            response.status,
            response.headers.get("content-type", ""),
            response.body,
            location=response.headers.get("location", ""),
            product=self._product,
        )

    def close(self) -> None:
        """Close all connections; a later request opens its own anew."""
        for connection in tuple(self._opened):
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _decoded(self, response: Response) -> Any:
        if 200 <= response.status < 300:
            try:
                return orjson.loads(response.body)
            except orjson.JSONDecodeError:
                pass
        raise self.explain(response)

    def _exchange(
        self, connection: http.client.HTTPConnection, sending: _Request, *, resend: bool
    ) -> Response:
        if _is_dropped(connection):
            connection.close()
        reused = connection.sock is not None
        try:
            return self._once(connection, sending)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if not (reused and resend):
                raise
            connection.close()  # the server closed it meanwhile
            return self._once(connection, sending)

    def _once(self, connection: http.client.HTTPConnection, sending: _Request) -> Response:
        if connection.sock is None:
            self._connect(connection, sending.url)
        target, headers = sending.target, dict(sending.headers)
        if self._proxy and not self._context:
            target = f"http://{self._base.netloc}{target}"
            headers |= _proxy_headers(self._proxy)
        connection.request(sending.method, target, sending.body, headers)
        answer = connection.getresponse()
        content = answer.read()
        names = {name.lower(): value for name, value in answer.getheaders()}
        if content and names.get("content-encoding") == "gzip":
            content = _unzipped(content)
        return Response(sending.url, answer.status, names, content)

    def _connect(self, connection: http.client.HTTPConnection, url: str) -> None:
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            why = unreachable(url, error, connection.timeout or 0)
            raise UnreachedError(why.message, help=why.help) from error
        connection.sock.settimeout(self._timeout)

    def _connection(self) -> http.client.HTTPConnection:
        try:
            return self._idle.pop()
        except IndexError:
            self._opened.append(self._open())
            return self._opened[-1]

    def _open(self) -> http.client.HTTPConnection:
        host, port = self._base.hostname or "", self._base.port
        via = self._proxy
        limit = min(CONNECT_TIMEOUT, self._timeout)
        first = (via.hostname or "", via.port or 80) if via else (host, port)
        if not self._context:
            return http.client.HTTPConnection(*first, timeout=limit)
        secure = http.client.HTTPSConnection(*first, timeout=limit, context=self._context)
        if via:
            secure.set_tunnel(host, port or 443, _proxy_headers(via))
        return secure


def _is_dropped(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has closed an idle connection: there is an end to be read."""
    return connection.sock is not None and bool(select.select([connection.sock], [], [], 0)[0])


def _unzipped(content: bytes) -> bytes:
    try:
        return zlib.decompress(content, wbits=zlib.MAX_WBITS | 16)
    except zlib.error as error:
        raise http.client.IncompleteRead(b"") from error


def _base(url: str) -> SplitResult:
    """Split a base URL; raises TargetError when it is none."""
    if "@" in url:
        raise TargetError(
            f"the address {masked(url)} carries credentials",
            help='take them out of url: user = "…", password = "env:NAME"',
        )
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise TargetError(
            f"{masked(url)!r} is not a server's address", help='write url = "http://host:port"'
        )
    return parts


def _context(tls: Tls) -> ssl.SSLContext:
    """Load the certificates; raises TargetError naming the file that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=tls.ca)
    except OSError as error:
        raise _unusable("ca", tls.ca, error) from error
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.cert:
        try:
            context.load_cert_chain(tls.cert, tls.key)
        except OSError as error:
            raise _unusable("cert", tls.cert, error) from error
    return context


def _unusable(name: str, path: str | None, error: OSError) -> TargetError:
    why = "it is not a PEM file we can use" if isinstance(error, ssl.SSLError) else error.strerror
    return TargetError(f"{name} = {path!r} cannot be loaded: {why}")


def _refuse_odd_headers(headers: Mapping[str, str], url: str) -> None:
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise TargetError(
                f"the {name} header for {url} has a line break or another odd character in it",
                help="check the token, or the file or variable it comes from",
            )


def _proxy_for(base: SplitResult) -> SplitResult | None:
    """Return the proxy that the process environment asks for; none for this very machine."""
    host = base.hostname or ""
    if host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(host):
        return None
    proxies = getproxies()
    address = proxies.get(base.scheme) or proxies.get("all")
    if not address:
        return None
    return urlsplit(address if "://" in address else f"http://{address}")


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    pair = _basic(unquote(proxy.username), unquote(proxy.password or ""))
    return {"Proxy-Authorization": pair}


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
