"""Rules and routing for the readers of files: Prometheus' operator, Thanos' ruler, Grafana, …"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from obsdash.origin import Mark
from obsdash.resource import (
    ALERT_RULE_GROUP,
    ALERTMANAGER,
    LOKI_RULE_GROUP,
    PROMETHEUS_RULE,
    RULE_GROUP,
    THANOS_RULE_GROUP,
    Ref,
    Resource,
    Spec,
)
from obsdash.spelling import text_of

if TYPE_CHECKING:
    from obsdash.delivery.alertrules import ManagedRules

PROMETHEUS, OPERATOR, THANOS = "prometheus", "prometheusrule", "thanos"
GRAFANA, ROUTER = "grafana", "alertmanager"

_LONGEST = 200  # characters of an object's name; Kubernetes allows 253


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """In which files rules and routing are wanted.

    project: what the names of Kubernetes objects begin with; namespace, labels: their metadata.
    partial_response: what Thanos does when a store does not answer: `warn` or `abort`.
    managed: how rules become Grafana's own. routing: whose files tell who is told.
    """

    outputs: tuple[str, ...] = (PROMETHEUS,)
    project: str = ""
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    partial_response: str = ""
    managed: "ManagedRules | None" = None
    routing: tuple[str, ...] = (ROUTER,)

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return the resources with the rule groups as the wanted files hold them."""
        groups = [resource for resource in resources if resource.ref.kind == RULE_GROUP]
        left_out = self._left_out()
        kept = [resource for resource in resources if resource.ref.kind not in left_out]
        operator = self._objects(groups) if OPERATOR in self.outputs else ()
        thanos = map(self._for_thanos, groups) if THANOS in self.outputs else ()
        return (*kept, *operator, *thanos, *self._for_grafana(resources))

    def _left_out(self) -> set[str]:
        """Return the kinds that have no file here. Grafana evaluates Loki's rules, too."""
        found = set() if PROMETHEUS in self.outputs else {RULE_GROUP}
        if found and GRAFANA in self.outputs:
            found.add(LOKI_RULE_GROUP)
        return found if ROUTER in self.routing else {*found, ALERTMANAGER}

    def _for_grafana(self, resources: Collection[Resource]) -> Iterator[Resource]:
        if self.managed and GRAFANA in self.outputs:
            rules = self.managed.deliver(resources)
            yield from (group for group in rules if group.ref.kind == ALERT_RULE_GROUP)
        if GRAFANA in self.routing:
            from obsdash.delivery.routing import as_grafanas  # most folders have no need of it

            yield from as_grafanas(resources)

    def _for_thanos(self, group: Resource) -> Resource:
        strategy = {"partial_response_strategy": self.partial_response}
        spec = {**(strategy if self.partial_response else {}), **with_own_labels(group.spec)}
        return replace(group, ref=Ref(THANOS_RULE_GROUP, group.ref.uid), spec=spec)

    def _objects(self, groups: Sequence[Resource]) -> Iterator[Resource]:
        by_namespace: dict[str, list[Resource]] = {}
        for group in groups:
            by_namespace.setdefault(group.ref.uid.partition("/")[0], []).append(group)
        for namespace, some in by_namespace.items():
            yield self._object(namespace, sorted(some, key=lambda group: group.ref))

    def _object(self, namespace: str, groups: Sequence[Resource]) -> Resource:
        name = object_name("-".join(filter(None, (self.project, namespace))))
        about = {"namespace": self.namespace} if self.namespace else {}
        labels = {"labels": dict(self.labels)} if self.labels else {}
        spec = {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": name, **about, **labels},
            "spec": {"groups": [with_own_labels(group.spec) for group in groups]},
        }
        marks: dict[str, Mark] = {"": Mark(groups[0].origin)}
        for index, group in enumerate(groups):
            inside = f"/spec/groups/{index}"
            marks |= {f"{inside}{pointer}": mark for pointer, mark in group.marks.items()}
        return Resource(Ref(PROMETHEUS_RULE, name), spec, marks=marks)


def with_own_labels(group: Spec) -> Spec:
    """Return a group whose rules hold its labels themselves, which means the same everywhere.

    Loki, Thanos, Mimir and the Prometheus operator know labels of groups late or not at all. Texts
    are texts, whatever they look like: JSON and Kubernetes take nothing else.
    """
    common = group.get("labels") or {}
    rules = [_complete(rule, common) for rule in group.get("rules") or ()]
    return {key: value for key, value in group.items() if key != "labels"} | {"rules": rules}


def object_name(text: str) -> str:
    """Return a name that Kubernetes takes; what had to be changed makes it end in a digest."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST].rstrip("-")
    return name if name == text else "-".join(filter(None, (name, _digest(text))))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:6]


def _complete(rule: Spec, common: Mapping[str, object]) -> Spec:
    labels = _texts({**common, **(rule.get("labels") or {})})
    notes = _texts(rule.get("annotations") or {})
    said = {key: value for key, value in rule.items() if key not in ("labels", "annotations")}
    held = {key: value for key, value in (("labels", labels), ("annotations", notes)) if value}
    return {**said, "expr": text_of(rule["expr"]), **held}


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: text_of(value) for name, value in values.items()}
