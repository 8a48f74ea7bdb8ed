"""A Grafana to test against: the double in several versions and, where one is given, a real one.

`OBSDASH_TEST_GRAFANA_URL`, `…_USER` and `…_PASSWORD` (an administrator) name the real one. Tests
make objects with names of their own there, and take them away again.
"""

import base64
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from obsdash.grafana import GrafanaTarget
from obsdash.http import Auth
from obsdash.plan import Plan
from obsdash.resource import DASHBOARD, DATASOURCE, FOLDER, Ref, Resource
from obsdash.target import Applied, Report, apply_plan, plan_for
from tests.doubles.grafana import GrafanaDouble
from tests.support.servers import wait_until

Json = Any

VERSIONS = ("9.3.2", "11.2.0", "12.3.1", "13.1.0-pre")
REAL = os.environ.get("OBSDASH_TEST_GRAFANA_URL", "")


@dataclass
class Lab:
    """One server, and names on it that no other test has."""

    url: str
    user: str = "admin"
    password: str = "admin"
    double: GrafanaDouble | None = None
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    pauses: list[float] = field(default_factory=list)

    @property
    def project(self) -> str:
        return f"shop-{self.tag}"

    def name(self, text: str) -> str:
        """Return a name that only this test has."""
        return f"{text}-{self.tag}"

    def target(self, **options: Any) -> GrafanaTarget:
        defaults: dict[str, Any] = {
            "project": self.project,
            "auth": Auth(user=self.user, password=self.password),
            "secrets": lambda reference: f"value of {reference}",
            "pause": self.pauses.append if self.double else None,  # a real one needs its time
        }
        return GrafanaTarget(self.url, **{**defaults, **options})

    def plan(self, *resources: Resource, prune: bool = False, **options: Any) -> Plan:
        return plan_for(self.target(**options), resources, prune=prune)

    def sync(self, *resources: Resource, prune: bool = False, **options: Any) -> Report:
        """Plan and apply; on a real server, let the search see it."""
        target = self.target(**options)
        report = apply_plan(plan_for(target, resources, prune=prune), target)
        if not self.double:
            wait_until(lambda: self._are_listed(report), "the search shows what was written")
        return report

    def _are_listed(self, report: Report) -> bool:
        """Whether the search shows what was made, and no more what was deleted (13 takes time)."""
        hits = self.api("GET", "/search?limit=5000")
        listed = {(hit["type"], hit["uid"]) for hit in hits}
        return all(
            (("dash-db", outcome.ref.uid) in listed) == (outcome.verb != "deleted")
            for outcome in report.outcomes
            if isinstance(outcome, Applied) and outcome.ref.kind == DASHBOARD
        )

    def api(self, method: str, path: str, body: Json = None, token: str = "") -> Json:
        """Call the server as another client would; return the JSON, None on an error."""
        status, answer = self.call(method, path, body, token)
        return answer if status < 300 else None

    def call(
        self, method: str, path: str, body: Json = None, token: str = "", **more: str
    ) -> tuple[int, Json]:
        """Call the server; more: headers."""
        parts, headers = urlsplit(self.url), {**self.headers(token), **more}
        connection = HTTPConnection(parts.netloc, timeout=30)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, f"{parts.path}/api{path}", content, headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()

    def headers(self, token: str = "") -> dict[str, str]:
        """Return what a call as the administrator, or with a token, carries."""
        basic = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {
            "Authorization": f"Bearer {token}" if token else f"Basic {basic}",
            "Content-Type": "application/json",
        }

    def token(self, role: str) -> str:
        """Return a token of a service account with a role."""
        if self.double:
            return self.double.token(role)
        account = self.api("POST", "/serviceaccounts", {"name": self.name(role), "role": role})
        path = f"/serviceaccounts/{account['id']}/tokens"
        return str(self.api("POST", path, {"name": self.name(role)})["key"])

    @property
    def version(self) -> tuple[int, int]:
        major, minor = self.api("GET", "/health")["version"].split(".")[:2]
        return int(major), int(minor)

    def folder(self, path: str) -> Resource:
        parent, _, title = path.rpartition("/")
        return Resource(Ref(FOLDER, path), {"title": title}, parent)

    def dashboard(self, text: str, folder: str = "", **spec: Any) -> Resource:
        uid = self.name(text)
        return Resource(
            Ref(DASHBOARD, uid), {"uid": uid, "title": uid, "panels": [], **spec}, folder
        )

    def datasource(self, text: str, secrets: dict[str, str] | None = None, **spec: Any) -> Resource:
        uid = self.name(text)
        base = {"uid": uid, "name": uid, "type": "prometheus", "access": "proxy"}
        document = {**base, "url": "http://127.0.0.1:9090", **spec}
        return Resource(Ref(DATASOURCE, uid), document, secrets=secrets or {})

    def stored(self, resource: Resource) -> Json:
        """Return what the server holds of a dashboard or data source."""
        uid = resource.ref.uid
        if resource.ref.kind == DATASOURCE:
            return self.api("GET", f"/datasources/uid/{uid}")
        return self.api("GET", f"/dashboards/uid/{uid}")

    def clear(self) -> None:
        """Take away everything that carries this test's name."""
        for source in self.api("GET", "/datasources"):
            if self.tag in source["uid"]:
                self.api("DELETE", f"/datasources/uid/{source['uid']}")
        for hit in self.api("GET", "/search?type=dash-db&limit=5000"):
            if self.tag in hit["uid"]:
                self.api("DELETE", f"/dashboards/uid/{hit['uid']}")
        panels = self.api("GET", "/library-elements?kind=1&perPage=1000")["result"]["elements"]
        for panel in panels:
            if self.tag in panel["uid"]:
                self.api("DELETE", f"/library-elements/{panel['uid']}")
        for hit in self.api("GET", "/search?type=dash-folder&limit=5000"):
            if self.tag in hit["title"]:
                self.api("DELETE", f"/folders/{hit['uid']}?forceDeleteRules=true")
        accounts = self.api("GET", f"/serviceaccounts/search?query={self.tag}")
        for account in accounts["serviceAccounts"]:
            self.api("DELETE", f"/serviceaccounts/{account['id']}")


@pytest.fixture(params=[*VERSIONS, *(["real"] if REAL else [])])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Every server that the contract holds for."""
    if request.param == "real":
        user = os.environ.get("OBSDASH_TEST_GRAFANA_USER", "admin")
        real = Lab(REAL, user, os.environ.get("OBSDASH_TEST_GRAFANA_PASSWORD", "admin"))
        yield real
        real.clear()
        return
    with GrafanaDouble(request.param) as double:
        yield Lab(double.url, double=double)


@pytest.fixture
def double() -> Iterator[Lab]:
    """The double of 9.3.2, for what a real server cannot be made to do."""
    with GrafanaDouble("9.3.2") as server:
        yield Lab(server.url, double=server)
