"""Ask a component over HTTP on loopback, past any proxy."""

import socket
from http.client import HTTPConnection, HTTPException

TIMEOUT_SECONDS = 5.0
OK = 200


def answers(address: str, path: str) -> bool:
    """Tell whether a component is ready: `path` answers 200, or without a path, it listens."""
    try:
        return request(address, "GET", path)[0] == OK if path else _listens(address)
    except (OSError, HTTPException):
        return False


def request(address: str, method: str, path: str) -> tuple[int, str]:
    """Return status and text of an answer; raises OSError or HTTPException."""
    connection = HTTPConnection(address, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), TIMEOUT_SECONDS):
        return True
