"""Rule groups of Prometheus and Loki as Grafana's own: same alerts, same moments, same labels.

An alert fires in Prometheus for each series that its expression returns, whatever the value, and
is silent when none is returned. The rule in Grafana says just that: query A is the expression as it
stands; B takes its one value a series; C is true for every value, also for 0, NaN and infinity
(in one operand: an operation of two would join a series without labels with every other).
No data is normal, and so is a query that fails: Prometheus starts no alert then either. Nothing is
split off the expression: a threshold of its own would change what "no data" means.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from obsdash.delivery.templates import grafana_template
from obsdash.durations import milliseconds
from obsdash.errors import ConfigError, DefinitionError, ObsdashError, Problems
from obsdash.origin import Mark
from obsdash.resource import (
    ALERT_RULE_GROUP,
    DATASOURCE,
    FOLDER,
    LOKI_RULE_GROUP,
    RULE_GROUP,
    Ref,
    Resource,
    Spec,
    alert_group_ref,
    canonical_json,
)
from obsdash.words import count

NAMESPACE = "{namespace}"  # in a folder's path: the name of the rule file
_TICK = 10_000  # milliseconds; Grafana evaluates at multiples of it
_DEFAULT_INTERVAL = "1m"  # Prometheus' own
_LOOKBACK = 600  # seconds; an instant query does not use it, but Grafana wants a range
_LONGEST = 190  # characters of a title or a group's name
_GROUP_KEYS = {"name", "interval", "limit", "query_offset", "labels", "rules"}
_RULE_KEYS = {"alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"}
_EXPRESSION = {"type": "__expr__", "uid": "__expr__"}


@dataclass(frozen=True, slots=True)
class ManagedRules:
    """How the rule groups of a project become a Grafana's own.

    folder: where they go, a path of titles; `{namespace}` in it is the rule file's name.
    prometheus, loki: uid of the data source that is asked; by default the only one of its type
    that the project defines. records: whether recording rules are taken, too, and `records_to`
    which data source their results are written to; by default the one that is asked.
    """

    project: str
    folder: str
    prometheus: str = ""
    loki: str = ""
    records: bool = True
    records_to: str = ""

    def deliver(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return the rule groups as Grafana's, and their folders; raises Problems."""
        groups = [r for r in resources if r.ref.kind in (RULE_GROUP, LOKI_RULE_GROUP)]
        sources = self._sources(resources, groups)
        names = Counter(name for group in groups for name, _ in map(_named, _rules(group)))
        errors: list[ObsdashError] = []
        own = {r.ref: r for r in resources if r.ref.kind == ALERT_RULE_GROUP}
        found: dict[Ref, Resource] = {}
        for group in groups:
            translation = _Translation(self, group, sources[group.ref.kind], names)
            result = translation.resource()
            errors += translation.errors
            if result is None:
                continue
            first = own.get(result.ref) or found.setdefault(result.ref, result)
            if first is not result:
                errors.append(_twice(result, first))
        if errors:
            raise errors[0] if len(errors) == 1 else Problems(errors)
        delivered = [*_folders(found.values()), *found.values()]
        if delivered and not self.records and (text := _left_out(groups)):
            delivered[-1] = replace(delivered[-1], cautions=(text,))
        return tuple(delivered)

    def _sources(
        self, resources: Collection[Resource], groups: Sequence[Resource]
    ) -> Mapping[str, str]:
        """Return the uid of the data source for each kind of group."""
        found = {}
        for kind, type_, uid in (
            (RULE_GROUP, "prometheus", self.prometheus),
            (LOKI_RULE_GROUP, "loki", self.loki),
        ):
            defined = [
                r.ref.uid
                for r in resources
                if r.ref.kind == DATASOURCE and r.spec.get("type") == type_
            ]
            if not uid and len(defined) != 1 and any(group.ref.kind == kind for group in groups):
                raise ConfigError(
                    f"which data source of type {type_} should Grafana evaluate the rules on?"
                    f" The project defines {len(defined)}",
                    help=f'write rules_{type_} = "UID" beside rules_folder',
                )
            found[kind] = uid or (defined[0] if len(defined) == 1 else "")
        return found


