"""Rule groups: rules are known by type, name and labels, expressions by their meaning."""

import copy
from typing import Any

import pytest

from obsdash.diff import difference
from obsdash.resource import LOKI_RULE_GROUP, RULE_GROUP, Active, Ref, Resource
from tests.diff.documents import Spec, changed, compare, said


def _group(**fields: Any) -> Spec:
    return {
        "name": "api",
        "interval": "1m",
        "rules": [
            {
                "alert": "HighLatency",
                "expr": "latency > 0.5",
                "for": "5m",
                "labels": {"severity": "warning"},
                "annotations": {"summary": "Slow."},
            },
            {"alert": "Down", "expr": 'up{job="api"} == 0', "labels": {"severity": "critical"}},
            {"record": "job:requests:rate5m", "expr": "sum by (job) (rate(requests[5m]))"},
        ],
        **fields,
    }


def _rule(spec: Spec, index: int) -> Spec:
    found: Spec = spec["rules"][index]
    return found


NEW = {"alert": "Full", "expr": "disk > 0.9", "for": "1h"}
LATENCY, DOWN, RECORD = 'alert "HighLatency"', 'alert "Down"', 'record "job:requests:rate5m"'

EDITS: dict[str, tuple[Any, tuple[str, str]]] = {
    "an expression": (
        lambda g: _rule(g, 2).update(expr="sum by (job) (rate(requests[1m]))"),
        (RECORD, "expression: rate window 5m → 1m"),
    ),
    "a threshold": (
        lambda g: _rule(g, 0).update(expr="latency > 0.8"),
        (LATENCY, "expression: > 0.5 → > 0.8"),
    ),
    "for": (lambda g: _rule(g, 0).update({"for": "10m"}), (LATENCY, "for 5m → 10m")),
    "no for": (lambda g: _rule(g, 0).pop("for"), (LATENCY, "for 5m removed")),
    "keep_firing_for": (
        lambda g: _rule(g, 1).update(keep_firing_for="5m"),
        (DOWN, "keep firing for 5m added"),
    ),
    "a label": (
        lambda g: _rule(g, 0)["labels"].update(severity="critical"),
        (LATENCY, 'label severity "warning" → "critical"; its timers start anew'),
    ),
    "a record's label": (
        lambda g: _rule(g, 2).update(labels={"team": "a"}),
        (RECORD, 'label team "a" added'),
    ),
    "an annotation": (
        lambda g: _rule(g, 0)["annotations"].update(runbook_url="https://example.com"),
        (LATENCY, 'annotation runbook_url "https://example.com" added'),
    ),
    "a name": (
        lambda g: _rule(g, 0).update(alert="Slow"),
        ('alert "Slow"', 'renamed from "HighLatency"; its timers start anew'),
    ),
    "a rule on top": (
        lambda g: g["rules"].insert(0, dict(NEW)),
        ('alert "Full"', "added: disk > 0.9 for 1h"),
    ),
    "a rule less": (lambda g: g["rules"].pop(1), (DOWN, "removed")),
    "the order": (lambda g: g["rules"].reverse(), ("", "rules reordered")),
    "the interval": (lambda g: g.update(interval="30s"), ("", 'interval "1m" → "30s"')),
    "a limit": (lambda g: g.update(limit=10), ("", "limit 10 added")),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_a_rule_group_is_told_alone(name: str) -> None:
    edit, expected = EDITS[name]
    assert said(changed(_group(), edit, kind=RULE_GROUP)) == [expected]


def _team(value: str) -> Any:
    return lambda group: group.update(labels={"team": value})


def test_a_label_of_the_group_is_one_change_however_many_rules_it_has() -> None:
    """Whether the live group has it as its own, or in each of its rules, as rulers store it."""
    anew = "; their timers start anew"
    (added,) = changed(_group(), _team("shop"), kind=RULE_GROUP)
    assert (added.subject, added.path) == ("", "/labels/team")
    assert added.text == f'label team "shop" added to all 3 rules{anew}'
    merged = _group()
    for rule in merged["rules"]:
        rule["labels"] = {"team": "shop", **rule.get("labels", {})}
    for live in (_group(labels={"team": "shop"}), merged):
        other = _group(labels={"team": "pay"})
        assert said(list(compare(live, other, kind=RULE_GROUP).changes)) == [
            ("", f'label team "shop" → "pay" in all 3 rules{anew}')
        ]
        assert said(list(compare(live, _group(), kind=RULE_GROUP).changes)) == [
            ("", f'label team "shop" removed from all 3 rules{anew}')
        ]


def test_a_label_of_the_group_stays_where_a_rule_sets_its_own() -> None:
    edit = changed(_group(), lambda g: g.update(labels={"severity": "info"}), kind=RULE_GROUP)
    assert said(edit) == [(RECORD, 'label severity "info" added')]
    rules = [*_group()["rules"], {"alert": "Plain", "expr": "up == 0"}]
    live, desired = _group(rules=rules), _group(rules=rules, labels={"severity": "info"})
    found = compare(live, desired, kind=RULE_GROUP).changes
    expected = 'label severity "info" added to 2 of 4 rules; its timers start anew'
    assert said(list(found)) == [("", expected)]


def test_a_label_that_only_some_rules_got_is_told_of_each() -> None:
    def edit(group: Spec) -> None:
        for index in (0, 1):
            _rule(group, index)["labels"]["team"] = "shop"

    assert [subject for subject, _ in said(changed(_group(), edit, kind=RULE_GROUP))] == [
        LATENCY,
        DOWN,
    ]


def test_what_a_server_makes_of_a_group_is_no_change() -> None:
    """As Prometheus shows it: labels merged, durations and expressions in its own spelling."""
    desired = _group(labels={"team": "shop", "severity": "info"}, limit=0)
    live = _group(interval="60s")
    for rule in live["rules"]:
        rule["labels"] = {"team": "shop", "severity": "info", **rule.get("labels", {})}
        rule.setdefault("annotations", {})
    _rule(live, 0).update({"for": "300s", "keep_firing_for": "0s"})
    _rule(live, 1)["expr"] = "up{job='api'}  ==  0"
    _rule(live, 2)["expr"] = "sum(rate(requests[300s])) by (job)"
    found = compare(live, desired, kind=RULE_GROUP)
    assert found.changes == ()
    assert set(found.noise) == {"duration", "query", "empty", "default"}


def test_rules_of_one_name_are_told_apart_by_their_labels() -> None:
    live = _group()
    twin = copy.deepcopy(_rule(live, 0))
    twin["labels"]["severity"] = "critical"
    live["rules"].append(twin)

    def edit(group: Spec) -> None:
        group["rules"].reverse()
        _rule(group, 0)["for"] = "1m"

    assert said(changed(live, edit, kind=RULE_GROUP)) == [
        (f'{LATENCY} severity="critical"', "for 5m → 1m"),
        ("", "rules reordered"),
    ]


def test_of_two_rules_that_differ_in_their_expression_only_the_right_one_is_removed() -> None:
    live = _group()
    live["rules"].append({**copy.deepcopy(_rule(live, 0)), "expr": "slowness > 1"})
    (change,) = changed(live, lambda group: group["rules"].pop(0), kind=RULE_GROUP)
    assert (change.verb, change.path) == ("removed", "/rules/0")


def test_a_number_may_be_an_expression() -> None:
    live = _group(rules=[{"record": "one", "expr": "1", "labels": {"n": "2"}}])
    desired = _group(rules=[{"record": "one", "expr": 1, "labels": {"n": 2}}])
    assert compare(live, desired, kind=RULE_GROUP).changes == ()


def test_loki_expressions_are_compared_as_text() -> None:
    live = {"name": "logs", "rules": [{"alert": "A", "expr": 'rate({app="a"}  |= "x" [5m]) > 1'}]}

    def space(group: Spec) -> None:
        _rule(group, 0)["expr"] = 'rate({app="a"} |= "x" [5m]) > 1'

    def edit(group: Spec) -> None:
        _rule(group, 0)["expr"] = 'rate({app="a"} |= "y" [5m]) > 1'

    assert changed(live, space, kind=LOKI_RULE_GROUP) == []
    (change,) = changed(live, edit, kind=LOKI_RULE_GROUP)
    assert change.text.startswith("expression: ")


def test_a_file_on_disk_that_is_not_loaded_is_told() -> None:
    live = _group(**{"file on disk": "differs from what is loaded"})
    assert said(list(compare(live, _group(), kind=RULE_GROUP).changes)) == [
        ("", "file on disk differs from what is loaded")
    ]


def test_a_change_that_ends_running_alerts_says_how_many() -> None:
    ref = Ref(RULE_GROUP, "alerts/api")
    live = Resource(ref, _group(), alerts={"/rules/0": Active(2, 1)})

    def words(*rules: Spec) -> list[str]:
        changes = difference(live, Resource(ref, _group(rules=[*rules]))).changes
        return [change.text for change in changes]

    first, *rest = _group()["rules"]
    renamed = {**first, "alert": "Slow"}
    assert words(renamed, *rest) == ['renamed from "HighLatency"; resets 2 pending, 1 firing']
    relabelled = words({**first, "labels": {"severity": "page", "team": "shop"}}, *rest)
    assert [text for text in relabelled if "resets 2 pending, 1 firing" in text] == relabelled[:1]
    assert len(relabelled) == 2, "the alerts are counted once"
    assert words(*rest) == ["removed: ends 2 pending, 1 firing"]
    live = Resource(ref, _group(), alerts={"/rules/0": Active(2, 1), "/rules/1": Active(0, 3)})
    wanted = Resource(ref, _group(labels={"team": "shop"}))
    (everywhere,) = difference(live, wanted).changes
    assert everywhere.text.endswith("added to all 3 rules; resets 2 pending, 4 firing")
    kept = {**first, "expr": "latency > 1", "for": "9m", "annotations": {"summary": "x"}}
    assert not any("resets" in text for text in words(kept, *rest))
