"""Grafana's notification objects as the Alertmanager inside Grafana reads them.

The way back of `delivery.routing`, as far as it decides who is told: what follows an alert through
an Alertmanager's routing can so follow it through Grafana's.
"""

from collections.abc import Collection, Mapping
from typing import Any

from obsdash.delivery.routing import ALWAYS
from obsdash.diff.routing.policies import matchers_of
from obsdash.resource import CONTACT_POINT, MUTE_TIMING, NOTIFICATION_POLICY, Resource, Spec

NOBODY = "nobody"  # the receiver of a policy that is always mute
_SHARED = ("group_by", "continue", "mute_time_intervals", "active_time_intervals")


def as_alertmanagers(resources: Collection[Resource]) -> Spec:
    """Return the configuration that Grafana's policies, contact points and mute timings make.

    Raises ValueError when there are no policies, or a policy's matchers cannot be read.
    """
    tree = next((one for one in resources if one.ref.kind == NOTIFICATION_POLICY), None)
    if tree is None:
        raise ValueError("there are no notification policies")
    points = [one for one in resources if one.ref.kind == CONTACT_POINT]
    timings = [one for one in resources if one.ref.kind == MUTE_TIMING]
    return {
        "route": _route(tree.spec),
        "receivers": [*map(_receiver, points), {"name": NOBODY}],
        "time_intervals": [dict(timing.spec) for timing in timings],
    }


def _receiver(point: Resource) -> Spec:
    found: Spec = {"name": point.ref.uid}
    for integration in point.spec["integrations"]:
        settings = dict(integration["settings"])
        found.setdefault(f"{integration['type'].lower()}_configs", []).append(settings)
    return found


def _route(policy: Mapping[str, Any]) -> Spec:
    matchers = matchers_of(policy)
    if matchers is None:
        raise ValueError(f"the matchers of the policy to {policy.get('receiver')!r} are none")
    route = {key: policy[key] for key in ("receiver", *_SHARED) if policy.get(key)}
    if ALWAYS in policy.get("mute_time_intervals", ()):
        route = {**route, "receiver": NOBODY, "mute_time_intervals": []}
    return {
        **route,
        "matchers": [f"{name}{operator}{_quoted(value)}" for name, operator, value in matchers],
        "routes": [_route(one) for one in policy.get("routes") or ()],
    }


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
