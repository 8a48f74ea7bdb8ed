"""Notification objects as Grafana's provisioning files write them.

Grafana expands `$…` in contact points and policies, not in mute timings and templates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from obsdash.delivery.integrations import settings_in, with_setting, without_setting
from obsdash.disk.expanding import escaped, placeholder, plain, reference
from obsdash.resource import (
    CONTACT_POINT,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    Ref,
    Resource,
    Spec,
)

_ORG = {"orgId": 1}


@dataclass(frozen=True, slots=True)
class Shape:
    """How a kind stands in a file: below which key, and what one object of it is."""

    key: str
    encode: Callable[[Resource], Spec]
    decode: Callable[[Spec], Resource]


def _point(resource: Resource) -> Spec:
    receivers = []
    for integration in resource.spec["integrations"]:
        settings = escaped(integration["settings"])
        for name, ref in resource.secrets.items():
            uid, _, key = name.partition("/")
            if uid == integration["uid"] and ref:
                settings = with_setting(settings, key, placeholder(ref))
        receivers.append({**integration, "settings": settings})
    return {"name": escaped(resource.ref.uid), "receivers": receivers}


def _read_point(written: Spec) -> Resource:
    name, integrations, secrets = plain(str(written.get("name", ""))), [], {}
    for receiver in written.get("receivers") or ():
        settings: Mapping[str, Any] = receiver.get("settings") or {}
        for key, value in [*settings_in(settings)]:
            if isinstance(value, str) and (ref := reference(value)):
                secrets[f"{receiver.get('uid')}/{key}"] = ref
                settings = without_setting(settings, key)
        integrations.append({**receiver, "settings": plain(settings)})
    spec = {"name": name, "integrations": integrations}
    return Resource(Ref(CONTACT_POINT, name), spec, secrets=secrets)


def _policies(resource: Resource) -> Spec:
    found: Spec = escaped(resource.spec)
    return found


def _read_policies(written: Spec) -> Resource:
    return Resource(Ref(NOTIFICATION_POLICY, "main"), plain(written))


def _named(resource: Resource) -> Spec:
    return {**resource.spec, "name": resource.ref.uid}


def _read_timing(written: Spec) -> Resource:
    return Resource(Ref(MUTE_TIMING, str(written.get("name", ""))), written)


def _read_template(written: Spec) -> Resource:
    return Resource(Ref(MESSAGE_TEMPLATE, str(written.get("name", ""))), written)


SHAPES: Mapping[str, Shape] = {
    MUTE_TIMING: Shape("muteTimes", _named, _read_timing),
    MESSAGE_TEMPLATE: Shape("templates", _named, _read_template),
    CONTACT_POINT: Shape("contactPoints", _point, _read_point),
    NOTIFICATION_POLICY: Shape("policies", _policies, _read_policies),
}


def to_file(kind: str, resources: list[Resource]) -> Spec:
    """Return the document that holds resources of one kind."""
    shape = SHAPES[kind]
    return {"apiVersion": 1, shape.key: [{**_ORG, **shape.encode(one)} for one in resources]}


def from_file(kind: str, document: Spec) -> list[Resource]:
    """Return the resources of a document; raises ValueError for one that holds none."""
    shape = SHAPES[kind]
    found = document.get(shape.key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"{shape.key} is a list of objects")
    return [
        shape.decode({key: value for key, value in one.items() if key not in _ORG}) for one in found
    ]
