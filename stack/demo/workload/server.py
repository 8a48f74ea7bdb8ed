"""The HTTP side: `/<application>/metrics`, `/chaos`, `/chaos/reset`, `/`."""

import json
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from prometheus_client import exposition

from workload.apps.base import Application
from workload.knobs import Board, KnobError

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


class Server(ThreadingHTTPServer):
    """Serves the applications' metrics and the knobs."""

    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], applications: Mapping[str, Application], board: Board
    ) -> None:
        self.applications = applications
        self.board = board
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about a scraper that hung up; everything else is a bug to be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        match url.path.strip("/").split("/"):
            case ["chaos"]:
                self._turn(url.query)
            case ["chaos", "reset"]:
                self._answer(HTTPStatus.OK, JSON, _json(self.server.board.reset().as_json()))
            case [name, "metrics"] if name in self.server.applications:
                self._metrics(name)
            case [""]:
                self._answer(HTTPStatus.OK, JSON, _json(self._directory()))
            case _:
                self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here; / lists what there is")

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet: a scrape every few seconds is no news."""

    def _turn(self, query: str) -> None:
        try:
            wanted = dict(parse_qsl(query, keep_blank_values=True))
            knobs = self.server.board.turn(wanted)
        except KnobError as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        else:
            self._answer(HTTPStatus.OK, JSON, _json(knobs.as_json()))

    def _metrics(self, name: str) -> None:
        if name in self.server.board.now().down:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"{name} is down, by its knob")
            return
        encode, content_type = exposition.choose_encoder(self.headers.get("Accept", ""))
        body = encode(self.server.applications[name].registry)
        self._answer(HTTPStatus.OK, content_type, body)

    def _directory(self) -> dict[str, list[str]]:
        metrics = [f"/{name}/metrics" for name in self.server.applications]
        return {"metrics": metrics, "knobs": ["/chaos", "/chaos/reset"]}

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self._answer(status, TEXT, f"{reason}\n".encode())

    def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, indent=2).encode() + b"\n"
