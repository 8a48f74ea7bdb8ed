"""The notification policies: one tree, which is one project's or nobody's."""

from collections.abc import Mapping
from typing import Any

from obsdash.diff.routing.policies import one_tree
from obsdash.grafana.notifying import There, owners, read_named, still_ours
from obsdash.grafana.register import API, Owners
from obsdash.grafana.site import Found, Site
from obsdash.grafana.transport import Json
from obsdash.resource import NOTIFICATION_POLICY, Ref, Resource

NAME = NOTIFICATION_POLICY
WRITERS = 1  # all notification objects are one row in Grafana's database
VERSIONED = False
PIECEMEAL = False
REGISTERED = True
REF = Ref(NOTIFICATION_POLICY, "main")

_PATH = "policies"
_SERVER_SIDE = ("provenance", "version")
# Where Grafana's own tree sends everything, up to 12 and since 13.
_DEFAULTS = ("grafana-default-email", "empty")


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the tree. Grafana's own, with one policy for everything, counts as none."""
    found = read_named(site, wanted, _look, others=others)
    for resource in wanted.values():
        if not site.server.active_timings and _names(resource.spec, "active_time_intervals"):
            reason = f"{site.server} has no active_time_intervals (12.1 has)"
            found.blocked.setdefault(resource.ref, reason)
    return found


def _look(site: Site) -> tuple[Mapping[Ref, There], Owners]:
    tree = site.api.get(*API, _PATH)
    if _is_default(tree):
        return {}, {}
    return {REF: There(_resource(tree), tree.get("provenance") or "")}, owners(site)


def fetch(site: Site, like: Resource) -> Resource | None:  # noqa: ARG001 (there is one)
    """Read the tree, None for Grafana's own."""
    tree = site.api.get(*API, _PATH)
    return None if _is_default(tree) else _resource(tree)


def save(site: Site, desired: Resource, live: Resource | None) -> None:  # noqa: ARG001 (whole)
    """Replace the whole tree."""
    site.api.put(*API, _PATH, body=one_tree(desired.spec))


def delete(site: Site, live: Resource) -> None:  # noqa: ARG001 (there is one)
    """Put Grafana's own tree back."""
    site.api.delete(*API, _PATH)


def keep(site: Site, live: Resource) -> str:  # noqa: ARG001 (there is one)
    """Refuse to take away a tree that is not ours."""
    return still_ours(site, REF, _look(site)[0].get(REF))


def _is_default(tree: Json) -> bool:
    only_root = not tree.get("routes") and not tree.get("provenance")
    return only_root and tree.get("receiver") in _DEFAULTS


def _resource(tree: Json) -> Resource:
    return Resource(REF, {key: value for key, value in tree.items() if key not in _SERVER_SIDE})


def _names(policy: Mapping[str, Any], key: str) -> bool:
    return bool(policy.get(key)) or any(_names(route, key) for route in policy.get("routes") or ())
