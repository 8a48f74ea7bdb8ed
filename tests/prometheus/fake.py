"""A server that answers as a Prometheus with nothing loaded would."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.support.servers import Answer, Asked, canned

JSON = "application/json"

CALM: Mapping[str, Any] = {
    "/api/v1/status/buildinfo": {"version": "3.5.3"},
    "/api/v1/status/flags": {"web.enable-lifecycle": "true", "enable-feature": ""},
    "/api/v1/status/config": {"yaml": "global:\n  evaluation_interval: 15s\n"},
    "/api/v1/rules": {"groups": []},
}


@contextmanager
def fake_prometheus(
    instead: Mapping[str, Callable[[Asked], Answer] | Answer] | None = None,
) -> Iterator[str]:
    """Serve a calm Prometheus, with other answers for some paths; gives its URL."""

    def answer(asked: Asked) -> Answer:
        path = asked.path.partition("?")[0]
        other = (instead or {}).get(path)
        if other:
            return other(asked) if callable(other) else other
        if path not in CALM:
            return 404, "text/plain", b"404 page not found\n"
        return 200, JSON, json.dumps({"status": "success", "data": CALM[path]}).encode()

    with canned(answer) as server:
        yield server.url