@dataclass(slots=True)
class _Translation:
    """One group on its way."""

    to: ManagedRules
    group: Resource
    source: str
    names: Mapping[str, int]  # how often a rule's name stands in the project
    errors: list[ObsdashError] = field(default_factory=list)

    def resource(self) -> Resource | None:
        """Return Grafana's group; None when nothing is left of it, or something is wrong."""
        self._check_group()
        kept = [
            (index, rule)
            for index, rule in enumerate(_rules(self.group))
            if self.to.records or "record" not in rule
        ]
        uids = self._uids([rule for _, rule in kept])
        rules = [self._rule(i, rule, uid) for (i, rule), uid in zip(kept, uids, strict=True)]
        if self.errors or not rules:
            return None
        folder = self.to.folder.replace(NAMESPACE, self._namespace)
        interval = (milliseconds(self._interval) or 0) // 1000
        return Resource(
            alert_group_ref(folder, self._name),
            {"name": self._name, "interval": interval, "rules": rules},
            folder,
            dict(_moved_marks(self.group.marks, [index for index, _ in kept])),
        )

    @property
    def _name(self) -> str:
        return str(self.group.spec.get("name"))

    @property
    def _namespace(self) -> str:
        return self.group.ref.uid.removesuffix(f"/{self._name}")

    @property
    def _interval(self) -> str:
        return str(self.group.spec.get("interval") or _DEFAULT_INTERVAL)

    def _refuse(self, what: str, why: str, help_: str, pointer: str = "") -> None:
        origin = self.group.origin_of(pointer)
        self.errors.append(DefinitionError(f"{what}: {why}", origin=origin, help=help_))

    def _check_group(self) -> None:
        what = f"rule group {self._name!r}"
        length = milliseconds(self._interval)
        if not length or length % _TICK:
            why = f"Grafana evaluates every 10s or a multiple of it, not every {self._interval}"
            self._refuse(what, why, "set another interval, or keep the group on Prometheus")
        if len(self._name) > _LONGEST:
            self._refuse(what, f"Grafana allows {_LONGEST} characters in a name", "shorten it")
        unknown = self.group.spec.keys() - _GROUP_KEYS
        if self.group.spec.get("limit"):
            unknown |= {"limit"}
        for key in sorted(unknown):
            why = f"Grafana has no {key} for a group"
            self._refuse(what, why, f"leave {key} out, or keep the group on Prometheus")

    def _uids(self, rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Yield a uid a rule: its name's as long as nothing else has it, whatever group it is in.

        So it stays when the expression, a text, the group or the file changes.
        """
        seen: Counter[str] = Counter()
        for rule in rules:
            name, _ = _named(rule)
            key = [self.to.project, name]
            if self.names[name] > 1:
                key += [self._namespace, self._name, canonical_json(rule.get("labels")).decode()]
            uid = rule_uid(*key)
            seen[uid] += 1
            yield uid if seen[uid] == 1 else rule_uid(*key, str(seen[uid]))

    def _rule(self, index: int, rule: Mapping[str, Any], uid: str) -> Spec:
        name, type_ = _named(rule)
        what, pointer = f"{type_} {name!r}", f"/rules/{index}"
        if len(name) > _LONGEST:
            why = f"Grafana allows {_LONGEST} characters in a title"
            self._refuse(what, why, "shorten it", pointer)
        for key in sorted(rule.keys() - _RULE_KEYS):
            why = f"Grafana has no {key} for a rule"
            self._refuse(what, why, f"leave {key} out, or keep the rule on Prometheus", pointer)
        for key in ("for", "keep_firing_for"):
            if milliseconds(str(rule.get(key) or "0")) is None:
                why = f"{rule[key]!r} is no duration"
                self._refuse(f"{what}, {key}", why, "write it as in 5m", pointer)
        labels = {**_texts(self.group.spec.get("labels")), **_texts(rule.get("labels"))}
        common = {"uid": uid, "title": name}
        if type_ == "record":
            return {**common, **self._record(name, str(rule["expr"])), "labels": labels}
        texts = {"labels": labels, "annotations": _texts(rule.get("annotations"))}
        for kind, some in texts.items():
            texts[kind] = {
                key: self._template(text, f"{what}, {kind[:-1]} {key!r}", f"{pointer}/{kind}/{key}")
                for key, text in some.items()
            }
        return {**common, **self._alert(rule), **texts}

    def _record(self, name: str, expr: str) -> Spec:
        target = self.to.records_to or self.source
        return {
            "data": [self._query(expr)],
            "record": {"metric": name, "from": "A", "target_datasource_uid": target},
        }

    def _alert(self, rule: Mapping[str, Any]) -> Spec:
        kept = rule.get("keep_firing_for")
        return {
            "condition": "C",
            "data": [
                self._query(str(rule["expr"])),
                _expression("B", {"type": "reduce", "reducer": "last", "expression": "A"}),
                _expression("C", {"type": "math", "expression": "!is_null($B)"}),
            ],
            "noDataState": "OK",
            "execErrState": "OK",
            "for": str(rule.get("for") or "0s"),
            **({"keep_firing_for": str(kept)} if kept else {}),
            "missingSeriesEvalsToResolve": 1,
        }

    def _query(self, expr: str) -> Spec:
        offset = (milliseconds(str(self.group.spec.get("query_offset") or "0")) or 0) // 1000
        loki = self.group.ref.kind == LOKI_RULE_GROUP
        source = {"type": "loki" if loki else "prometheus", "uid": self.source}
        how = {"queryType": "instant"} if loki else {"instant": True, "range": False}
        return {
            "refId": "A",
            "queryType": how.get("queryType", ""),
            "relativeTimeRange": {"from": _LOOKBACK + offset, "to": offset},
            "datasourceUid": self.source,
            "model": {"refId": "A", "datasource": source, "expr": expr, **how},
        }

    def _template(self, text: str, what: str, pointer: str) -> str:
        try:
            return grafana_template(text, "B")
        except ValueError as reason:
            help_ = "write it without, or keep the rule on Prometheus"
            self._refuse(what, f"the template {reason}", help_, pointer)
            return text


def rule_uid(project: str, name: str, *more: str) -> str:
    """Return a uid of at most 40 characters that begins like the rule's name."""
    start = re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:27].strip("-")
    return f"{start}-{sha256(canonical_json([project, name, *more])).hexdigest()[:12]}"


