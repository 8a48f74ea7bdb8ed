"""The double over HTTP: one thread a connection, latency, faults, a log of the calls."""

import base64
import json
import re
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from tests.doubles.grafana import (
    alertmanager,
    contacts,
    convert,
    dashboards,
    datasources,
    folders,
    groups,
    library,
    people,
    policies,
    queries,
    ruler,
    rules,
    site,
    templates,
    timings,
)
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route, User, denied
from tests.doubles.grafana.faults import PAGES, Fault, Page
from tests.doubles.grafana.store import Dashboard, Integration, Rule, Store, Version, now

ROUTES = (
    *site.ROUTES,
    *folders.ROUTES,
    *dashboards.ROUTES,
    *library.ROUTES,
    *datasources.ROUTES,
    *rules.ROUTES,
    *groups.ROUTES,
    *ruler.ROUTES,
    *convert.ROUTES,
    *contacts.ROUTES,
    *policies.ROUTES,
    *timings.ROUTES,
    *templates.ROUTES,
    *alertmanager.ROUTES,
    *people.ROUTES,
    *queries.ROUTES,
)
BY_SHAPE = defaultdict(list)  # by method and number of parts
for _route in ROUTES:
    BY_SHAPE[_route.method, _route.path.count("/")].append(_route)


_LONG_NUMBER = re.compile(rb"\d{17}")  # which orjson would round


class GrafanaDouble:
    """A Grafana on a free port of this machine, while the `with` block lasts.

    user and password: admin, admin. latency: seconds an answer takes. faults: by the number of the
    call, from 1. calls: method and path of every call so far. before: called with every call,
    outside the lock.
    """

    def __init__(self, version: str = "9.3.2", *, latency: float = 0.0, prefix: str = "") -> None:
        self.store = Store(version)
        self.latency = latency
        self.prefix = prefix
        self.faults: dict[int, Fault] = {}
        self.calls: list[tuple[str, str]] = []
        self.before: Callable[[str, str], None] = lambda method, path: None
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.double = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.prefix}"

    def token(self, role: str) -> str:
        """Make a service account's token."""
        key = f"glsa_{role.lower()}"
        self.store.tokens[key] = User(f"sa-{role.lower()}", role)
        return key

    def person(self, login: str, role: str) -> None:
        """Let somebody in; the password is the login."""
        self.store.people[login] = User(login, role)

    def forget_calls(self) -> None:
        """Start counting calls, and the faults with them, anew."""
        self.calls.clear()

    def lag(self) -> None:
        """Let the search show what there is now, until `catch_up`."""
        self.store.stale = site.all_hits(self.store)

    def catch_up(self) -> None:
        """Let the search follow at once again."""
        self.store.stale = None

    def provision(self, document: Json, file: str, folder: str = "") -> None:
        """Put a dashboard there as Grafana's file provisioning does."""
        uid, identity = document["uid"], self.store.next_id()
        data = {**document, "id": identity, "version": 1}
        first = Version(self.store.next_id(), 1, 0, "", "Anonymous", data, now())
        self.store.dashboards[uid] = Dashboard(identity, uid, folder, data, [first], file)

    def provision_rule(self, document: Json, interval: int = 60) -> None:
        """Put a rule there as a file does."""
        self.store.rules[document["uid"]] = Rule(document, interval)
        self.store.provenances[rules.KIND, document["uid"]] = "file"

    def provision_contact_point(self, name: str, *integrations: Integration) -> None:
        """Put a contact point there as a file does."""
        self.store.contact_points[name] = list(integrations)
        for integration in integrations:
            self.store.provenances[contacts.KIND, integration.uid] = "file"

    def provision_policies(self, tree: Json) -> None:
        """Put the notification policies there as a file does."""
        self.store.policies = tree
        self.store.provenances[policies.KIND, policies.NAME] = "file"

    def provision_timing(self, name: str, intervals: list[Json]) -> None:
        """Put a mute timing there as a file does."""
        self.store.timings[name] = intervals
        self.store.provenances[timings.KIND, name] = "file"

    def provision_template(self, name: str, text: str) -> None:
        """Put a message template there as a file does."""
        self.store.templates[name] = text
        self.store.provenances[templates.KIND, name] = "file"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, method: str, path: str) -> int:
        """Note a call; return its number."""
        with self._lock:
            self.calls.append((method, path))
            return len(self.calls)

    def answer(self, call: Call, authorization: str) -> Answer:
        """Answer as Grafana would."""
        if not call.path.startswith(f"{self.prefix}/api/"):
            return Answer(302, text='<a href="/login">Found</a>.', headers={"Location": "/login"})
        parts = tuple(unquote(p) for p in call.path[len(self.prefix) + 5 :].split("/"))
        for route in BY_SHAPE.get((call.method, len(parts)), ()):
            values = _match(route, parts)
            if values is not None and self.store.has(route.since):
                return self._routed(route, call, authorization, values)
        return Answer(404, {"message": "Not found"})

    def _routed(self, route: Route, call: Call, authorization: str, values: list[str]) -> Answer:
        if route.role:
            found = self._user(authorization)
            if isinstance(found, str):
                return Answer(401, {"message": found})
            later = route.later and self.store.has(route.later[0]) and route.later[1]
            if not found.may(later or route.role):
                return denied(route.permission)
            call = replace(call, user=found)
        with self.store.lock:
            try:
                return route.handler(self.store, call, *values)
            except Refusal as refusal:
                return refusal.answer

    def _user(self, authorization: str) -> User | str:
        scheme, _, credential = authorization.partition(" ")
        if scheme == "Bearer":
            return self.store.tokens.get(credential, "invalid API key")
        if scheme != "Basic":
            return "Unauthorized"
        login, _, password = base64.b64decode(credential).decode().partition(":")
        person = self.store.people.get(login)
        return person if person and password == login else "invalid username or password"


