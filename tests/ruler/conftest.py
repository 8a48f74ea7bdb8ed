"""Rulers to test against: a double of each flavour and, where one is given, real ones.

`OBSDASH_TEST_MIMIR_URL`, `OBSDASH_TEST_CORTEX_URL`, `OBSDASH_TEST_LOKI_URL` name real rulers with
multi-tenancy on and a rule store that can be written; `OBSDASH_TEST_GRAFANA_URL` (with `…_USER` and
`…_PASSWORD`) a Grafana 12 or newer. Tests use a tenant or a namespace of their own.
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

from obsdash.http import Auth
from obsdash.plan import Plan
from obsdash.resource import LOKI_RULE_GROUP, RULE_GROUP, Ref, Resource
from obsdash.ruler import RulerTarget
from obsdash.target import Report, apply_plan, plan_for
from tests.doubles.ruler import ROOTS, RulerDouble, running_ruler

FLAVOURS = ("mimir", "cortex", "loki", "grafana")
REAL = {
    flavour: url
    for flavour in FLAVOURS
    if (url := os.environ.get(f"OBSDASH_TEST_{flavour.upper()}_URL", ""))
}
PROMQL = "sum(rate(http_requests_total[5m])) > 1"
LOGQL = 'sum(rate({job="api"} |= "error" [5m])) > 1'


@dataclass
class Lab:
    """One ruler, and names on it that no other test has."""

    flavour: str
    url: str
    double: RulerDouble | None = None
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def kind(self) -> str:
        return LOKI_RULE_GROUP if self.flavour == "loki" else RULE_GROUP

    @property
    def expr(self) -> str:
        return LOGQL if self.flavour == "loki" else PROMQL

    @property
    def prefix(self) -> str:
        return f"obsdash-{self.tag}-"

    def target(self, **options: Any) -> RulerTarget:
        settings: dict[str, Any] = {"prefix": self.prefix}
        if self.flavour == "grafana":
            settings |= {"datasource": f"prom-{self.tag}", "auth": _auth()}
        else:
            settings["tenant"] = f"tenant-{self.tag}"
        return RulerTarget(self.url, **{**settings, **options})

    def alert(self, name: str = "Errors", **said: Any) -> dict[str, Any]:
        rule = {"alert": name, "expr": self.expr, "for": "5m", "labels": {"severity": "page"}}
        return {**rule, "annotations": {"summary": "{{ $labels.job }} fails → “日本”"}, **said}

    def record(self, name: str = "job:errors:rate5m", **said: Any) -> dict[str, Any]:
        return {"record": name, "expr": self.expr, **said}

    def group(self, uid: str, *rules: dict[str, Any], **settings: Any) -> Resource:
        spec = {"name": uid.rpartition("/")[2], **settings, "rules": list(rules or [self.alert()])}
        return Resource(Ref(self.kind, uid), spec)

    def plan(self, *wanted: Resource, prune: bool = False, **options: Any) -> Plan:
        return plan_for(self.target(**options), wanted, prune=prune)

    def sync(self, *wanted: Resource, prune: bool = False, **options: Any) -> Report:
        target = self.target(**options)
        return apply_plan(plan_for(target, wanted, prune=prune), target)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Ask the server as another client would, below the place of its rules."""
        return self.request(method, f"{ROOTS[self.flavour]}{path}", body)

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        basic = base64.b64encode(":".join((_auth().user, _auth().password)).encode()).decode()
        headers = {
            "Authorization": f"Basic {basic}",
            "Content-Type": "application/json",
            "X-Scope-OrgID": f"tenant-{self.tag}",
            "X-Grafana-Alerting-Datasource-UID": f"prom-{self.tag}",
        }
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def clear(self) -> None:
        """Take away what the test made on a real server."""
        self.sync(prune=True)
        self.sync(prune=True, prefix=f"team-{self.tag}")
        if self.flavour == "grafana":
            self.request("DELETE", f"/api/datasources/uid/prom-{self.tag}")


def _auth() -> Auth:
    get = os.environ.get
    user, password = "OBSDASH_TEST_GRAFANA_USER", "OBSDASH_TEST_GRAFANA_PASSWORD"
    return Auth(user=get(user, "admin"), password=get(password, "admin"))


@pytest.fixture(params=[*FLAVOURS, *(f"real-{flavour}" for flavour in REAL)])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Every ruler that the contract holds for."""
    how, _, flavour = request.param.rpartition("-")
    if how:
        real = Lab(flavour, REAL[flavour])
        if flavour == "grafana":
            source = {"name": f"prom-{real.tag}", "uid": f"prom-{real.tag}", "type": "prometheus"}
            source |= {"access": "proxy", "url": "http://127.0.0.1:9"}
            real.request("POST", "/api/datasources", source)
        yield real
        real.clear()
        return
    with running_ruler(flavour) as double:
        yield Lab(flavour, double.url, double)
