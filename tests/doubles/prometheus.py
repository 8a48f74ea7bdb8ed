"""A Prometheus as far as rule files go: it loads a folder's, all of them or none.

tests/prometheus/test_double.py holds it to real ones.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from obsdash.disk.rules import decode_groups
from obsdash.durations import milliseconds
from obsdash.prometheus.checks import structure_problem
from obsdash.promql import parse_error
from tests.support.servers import Answer, Asked, canned

INTERVAL = 15.0  # seconds
GENERIC = "one or more errors occurred while applying the new configuration"

Groups = dict[str, list[dict[str, Any]]]  # by file


@dataclass
class PrometheusDouble:
    """What is loaded stays until a reload finds every file good."""

    rules: Path
    lifecycle: bool = True
    url: str = ""
    loaded: Groups = field(default_factory=dict)
    reload_failed: bool = False

    def read(self) -> Groups:
        """Return the groups of every file `*.yml`; raises ValueError for a bad one."""
        found = {}
        for file in sorted(self.rules.glob("*.yml")):
            found[str(file)] = groups = decode_groups(file.read_bytes())
            for group in groups:
                _refuse(group)
        return found

    def answer(self, asked: Asked) -> Answer:
        """Answer as Prometheus does."""
        path = asked.path.partition("?")[0]
        if path == "/-/reload":
            return self._reload(asked.method)
        if path not in _STATIC and path not in ("/api/v1/rules", "/api/v1/status/flags"):
            return 404, "text/plain", b"404 page not found\n"
        data: Any = _STATIC.get(path) or {"groups": list(self._shown())}
        if path.endswith("/flags"):
            flag = str(self.lifecycle).lower()
            data = {"web.enable-lifecycle": flag, "enable-feature": ""}
        return 200, "application/json", json.dumps({"status": "success", "data": data}).encode()

    def _reload(self, method: str) -> Answer:
        if not self.lifecycle:
            return 403, "text/plain", b"Lifecycle API is not enabled.\n"
        if method not in ("POST", "PUT"):
            return 405, "text/plain", b"Method Not Allowed\n"
        try:
            self.loaded, self.reload_failed = self.read(), False
        except (ValueError, OSError):
            self.reload_failed = True
            return 500, "text/plain", f"failed to reload config: {GENERIC}\n".encode()
        return 200, "text/plain", b""

    def _shown(self) -> Iterator[Mapping[str, Any]]:
        for file, groups in self.loaded.items():
            for group in sorted(groups, key=lambda group: str(group["name"])):
                if group.get("rules"):
                    yield {
                        "file": file,
                        "name": group["name"],
                        "interval": _seconds(group.get("interval")) or INTERVAL,
                        "limit": group.get("limit") or 0,
                        "rules": [_rule(rule) for rule in group["rules"]],
                    }


_STATIC: Mapping[str, Any] = {
    "/api/v1/status/buildinfo": {"version": "3.5.3"},
    "/api/v1/status/config": {"yaml": f"global:\n  evaluation_interval: {INTERVAL:g}s\n"},
}


def _refuse(group: dict[str, Any]) -> None:
    """Raise ValueError for what Prometheus does not load."""
    if reason := structure_problem([group]):
        raise ValueError(reason)
    for rule in group.get("rules") or ():
        texts = [*(rule.get("labels") or {}).values(), *(rule.get("annotations") or {}).values()]
        if parse_error(str(rule["expr"])) or any("$nope" in str(text) for text in texts):
            raise ValueError("bad rule")


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"query": str(rule["expr"]), "health": "unknown"}
    if labels := rule.get("labels"):
        shown["labels"] = labels
    if "record" in rule:
        return {**shown, "type": "recording", "name": rule["record"]}
    return {
        "labels": {},
        **shown,
        "type": "alerting",
        "name": rule["alert"],
        "state": "inactive",
        "duration": _seconds(rule.get("for")),
        "keepFiringFor": _seconds(rule.get("keep_firing_for")),
        "annotations": rule.get("annotations") or {},
        "alerts": [],
    }


def _seconds(duration: Any) -> float:
    return (milliseconds(str(duration)) or 0) / 1000 if duration else 0.0


@contextmanager
def running_double(rules: Path, *, lifecycle: bool = True) -> Iterator[PrometheusDouble]:
    """Serve a double that has loaded what the folder holds."""
    double = PrometheusDouble(rules, lifecycle)
    double.loaded = double.read()
    with canned(double.answer) as server:
        double.url = server.url
        yield double
