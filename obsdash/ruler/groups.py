"""Rule groups as a ruler stores them, and as a definition says them."""

from collections.abc import Mapping
from typing import Any

from obsdash.delivery.rulefiles import with_own_labels
from obsdash.durations import milliseconds
from obsdash.prometheus.groups import definition, loads_as
from obsdash.resource import Spec
from obsdash.ruler.dialects import Dialect
from obsdash.ruler.uids import with_uids, without_uids

GRAFANAS_INTERVAL = 60_000  # milliseconds; what a group without one gets


def delivered(dialect: Dialect, namespace: str, group: Spec) -> Spec:
    """Return what is sent for a group."""
    sent = with_own_labels(group)
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
    """Whether a group of the state API is what was stored.

    Its interval may be the server's own, and Mimir does not show its limit.
    """
    default = 0 if wanted.get("interval") else round(shown.get("interval", 0) * 1000)
    loaded = {**definition(shown, default), "limit": wanted.get("limit")}
    if dialect.reformats:
        return loads_as(_unread(wanted), _unread(loaded), default)
    return loads_as(wanted, loaded, default)


def _unread(group: Spec) -> Spec:
    return {**group, "rules": [{**rule, "expr": ""} for rule in group.get("rules") or ()]}
