"""A rule of a group as servers show it, and its alerts that are under way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from obsdash.promql import collapsed
from obsdash.resource import Active, Resource
from obsdash.spelling import cut, quoted, text_of

ANEW = "; its timers start anew"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its group's labels merged in.

    own: the names of those it sets itself. told_by: what tells it from others of its name.
    """

    body: Mapping[str, Any]
    index: int
    own: frozenset[str] = frozenset()
    told_by: str = ""

    @property
    def type(self) -> str:
        return "record" if "record" in self.body else "alert"

    @property
    def name(self) -> str:
        return str(self.body.get(self.type) or "")

    @property
    def subject(self) -> str:
        return f"{self.type} {quoted(self.name)}{self.told_by}"

    @property
    def labels(self) -> Mapping[str, str]:
        labels: Mapping[str, str] = self.body["labels"]
        return labels

    @property
    def shown(self) -> str:
        expression = cut(collapsed(str(self.body.get("expr"))))
        return f"{expression} for {self.body['for']}" if self.body.get("for") else expression


def rules_of(spec: Mapping[str, Any]) -> list[Rule]:
    """Return the rules of a group; those of one name are told apart by a label, if one does."""
    rules = _rules(spec)
    twins: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        twins.setdefault((rule.type, rule.name), []).append(rule)
    names = {key: _telling(some) for key, some in twins.items()}
    return [_told_by(rule, names[rule.type, rule.name]) for rule in rules]


def _telling(twins: Sequence[Rule]) -> str:
    """Return the label that tells rules of one name apart, "" when none does or there is one."""
    for name in sorted(twins[0].labels) if len(twins) > 1 else ():
        if len({twin.labels.get(name) for twin in twins}) == len(twins):
            return name
    return ""


def _told_by(rule: Rule, name: str) -> Rule:
    value = rule.labels.get(name)
    return rule if value is None else replace(rule, told_by=f" {name}={quoted(value)}")


def _rules(spec: Mapping[str, Any]) -> list[Rule]:
    common, rules = common_labels(spec), spec.get("rules")
    return [
        Rule(_as_loaded(rule, common), index, frozenset(_mapping(rule.get("labels"))))
        for index, rule in enumerate(rules if isinstance(rules, list) else ())
        if isinstance(rule, dict)
    ]


def common_labels(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the labels that a group gives to its rules."""
    return _mapping(spec.get("labels"))


def _as_loaded(rule: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    """Merge in the group's labels, and read numbers as the texts that YAML meant them to be."""
    labels = {**common, **_mapping(rule.get("labels"))}
    texts = {name: text_of(value) for name, value in labels.items()}
    expr = rule.get("expr")
    plain = isinstance(expr, int | float) and not isinstance(expr, bool)
    return {**rule, "labels": texts, **({"expr": str(expr)} if plain else {})}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def consequence(live: Resource, rules: Sequence[Rule]) -> Iterator[str]:
    """Yield, once, what becomes of alerts whose rules get another name or other labels.

    Servers know a pending or firing alert by these only.
    """
    alerts = [rule for rule in rules if rule.type == "alert"]
    if not alerts:
        return
    under_way = [live.alerts.get(f"/rules/{rule.index}", Active(0, 0)) for rule in alerts]
    total = Active(sum(one.pending for one in under_way), sum(one.firing for one in under_way))
    anew = ANEW if len(alerts) == 1 else ANEW.replace("its", "their")
    yield f"; resets {counted(total)}" if any(total) else anew


def counted(alerts: Active) -> str:
    """Return `2 pending, 1 firing`."""
    parts = ((alerts.pending, "pending"), (alerts.firing, "firing"))
    return ", ".join(f"{number} {state}" for number, state in parts if number)
