"""The uid that a rule keeps in Grafana while rules are put before it or taken away.

Left to itself, Grafana numbers the rules of a group: an inserted rule takes over the uid, the
history and the running alerts of the one that stood in its place.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from obsdash.resource import Spec, canonical_json

LABEL = "__grafana_alert_rule_uid__"
_OURS = "obsdash-"


def with_uids(namespace: str, group: Spec) -> Spec:
    """Return a group whose rules have a label with a uid of their own: type, name and labels."""
    rules: list[Spec] = group["rules"]
    uids = _uids(namespace, group["name"], rules)
    return {**group, "rules": [_named(rule, uid) for rule, uid in zip(rules, uids, strict=True)]}


def without_uids(rule: Spec) -> Spec:
    """Return a rule as it was before it got its label."""
    labels = dict(rule.get("labels") or {})
    if str(labels.get(LABEL, "")).startswith(_OURS):
        del labels[LABEL]
    rest = {key: value for key, value in rule.items() if key != "labels"}
    return {**rest, "labels": labels} if labels else rest


def _named(rule: Spec, uid: str) -> Spec:
    return {**rule, "labels": {LABEL: uid, **(rule.get("labels") or {})}}


def _uids(namespace: str, group: str, rules: Sequence[Spec]) -> list[str]:
    seen: Counter[bytes] = Counter()
    found = []
    for rule in rules:
        identity = [rule.get("alert"), rule.get("record"), rule.get("labels") or {}]
        key = canonical_json([namespace, group, *identity])
        found.append(f"{_OURS}{sha256(key + bytes([seen[key]])).hexdigest()[:24]}")
        seen[key] += 1
    return found
