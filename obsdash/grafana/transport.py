"""The way to Grafana: JSON over HTTP for many threads. The only user of grafana-client."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

from obsdash import __version__
from obsdash.errors import TargetError
from obsdash.grafana.trouble import GrafanaError, lost, refuse_unless_json
from obsdash.http import Auth, Tls, masked

if TYPE_CHECKING:
    import niquests
    from grafana_client.client import GrafanaClient

Json = Any
Pause = Callable[[float], object]

TRIES = 3
BACKOFF = 0.25  # seconds before the first repetition, doubled at each
LARGEST_PAGE = 5000  # what /api/search allows
CONNECT_TIMEOUT = 10.0


@dataclass(slots=True)
class Grafana:
    """A connection for many threads; made by `connected`. Paths are given in parts, unquoted.

    Every trouble is a GrafanaError. A write is repeated only when it was not carried out for sure;
    after an `unclear` error it is the caller who looks what became of it.
    """

    url: str
    client: "GrafanaClient"
    timeout: float
    pause: Pause
    _down: GrafanaError | None = None

    def get(self, *path: str, **params: Json) -> Json:
        """Return what a GET answers; repeated whenever that can help."""
        return self._patiently("GET", path, lambda e: e.busy or e.unclear, params=params)

    def post(self, *path: str, body: Json) -> Json:
        """Return what a POST answers."""
        return self._patiently("POST", path, lambda e: e.busy, json=body)

    def put(self, *path: str, body: Json) -> Json:
        """Return what a PUT answers."""
        return self._patiently("PUT", path, lambda e: e.busy, json=body)

    def delete(self, *path: str) -> None:
        """DELETE what is at a path."""
        self._patiently("DELETE", path, lambda e: e.busy)

    def pages(self, *path: str, **params: Json) -> Iterator[Json]:
        """Yield the items of a list that comes in pages."""
        for page in count(1):
            items = self.get(*path, **params, limit=LARGEST_PAGE, page=page)
            yield from items
            if len(items) < LARGEST_PAGE:
                return

    def _patiently(
        self, verb: str, path: tuple[str, ...], again: Callable[[GrafanaError], bool], **how: Json
    ) -> Json:
        place = "".join(f"/{quote(part, safe='')}" for part in path)
        for attempt in count(1):
            if self._down:
                raise self._down
            try:
                return self._once(verb, place, how)
            except GrafanaError as error:
                if not again(error):
                    raise
                if attempt == TRIES:
                    # When nobody answers, the rest of the calls need not wait as long.
                    self._down = None if error.status else error
                    raise
                self.pause(error.wait or BACKOFF * 2 ** (attempt - 1))
        raise AssertionError("count() ended")

    def _once(self, verb: str, place: str, how: dict[str, Json]) -> Json:
        from grafana_client.client import GrafanaException

        try:
            return getattr(self.client, verb)(place, accept_empty_json=True, **how)
        except (OSError, GrafanaException) as error:  # niquests' errors are OSErrors
            raise lost(f"{self.url}/api{place}", error, self.timeout) from error


@contextmanager
def connected(
    url: str,
    *,
    auth: Auth | None,
    tls: Tls | None,
    org: int | None,
    timeout: float,
    connections: int,
    pause: Pause,
) -> Iterator[Grafana]:
    """Open a connection; nothing is sent yet. Raises TargetError for a URL that is none."""
    client = _client(url, auth, tls or Tls(), org, timeout, connections)
    try:
        yield Grafana(url.rstrip("/"), client, timeout, pause)
    finally:
        client.s.close()


def _client(
    url: str, auth: Auth | None, tls: Tls, org: int | None, timeout: float, connections: int
) -> "GrafanaClient":
    from grafana_client.client import GrafanaClient

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise TargetError(
            f"{masked(url)!r} is not a Grafana's address",
            help='write url = "https://host[:port][/prefix]", credentials apart from it',
        )
    client = GrafanaClient(
        _credential(auth),
        protocol=parts.scheme,
        host=parts.netloc,  # with the port, and with the brackets of an IPv6 address
        url_path_prefix=f"{parts.path.strip('/')}/".lstrip("/"),
        verify=_verify(tls),
        timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
        user_agent=f"obsdash/{__version__}",
        organization_id=org,
        session_pool_size=connections,
    )
    if tls.cert:
        client.s.cert = (tls.cert, tls.key) if tls.key else tls.cert
    if not tls.verify:
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")  # it was asked for
    client.s.hooks = {"response": [_checked]}
    client.s.trust_env = not _is_this_machine(parts.hostname)  # no proxy leads back to it
    return client


def _checked(exchange: "niquests.PreparedRequest | niquests.Response") -> None:
    """Refuse an answer before grafana-client and its session touch it: they follow redirects."""
    refuse_unless_json(cast("niquests.Response", exchange))


def _credential(auth: Auth | None) -> "str | tuple[str, str] | None":
    if auth is None:
        return None
    return auth.token or (auth.user, auth.password)


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _verify(tls: Tls) -> bool | str:
    return tls.ca if tls.ca and tls.verify else tls.verify