def _expression(ref: str, model: Spec) -> Spec:
    return {
        "refId": ref,
        "queryType": "",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": "__expr__",
        "model": {"refId": ref, "datasource": dict(_EXPRESSION), **model},
    }


def _rules(group: Resource) -> list[Mapping[str, Any]]:
    return list(group.spec.get("rules") or ())


def _named(rule: Mapping[str, Any]) -> tuple[str, str]:
    """Return a rule's name and type."""
    type_ = "record" if "record" in rule else "alert"
    return str(rule[type_]), type_


def _texts(values: Any) -> dict[str, str]:
    """Return labels or annotations as the texts that Prometheus reads in YAML."""
    return {name: _text(value) for name, value in (values or {}).items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _left_out(groups: Sequence[Resource]) -> str:
    """Return a sentence about the recording rules of the groups, "" when there are none."""
    places = [
        str(group.origin_of(f"/rules/{index}") or group.ref)
        for group in groups
        for index, rule in enumerate(_rules(group))
        if "record" in rule
    ]
    if not places:
        return ""
    more = f", and {count(len(places) - 1, 'more rule')}," if places[1:] else ""
    return (
        f"{places[0]}: records = false leaves this recording rule{more} to others: what reads"
        " their series needs a Prometheus or ruler that evaluates them"
    )


def _moved_marks(marks: Mapping[str, Mark], kept: Sequence[int]) -> Iterator[tuple[str, Mark]]:
    """Yield the marks of the group, its rules, their labels and annotations at their new places."""
    now = {str(index): place for place, index in enumerate(kept)}
    for pointer, mark in marks.items():
        match pointer.split("/")[1:]:
            case []:
                yield pointer, mark
            case ["rules", index, *rest] if index in now:
                if not rest or rest[0] in ("labels", "annotations"):
                    yield "/".join(["", "rules", str(now[index]), *rest]), mark


def _folders(groups: Collection[Resource]) -> list[Resource]:
    """Return a resource for each folder of the groups and those around it."""
    found: dict[str, Resource] = {}
    for group in sorted(groups, key=lambda group: group.ref):
        titles = group.folder.split("/")
        for depth, title in enumerate(titles):
            path, around = "/".join(titles[: depth + 1]), "/".join(titles[:depth])
            folder = Resource(Ref(FOLDER, path), {"title": title}, around, {"": Mark(group.origin)})
            found.setdefault(path, folder)
    return list(found.values())


def _twice(second: Resource, first: Resource) -> DefinitionError:
    return DefinitionError(
        f"{second.ref} is defined twice, first in {first.origin}",
        origin=second.origin,
        help=f"rename one of the groups, or write {NAMESPACE} into rules_folder",
    )
