"""A ruler as Mimir, Cortex, Loki and Grafana answer, oddities included.

Its answers are those of real servers: Mimir 3 (April 2026), Cortex 1.21.1, Loki 3.7.8 and Grafana
13.1; tests/ruler/test_contract.py runs on the double and on real ones alike.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import Any
from urllib.parse import unquote

import yaml

from obsdash.durations import milliseconds
from tests.support.servers import Asked, Canned, canned

Group = dict[str, Any]
Reply = tuple[int, str, bytes]

ROOTS = {
    "mimir": "/prometheus/config/v1/rules",
    "cortex": "/api/v1/rules",
    "loki": "/loki/api/v1/rules",
    "grafana": "/api/convert/prometheus/config/v1/rules",
}
STATES = {
    "mimir": "/prometheus/api/v1/rules",
    "cortex": "/prometheus/api/v1/rules",
    "loki": "/prometheus/api/v1/rules",
    "grafana": "/api/prometheus/grafana/api/v1/rules",
}
DROPPED = {"loki": ("keep_firing_for", "query_offset", "labels")}
TEXT, YAML, JSON = "text/plain; charset=utf-8", "application/yaml", "application/json"
GONE: Reply = (404, TEXT, b"404 page not found\n")


@dataclass
class RulerDouble:
    """A ruler of one flavour.

    drops: keys that this version stores as if they were not there.
    lag: how many times the state is asked before what is stored is loaded.
    sick: names of rules that fail when they are evaluated.
    """

    flavour: str
    drops: Collection[str] = ()
    lag: int = 1
    sick: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    server: Canned | None = None
    stored: dict[str, dict[str, dict[str, Group]]] = field(default_factory=dict)
    loaded: dict[str, dict[str, dict[str, Group]]] = field(default_factory=dict)
    refuse: str = ""  # a group of this name is refused, as a server out of order would
    _asked: int = 0

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.partition("?")[0]
        tenant = "" if self.flavour == "grafana" else asked.headers.get("X-Scope-OrgID", "")
        root = ROOTS[self.flavour]
        if self.flavour == "grafana":
            if path == "/api/health":
                return 200, JSON, b'{"database": "ok", "version": "13.1.0-pre"}'
        elif path == "/prometheus/api/v1/status/buildinfo" and self.flavour == "mimir":
            said = {"application": "Grafana Mimir", "version": "3.0.1"}
            return 200, JSON, json.dumps({"status": "success", "data": said}).encode()
        elif not tenant and path.startswith((root, STATES[self.flavour])):
            return 401, TEXT, b"no org id\n"
        if path == STATES[self.flavour]:
            return self._state(tenant)
        if path == root or path.startswith(f"{root}/"):
            return self._rules(
                asked, tenant, [unquote(p) for p in path[len(root) :].split("/")[1:]]
            )
        return GONE

    def _rules(self, asked: Asked, tenant: str, parts: list[str]) -> Reply:
        spaces = self.stored.setdefault(tenant, {})
        if self.flavour == "loki" and any("/" in part for part in parts):
            return 405, TEXT, b""
        match asked.method, parts:
            case "GET", []:
                return self._listed(spaces)
            case "GET", [space]:
                return self._listed({k: v for k, v in spaces.items() if k == space}, one=True)
            case "GET", [space, group] if group in spaces.get(space, {}):
                return 200, YAML, _yaml(spaces[space][group])
            case "GET", _:
                return 404, TEXT, b"group does not exist\n"
            case "POST", [space]:
                return self._store(asked, spaces, space)
            case "DELETE", [space, *group]:
                return self._delete(spaces, space, group)
        return GONE

    def _listed(self, spaces: Mapping[str, Mapping[str, Group]], *, one: bool = False) -> Reply:
        if not spaces and (
            self.flavour in ("loki", "cortex") or (one and self.flavour == "grafana")
        ):
            return 404, TEXT, b"" if self.flavour == "grafana" else b"no rule groups found\n"
        return 200, YAML, _yaml({name: list(groups.values()) for name, groups in spaces.items()})

    def _store(self, asked: Asked, spaces: dict[str, dict[str, Group]], space: str) -> Reply:
        if asked.headers["Content-Type"] == "application/x-www-form-urlencoded":
            return 400, TEXT, b"Groupname must not be empty\n"
        group = yaml.safe_load(asked.body)
        if group["name"] == self.refuse:
            return 500, JSON, b'{"status": "error", "error": "the store is read-only"}'
        if reply := self._refusal(asked.headers, group):
            return reply
        spaces.setdefault(space, {})[group["name"]] = self._kept(group)
        self._asked = 0
        if self.flavour == "cortex":
            return 202, JSON, b'{"status":"success"}'
        return 202, JSON, b'{"status":"success","data":null,"errorType":"","error":""}'

    def _refusal(self, headers: HTTPMessage | Any, group: Group) -> Reply | None:
        if self.flavour in ("mimir", "cortex") and not group["rules"]:
            why = f"invalid rules config: rule group '{group['name']}' has no rules\n"
            return 400, TEXT, why.encode()
        if self.flavour != "grafana":
            return None
        if "X-Grafana-Alerting-Datasource-UID" not in headers:
            return 400, JSON, b'{"message":"Missing datasource UID header"}'
        if group.get("limit"):
            return 400, JSON, b'{"message":"limit is not supported"}'
        if (milliseconds(str(group.get("interval") or "0")) or 0) % 10_000:
            return 500, JSON, b'{"message":"invalid alert rule: interval"}'
        return None

    def _kept(self, group: Group) -> Group:
        """Return what is stored of a group."""
        drops = {*self.drops, *DROPPED.get(self.flavour, ())}
        rules = [_without(rule, drops - {"labels"}) for rule in group["rules"]]
        if self.flavour != "grafana":
            return {**_without(group, drops), "rules": rules}
        common = group.get("labels") or {}
        rules = [{**rule, "labels": {**common, **rule.get("labels", {})}} for rule in rules]
        return {"name": group["name"], "interval": group.get("interval") or "1m", "rules": rules}

    def _delete(self, spaces: dict[str, dict[str, Group]], space: str, group: list[str]) -> Reply:
        if space not in spaces and self.flavour in ("loki", "grafana"):
            return 404, TEXT, b""
        for name in group or list(spaces.get(space, {})):
            spaces.get(space, {}).pop(name, None)
        if not spaces.get(space):
            spaces.pop(space, None)
        return 202, JSON, b'{"status":"success"}'

    def _state(self, tenant: str) -> Reply:
        self._asked += 1
        if self._asked > self.lag:
            self.loaded[tenant] = {k: dict(v) for k, v in self.stored.get(tenant, {}).items()}
        groups = [
            self._shown(space, group)
            for space, held in self.loaded.get(tenant, {}).items()
            for group in held.values()
        ]
        return 200, JSON, json.dumps({"status": "success", "data": {"groups": groups}}).encode()

    def _shown(self, space: str, group: Group) -> Group:
        return {
            "name": group["name"],
            "file": space,
            "interval": (milliseconds(group.get("interval") or "1m") or 0) / 1000,
            **({} if self.flavour == "mimir" else {"limit": group.get("limit", 0)}),
            "rules": [self._rule(rule, group.get("labels") or {}) for rule in group["rules"]],
        }

    def _rule(self, rule: Group, common: Mapping[str, str]) -> Group:
        expr = f"({rule['expr']})" if self.flavour == "loki" else rule["expr"]
        why = self.sick.get(rule.get("alert") or rule["record"], "")
        shown = {
            "name": rule.get("alert") or rule["record"],
            "query": " ".join(expr.split()),
            "labels": {**common, **(rule.get("labels") or {})},
            "type": "alerting" if "alert" in rule else "recording",
            "health": "err" if why else "ok",
            "lastError": why,
        }
        if "alert" in rule:
            shown |= {
                "duration": (milliseconds(rule.get("for") or "0") or 0) / 1000,
                "keepFiringFor": (milliseconds(rule.get("keep_firing_for") or "0") or 0) / 1000,
                "annotations": rule.get("annotations") or {},
                "alerts": [],
                "state": "inactive",
            }
        return shown


def _without(holder: Group, keys: Collection[str]) -> Group:
    return {key: value for key, value in holder.items() if key not in keys}


def _yaml(value: Any) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()


@contextmanager
def running_ruler(flavour: str, **settings: Any) -> Iterator[RulerDouble]:
    """Serve a double while the block lasts."""
    double = RulerDouble(flavour, **settings)
    with canned(double.answer) as server:
        double.url, double.server = server.url, server
        yield double
