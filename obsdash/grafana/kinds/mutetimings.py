"""Mute timings: when a policy tells nobody."""

from collections.abc import Mapping

from obsdash.grafana.notifying import (
    There,
    lists,
    provenances,
    read_named,
    still_ours,
    uses,
)
from obsdash.grafana.register import API, Owners, owners_in
from obsdash.grafana.site import Found, Site
from obsdash.grafana.transport import Json
from obsdash.resource import MUTE_TIMING, Ref, Resource

NAME = MUTE_TIMING
WRITERS = 1  # all notification objects are one row in Grafana's database
VERSIONED = False
PIECEMEAL = False
REGISTERED = True

_PATH = "mute-timings"
_SERVER_SIDE = ("provenance", "version")


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the wanted mute timings, ours, and the names of the rest."""
    return read_named(site, wanted, _look, others=others)


def _look(site: Site) -> tuple[Mapping[Ref, There], Owners]:
    timings, templates = lists(site, _PATH, "templates")
    known = provenances(site)[0] if timings else {}
    there = {}
    for item in timings:
        resource = _resource(item)
        there[resource.ref] = There(resource, item.get("provenance") or known.get(item["name"], ""))
    return there, owners_in(templates)


def fetch(site: Site, like: Resource) -> Resource | None:
    """Read one mute timing."""
    return next((_resource(i) for i in lists(site, _PATH)[0] if i["name"] == like.ref.uid), None)


def save(site: Site, desired: Resource, live: Resource | None) -> None:
    """Create or replace a mute timing."""
    body = {**desired.spec, "name": desired.ref.uid}
    if live is None:
        site.api.post(*API, _PATH, body=body)
    else:
        site.api.put(*API, _PATH, desired.ref.uid, body=body)


def delete(site: Site, live: Resource) -> None:
    """Delete a mute timing; `keep` was asked before."""
    site.api.delete(*API, _PATH, live.ref.uid)


def keep(site: Site, live: Resource) -> str:
    """Refuse to delete what is not ours, or what a policy names."""
    name = live.ref.uid
    if name in {*uses(site, "mute_time_intervals"), *uses(site, "active_time_intervals")}:
        return "the notification policies still name it"
    return still_ours(site, live.ref, _look(site)[0].get(live.ref))


def _resource(item: Json) -> Resource:
    spec = {key: value for key, value in item.items() if key not in _SERVER_SIDE}
    return Resource(Ref(MUTE_TIMING, item["name"]), spec)
