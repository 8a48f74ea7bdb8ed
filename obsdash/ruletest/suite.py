"""What promtool reads: the rules that a test needs, and the questions that it asks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from obsdash.author.alerts.slo import SLO
from obsdash.author.alerts.testing import Fires, Gives, Missing, RuleTest, Silent
from obsdash.resource import Resource

Rule = Mapping[str, Any]

_SELECTOR = re.compile(r"(?P<name>[A-Za-z_:][A-Za-z0-9_:]*)\s*(?:\{(?P<matchers>[^}]*)\})?")
_EQUAL = re.compile(r'(\w+)\s*=\s*"([^"\\]*)"')
_IMPOSSIBLE = "obsdash_asks"  # no rule gives an alert or a series of this name


def alert_name(test: RuleTest) -> str:
    """Return the name of the alerts that a test is about."""
    subject = test.subject
    return subject.alert_name if isinstance(subject, SLO) else subject.name


def rule_groups(test: RuleTest, groups: Sequence[Resource]) -> list[dict[str, Any]]:
    """Return the rules that the test is about and the recording rules they read, as delivered."""
    wanted = {alert_name(test)} | {
        check.record for check in test.expectations if isinstance(check, Gives | Missing)
    }
    rules = [rule for group in groups for rule in group.spec["rules"]]
    needed = _closure({id(rule): rule for rule in rules if _name(rule) in wanted}, rules)
    return [
        # groups of several files may share a name, which one file may not hold twice
        {**group.spec, "name": group.ref.uid, "rules": found}
        for group in groups
        if (found := [rule for rule in group.spec["rules"] if id(rule) in needed])
    ]


def questions(test: RuleTest, rules_file: str) -> dict[str, Any]:
    """Return promtool's test file: what fires, what is recorded, at each time of the test."""
    name = alert_name(test)
    alert_times = {c.time: None for c in test.expectations if isinstance(c, Fires | Silent)}
    records = {
        (c.record, c.time): None for c in test.expectations if isinstance(c, Gives | Missing)
    }
    impossible = {"exp_labels": {_IMPOSSIBLE: "what fires"}}
    return {
        "rule_files": [rules_file],
        "evaluation_interval": test.interval,
        "tests": [
            {
                "interval": test.interval,
                "input_series": [{"series": s, "values": values} for s, values in test.inputs],
                "alert_rule_test": [
                    {"eval_time": time, "alertname": name, "exp_alerts": [impossible]}
                    for time in alert_times
                ],
                "promql_expr_test": [
                    {
                        "expr": record,
                        "eval_time": time,
                        "exp_samples": [{"labels": _IMPOSSIBLE, "value": 0}],
                    }
                    for record, time in records
                ],
            }
        ],
    }


def _closure(needed: dict[int, Rule], rules: Iterable[Rule]) -> dict[int, Rule]:
    """Add the recording rules that the needed ones read, and those that these read."""
    records = [rule for rule in rules if "record" in rule]
    new = list(needed.values())
    while new:
        reads = [read for rule in new for read in _reads(rule["expr"])]
        new = [
            rule
            for rule in records
            if id(rule) not in needed and any(_may_give(rule, *read) for read in reads)
        ]
        needed.update((id(rule), rule) for rule in new)
    return needed


def _reads(expression: str) -> list[tuple[str, dict[str, str]]]:
    """Return the names in an expression, with the labels that are asked for by value."""
    return [
        (match["name"], dict(_EQUAL.findall(match["matchers"] or "")))
        for match in _SELECTOR.finditer(expression)
    ]


def _may_give(rule: Rule, name: str, labels: Mapping[str, str]) -> bool:
    """Whether a recording rule can give a series; a label of its own has only the one value."""
    own = rule.get("labels", {})
    return bool(rule["record"] == name) and all(own.get(k, v) == v for k, v in labels.items())


def _name(rule: Rule) -> str:
    return str(rule.get("alert") or rule.get("record"))