def _match(route: Route, parts: tuple[str, ...]) -> list[str] | None:
    """Return the parts that stand for a route's stars, None when it is another route."""
    pairs = list(zip(route.path[1:].split("/"), parts, strict=True))
    if any(want not in ("*", part) for want, part in pairs):
        return None
    return [part for want, part in pairs if want == "*"]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    double: GrafanaDouble

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that a test broke."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        double = self.server.double
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        parts = urlsplit(self.path)
        number, revision = double.count(self.command, self.path), double.store.revision
        double.before(self.command, self.path)
        time.sleep(double.latency)
        fault = double.faults.get(number)
        if fault is Fault.TIMEOUT:
            self._hang()
        elif fault is Fault.RESET:
            self._reset()
        elif fault and not fault.after:
            self._write(PAGES[fault])
        else:
            body = _decoded(sent)
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(
                self.command,
                parts.path,
                parse_qs(parts.query),
                body,
                headers=headers,
                revision=revision,
                text=sent.decode(errors="replace"),
            )
            answer = double.answer(call, self.headers.get("Authorization") or "")
            self._reply(answer, fault)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 (http.server's names)

    def _reply(self, answer: Answer, fault: Fault | None) -> None:
        if fault is Fault.LOST:
            self._reset()
            return
        media = "text/html; charset=utf-8" if answer.text else "application/json"
        content = _encoded(answer.body) if answer.text is None else answer.text.encode()
        media = answer.headers.get("Content-Type", media)
        headers = tuple((n, v) for n, v in answer.headers.items() if n != "Content-Type")
        page = Page(answer.status, content, media, headers)
        self._write(page, part=0.5 if fault is Fault.HALF else 1.0)

    def _write(self, page: Page, part: float = 1.0) -> None:
        self.send_response(page.status)
        self.send_header("Content-Type", page.media)
        self.send_header("Content-Length", str(len(page.body)))
        for name, value in page.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page.body[: int(len(page.body) * part)])
        self.close_connection = part < 1 or self.close_connection

    def _hang(self) -> None:
        """Answer nothing until the other side gives up."""
        self.connection.settimeout(10)
        self.connection.recv(1)
        self.close_connection = True

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Say nothing."""


def _encoded(body: Json) -> bytes:
    """Return the JSON, at a tenth of json's cost where orjson can say it."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        return json.dumps(body).encode()


def _decoded(sent: bytes) -> Json:
    decode = json.loads if _LONG_NUMBER.search(sent) else orjson.loads
    try:
        return decode(sent) if sent else None
    except ValueError:
        return None
