"""A double of the configuration API of Mimir's Alertmanager.

tests/alertmanager/test_mimir.py holds it against a real one when OBSDASH_TEST_MIMIR_URL names it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.support.servers import Answer, Asked, canned

TEXT = "text/plain; charset=utf-8"
_FILES = re.compile(r"^\s*-?\s*(\w+_file): ", re.MULTILINE)


@dataclass
class MimirDouble:
    """What the tenants have stored; `fails`: statuses of the next writes, stored all the same."""

    url: str = ""
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    fails: list[int] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        if asked.path != "/api/v1/alerts":
            return 404, TEXT, b"404 page not found\n"
        tenant = asked.headers.get("X-Scope-OrgID", "")
        if not tenant:
            return 401, TEXT, b"no org id\n"
        if asked.method == "POST":
            return self._store(tenant, asked.body)
        if tenant not in self.stored:
            return 404, TEXT, b"alertmanager storage object not found\n"
        return 200, "application/yaml", yaml.safe_dump(self.stored[tenant]).encode()

    def _store(self, tenant: str, body: bytes) -> Answer:
        document = yaml.safe_load(body)
        reason = _refused(document["alertmanager_config"])
        if reason:
            return 400, TEXT, f"error validating Alertmanager config: {reason}\n".encode()
        self.stored[tenant] = document
        status = self.fails.pop(0) if self.fails else 201
        return status, TEXT, b"" if status == 201 else b"unable to store the Alertmanager config\n"


def _refused(text: str) -> str:
    if file := _FILES.search(text):
        return f"setting {file[1]} is not allowed"
    config = yaml.safe_load(text)
    names = {receiver["name"] for receiver in config["receivers"]}
    wanted = config["route"]["receiver"]
    return "" if wanted in names else f'undefined receiver "{wanted}" used in route'


@contextmanager
def running_mimir() -> Iterator[MimirDouble]:
    """Run a double while the block lasts."""
    double = MimirDouble()
    with canned(double.answer) as server:
        double.url = server.url
        yield double
