"""Raw calls to every Grafana that the double stands for, and to a real one where one is given.

Each test holds on all of them, or says for which version what holds. With a real one, run these
tests one at a time (`-n 0`): notification policies are one per server.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.doubles.grafana import GrafanaDouble
from tests.grafana.conftest import REAL, Lab

Json = Any

VERSIONS = ("9.3.2", "10.4.1", "11.2.0", "12.3.1", "13.1.0-pre")


@dataclass
class Wire:
    """One server, and a note of what is to be taken away from it after the test."""

    lab: Lab
    version: tuple[int, int] = (0, 0)
    made: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.version = self.lab.version

    def name(self, text: str) -> str:
        return self.lab.name(text)

    def since(self, *version: int) -> bool:
        return self.version >= version

    def ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        role: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Json]:
        """Call as the administrator or as a role; return the status and the JSON, or the text."""
        sent = {**self.lab.headers(self._token(role)), **(headers or {})}
        parts = urlsplit(self.lab.url)
        connection = HTTPConnection(parts.netloc, timeout=30)
        try:
            content = body if isinstance(body, str) else json.dumps(body)
            connection.request(
                method, f"{parts.path}/api{path}", None if body is None else content, sent
            )
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text

    def make(self, method: str, path: str, body: Json, *, undo: str = "", **options: Any) -> Json:
        """Make a call that must succeed; `undo` is the path to delete afterwards."""
        status, answer = self.ask(method, path, body, **options)
        assert status < 300, (status, answer)
        if undo:
            self.made.append(undo)
        return answer

    def get(self, path: str) -> Json:
        status, answer = self.ask("GET", path)
        assert status == 200, (status, answer)
        return answer

    def folder(self, text: str) -> str:
        """Make a folder, return its uid."""
        uid = self.name(text)
        undo = f"/folders/{uid}?forceDeleteRules=true"
        self.make("POST", "/folders", {"uid": uid, "title": uid}, undo=undo)
        return uid

    def _token(self, role: str) -> str:
        if role and role not in self.tokens:
            self.tokens[role] = self.lab.token(role)
        return self.tokens.get(role, "")

    def clear(self) -> None:
        for path in reversed(self.made):
            self.ask("DELETE", path)


def path_of(*parts: str) -> str:
    """Return a path whose parts may hold any character."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


@pytest.fixture(params=[*VERSIONS, *(["real"] if REAL else [])])
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """Every server that the contract holds for."""
    if request.param == "real":
        user = os.environ.get("OBSDASH_TEST_GRAFANA_USER", "admin")
        real = Lab(REAL, user, os.environ.get("OBSDASH_TEST_GRAFANA_PASSWORD", "admin"))
        wire = Wire(real)
        yield wire
        wire.clear()
        real.clear()
        return
    with GrafanaDouble(request.param) as double:
        yield Wire(Lab(double.url, double=double))
