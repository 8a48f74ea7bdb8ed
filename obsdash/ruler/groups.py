"""Rule groups as a ruler stores them, and as a definition says them."""

from collections.abc import Mapping
from typing import Any

from obsdash.durations import milliseconds
from obsdash.prometheus.groups import definition, loads_as, texts
from obsdash.resource import Spec
from obsdash.ruler.dialects import Dialect
from obsdash.ruler.uids import with_uids, without_uids

GRAFANAS_INTERVAL = 60_000  # milliseconds; what a group without one gets


def delivered(dialect: Dialect, namespace: str, group: Spec) -> Spec:
    """Return what is sent for a group.

    The labels of a group go into its rules, which means the same: Loki and older Mimirs drop them.
    """
    common = group.get("labels") or {}
    rules = [_labelled(rule, common) for rule in group.get("rules") or ()]
    sent = {key: value for key, value in group.items() if key != "labels"} | {"rules": rules}
    return with_uids(namespace, sent) if dialect.grafana else sent


def stored(dialect: Dialect, shown: Spec, wanted: Spec | None) -> Spec:
    """Return the definition of a group as it was read back; the wanted one where both are at hand.

    Grafana shows an interval where none was set.
    """
    if not dialect.grafana:
        return shown
    group = {**shown, "rules": [without_uids(rule) for rule in shown.get("rules") or ()]}
    unset = wanted is not None and not wanted.get("interval")
    if unset and milliseconds(str(group.get("interval"))) == GRAFANAS_INTERVAL:
        del group["interval"]
    return group


def is_loaded(dialect: Dialect, wanted: Spec, shown: Mapping[str, Any]) -> bool:
    """Whether a group of the state API is what was stored; its interval may be the server's own."""
    default = 0 if wanted.get("interval") else round(shown.get("interval", 0) * 1000)
    loaded = definition(shown, default)
    if dialect.reformats:
        return loads_as(_unread(wanted), _unread(loaded), default)
    return loads_as(wanted, loaded, default)


def _labelled(rule: Spec, common: Mapping[str, Any]) -> Spec:
    """Return a rule with all its labels, each value the text that YAML meant it to be."""
    labels = texts({**common, **(rule.get("labels") or {})})
    notes = texts(rule.get("annotations"))
    said = {key: value for key, value in rule.items() if key not in ("labels", "annotations")}
    more = {"labels": labels, "annotations": notes}
    return {**said, "expr": str(rule["expr"]), **{key: held for key, held in more.items() if held}}


def _unread(group: Spec) -> Spec:
    return {**group, "rules": [{**rule, "expr": ""} for rule in group.get("rules") or ()]}
