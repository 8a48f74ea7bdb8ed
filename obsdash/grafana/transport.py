"""The way to Grafana: JSON over HTTP for many threads. The only user of grafana-client."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from obsdash import __version__
from obsdash.errors import TargetError
from obsdash.grafana.trouble import GrafanaError, decoded, lost
from obsdash.http import Auth, Client, Response, Tls

if TYPE_CHECKING:
    import niquests
    from grafana_client.client import GrafanaClient

Json = Any
Pause = Callable[[float], object]

TRIES = 3
BACKOFF = 0.25  # seconds before the first repetition, doubled at each
LARGEST_PAGE = 5000  # what /api/search allows
HEALTH = ("health",)  # answers whoever asks
_REFUSED = 401


@dataclass(slots=True)
class Grafana:
    """A connection for many threads; made by `connected`. Paths are given in parts, unquoted.

    Every trouble is a GrafanaError. A write is repeated only when it was not carried out for sure;
    after an `unclear` error it is the caller who looks what became of it.
    """

    url: str
    client: "GrafanaClient"
    pause: Pause
    _down: GrafanaError | None = None
    _known: bool = False  # whether our credentials have been accepted

    def get(self, *path: str, **params: Json) -> Json:
        """Return what a GET answers; repeated whenever that can help."""
        return self._patiently("GET", path, lambda e: e.busy or e.unclear, params=params)

    def post(self, *path: str, body: Json) -> Json:
        """Return what a POST answers."""
        return self._patiently("POST", path, lambda e: e.busy, json=body)

    def put(self, *path: str, body: Json) -> Json:
        """Return what a PUT answers."""
        return self._patiently("PUT", path, lambda e: e.busy, json=body)

    def patch(self, *path: str, body: Json) -> Json:
        """Return what a PATCH answers."""
        return self._patiently("PATCH", path, lambda e: e.busy, json=body)

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
                answer = getattr(self.client, verb)(place, **how)
            except GrafanaError as error:
                if not (again(error) or self._doubted(error)):
                    raise
                if attempt == TRIES:
                    # When nobody answers, the rest of the calls need not wait as long.
                    self._down = None if error.status else error
                    self._known = self._known and error.status != _REFUSED
                    raise
                self.pause(error.wait or BACKOFF * 2 ** (attempt - 1))
            else:
                self._known = self._known or path != HEALTH
                return answer
        raise AssertionError("count() ended")

    def _doubted(self, error: GrafanaError) -> bool:
        """Whether to believe that credentials are wrong which were right a moment ago.

        Grafana calls them so, too, when SQLite is locked while it looks them up.
        """
        return self._known and error.status == _REFUSED


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
    """Open a connection; nothing is sent yet. Raises TargetError for a URL that is none.

    connections: calls at once, however many threads call.
    """
    headers = {"User-Agent": f"obsdash/{__version__}", "Accept-Encoding": "gzip"}
    if org:
        headers["X-Grafana-Org-Id"] = str(org)
    http = Client(url, auth=auth, tls=tls, headers=headers, timeout=timeout, product="Grafana")
    with http:
        yield Grafana(url.rstrip("/"), _client(http, connections), pause)


def _client(http: Client, connections: int) -> "GrafanaClient":
    from grafana_client.client import GrafanaClient

    client = GrafanaClient(None)
    client.url = "/api"
    client.s = cast("niquests.Session", _Session(http, threading.Semaphore(connections)))
    return client


@dataclass(frozen=True, slots=True)
class _Session:
    """Carries the calls of grafana-client. Its own session takes five times the time for a call."""

    http: Client
    free: threading.Semaphore

    def request(
        self, method: str, path: str, *, params: Mapping[str, Json], json: Json, **_: Json
    ) -> "_Answer":
        verb = method.upper()
        try:
            with self.free:
                response = self.http.request(
                    verb, path, params=params, json=json, resend=verb == "GET"
                )
        except TargetError as error:
            raise lost(error) from error
        return _Answer(response, decoded(response))


@dataclass(frozen=True, slots=True)
class _Answer:
    """What grafana-client looks at."""

    response: Response
    content: Json

    @property
    def status_code(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self.response.headers

    def json(self) -> Json:
        return self.content
