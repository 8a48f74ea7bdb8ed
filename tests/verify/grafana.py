"""A Grafana that answers queries in the shapes of a real one (measured on 9.3.2)."""

import json
from typing import Any
from urllib.parse import urlsplit

from tests.support.servers import Asked

TIME = {"name": "Time", "type": "time", "typeInfo": {"frame": "time.Time"}}
SOURCES = [
    {"uid": "prom", "name": "Prometheus", "type": "prometheus", "isDefault": True, "jsonData": {}},
    {"uid": "dead", "name": "Dead", "type": "prometheus", "isDefault": False, "jsonData": {}},
    {"uid": "test", "name": "Test", "type": "testdata", "isDefault": False, "jsonData": {}},
    {"uid": "am", "name": "Alerts", "type": "alertmanager", "isDefault": False, "jsonData": {}},
    {"uid": "odd", "name": "Odd", "type": "no-plugin", "isDefault": False, "jsonData": {}},
]
_PROXY = "/api/datasources/proxy/uid/"
_FAILED = {"message": "An error occurred within the plugin", "messageId": "plugin.downstreamError"}

Reply = tuple[int, Any]


def grafana(asked: Asked) -> tuple[int, str, bytes]:
    """Answer a request."""
    status, document = _reply(asked)
    return status, "application/json", json.dumps(document).encode() if document else b""


def _reply(asked: Asked) -> Reply:
    if not asked.headers.get("Authorization", "").startswith("Basic "):
        return 401, {"message": "Unauthorized"}
    path = urlsplit(asked.path).path
    if path == "/api/datasources":
        return 200, SOURCES
    if path == "/api/ds/query":
        (query,) = json.loads(asked.body)["queries"]
        return _queried(query)
    if path.startswith(_PROXY):
        uid, _, rest = path.removeprefix(_PROXY).partition("/")
        return _proxied(uid, rest)
    return 404, {"message": "Not found"}


def _queried(query: dict[str, Any]) -> Reply:
    match query["datasource"]["type"]:
        case "prometheus":
            return _promql(query["expr"], instant=query["instant"])
        case "testdata" if query["scenarioId"] == "no_data_points":
            return 200, {"results": {}}
        case "testdata" if query["scenarioId"] == "server_error_500":
            return 500, {"error": "Server Error", "message": "Internal Server Error - Check the…"}
        case "testdata":
            return 200, _frames([1.5, 2.5])
        case "alertmanager":
            return 500, {"message": "Internal server error", "messageId": "plugin.unavailable"}
        case _:
            return 404, {"message": "Not found", "messageId": "plugin.notRegistered"}


def _promql(expr: str, *, instant: bool) -> Reply:
    if expr == "rate(up[":
        error = 'bad_data: invalid parameter "query": 1:9: parse error: unexpected end of input'
        return 400, {"results": {"A": {"error": error, "status": 500, "frames": []}}}
    if expr == "never_a_number":
        return 200, _frames([None, None])
    if expr.startswith("up"):
        return 200, _frames([1])
    return 200, {"results": {"A": {"status": 200} | ({} if instant else {"frames": []})}}


def _frames(numbers: list[float | None]) -> dict[str, Any]:
    value = {"name": "Value", "type": "number", "labels": {"job": "api"}}
    times = [1714564800000 + 15000 * n for n in range(len(numbers))]
    frame = {"schema": {"fields": [TIME, value]}, "data": {"values": [times, numbers]}}
    return {"results": {"A": {"status": 200, "frames": [frame]}}}


def _proxied(uid: str, path: str) -> Reply:
    if uid != "prom":
        return 502, None
    found: Any = ["api", "web"]
    if path == "api/v1/query":
        found = {"resultType": "vector", "result": []}
    elif path == "api/v1/label/__name__/values":
        found = ["up"]
    return 200, {"status": "success", "data": found}
