"""A Loki that holds three lines in two streams, and answers in the shapes of a real one (3.7)."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.servers import Asked

STREAMS: list[tuple[dict[str, str], list[str]]] = [
    ({"app": "api", "level": "info"}, ["hello", "again"]),
    ({"app": "web", "level": "error"}, ["boom"]),
]
_RESULTS: dict[str, dict[str, Any]] = {
    '{app="api"}': {
        "resultType": "streams",
        "result": [{"stream": STREAMS[0][0], "values": [["1714564800000000000", "hello"]]}],
    },
    '{app="none"}': {"resultType": "streams", "result": []},
    'sum(count_over_time({app=~".+"}[30m]))': {
        "resultType": "matrix",
        "result": [{"metric": {}, "values": [[1714564800, "3"]]}],
    },
    'sum(count_over_time({app="none"}[30m]))': {"resultType": "matrix", "result": []},
}
_VALUES: dict[tuple[str, str], list[str]] = {
    ("app", ""): ["api", "web"],
    ("app", '{level="error", app=~"web|,"}'): ["web"],
}


def loki(asked: Asked) -> tuple[int, str, bytes]:
    """Answer a request."""
    parts = urlsplit(asked.path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    found: Any
    match parts.path.removeprefix("/loki/api/v1/").split("/"):
        case ["labels"]:
            found = ["app", "level"]
        case ["label", name, "values"]:
            found = _VALUES.get((name, query.get("query", "")))
        case ["query" | "query_range"]:
            if query["query"] not in _RESULTS:
                return 400, "text/plain", b"parse error at line 1, col 2: syntax error"
            found = _RESULTS[query["query"]]
        case _:
            return 404, "text/plain", b"404 page not found"
    document = {"status": "success"} | ({} if found is None else {"data": found})
    return 200, "application/json", json.dumps(document).encode()


CONFIG = """\
auth_enabled: false
analytics: {{reporting_enabled: false}}
server:
  http_listen_address: 127.0.0.1
  http_listen_port: {port}
  grpc_listen_address: 127.0.0.1
  grpc_listen_port: {grpc}
common:
  path_prefix: {folder}
  replication_factor: 1
  instance_addr: 127.0.0.1
  ring: {{kvstore: {{store: inmemory}}}}
  storage:
    filesystem: {{chunks_directory: {folder}/chunks, rules_directory: {folder}/rules}}
schema_config:
  configs:
    - from: 2024-01-01
      store: tsdb
      object_store: filesystem
      schema: v13
      index: {{prefix: index_, period: 24h}}
ingester: {{lifecycler: {{min_ready_duration: 0s}}}}
"""
