"""Contact points. Grafana keeps their integrations one by one; those of one name are one object."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from obsdash.delivery.integrations import (
    REDACTED,
    may_be_secret,
    settings_in,
    with_setting,
    without_setting,
)
from obsdash.diff.alignment import by, paired
from obsdash.errors import TargetError
from obsdash.grafana.discretion import discreet
from obsdash.grafana.notifying import There, lists, read_named, still_ours, uses
from obsdash.grafana.register import API, Owners, owners_in
from obsdash.grafana.site import Found, Site
from obsdash.grafana.transport import Json
from obsdash.resource import CONTACT_POINT, Ref, Resource, Spec

NAME = CONTACT_POINT
WRITERS = 1  # of forty that are written at once, twenty are lost
VERSIONED = False
PIECEMEAL = True
REGISTERED = True

_PATH = "contact-points"


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the wanted contact points, ours, and the names of the rest."""

    def look(site: Site) -> tuple[Mapping[Ref, There], Owners]:
        items, templates = lists(site, _PATH, "templates")
        return _there(items, wanted), owners_in(templates)

    return read_named(site, wanted, look, others=others)


def _there(items: Json, like: Mapping[str, Resource]) -> Mapping[Ref, There]:
    """Return the contact points in a list of integrations, without those built in."""
    found = {}
    for name in sorted({item["name"] for item in items if item["uid"]}):
        integrations = _named(items, name)
        resource = _resource(name, integrations, like.get(name))
        found[resource.ref] = There(resource, _provenance(integrations))
    return found


def _provenance(integrations: Sequence[Json]) -> str:
    """Return the most restrictive of the integrations' origins."""
    origins = {item.get("provenance") or "" for item in integrations}
    return next(iter(sorted(origins - {"", "api"})), "api" if "api" in origins else "")


def fetch(site: Site, like: Resource) -> Resource | None:
    """Read one contact point, in the shape of the one given."""
    integrations = _named(lists(site, _PATH)[0], like.ref.uid)
    return _resource(like.ref.uid, integrations, like) if integrations else None


def _named(items: Json, name: str) -> list[Json]:
    """Return the integrations of a contact point, which Grafana lists in any order."""
    found = [item for item in items if item["name"] == name and item["uid"]]
    return sorted(found, key=lambda item: str(item["uid"]))


def save(site: Site, desired: Resource, live: Resource | None) -> None:  # noqa: ARG001 (looks again)
    """Make an integration after the other what it should be; new ones first, old ones go last."""
    known = {name: site.reveal(ref) for name, ref in desired.secrets.items() if ref}
    with discreet(known.values()):
        _write(site, desired, known)


def _write(site: Site, desired: Resource, known: Mapping[str, str]) -> None:
    name, wanted = desired.ref.uid, desired.spec["integrations"]
    everything = lists(site, _PATH)[0]
    present = _named(everything, name)
    taken = {item["uid"] for item in everything}
    pairs = _pairs(wanted, present)
    writes = []  # all are made before the first one is sent: what is refused here leaves it whole
    for index, want in enumerate(wanted):
        have = present[pairs[index]] if index in pairs else None
        uid = want["uid"] if want["uid"] not in taken else _another(name, want["uid"])
        body = {
            "uid": have["uid"] if have else uid,
            "name": name,
            "type": want["type"],
            "settings": _revealed(desired, known, want, have),
            "disableResolveMessage": bool(want.get("disableResolveMessage")),
        }
        writes.append((bool(have), body))
    for exists, body in writes:
        if exists:
            site.api.put(*API, _PATH, body["uid"], body=body)
        else:
            site.api.post(*API, _PATH, body=body)
    for index in set(range(len(present))) - set(pairs.values()):
        site.api.delete(*API, _PATH, present[index]["uid"])


def _another(name: str, uid: str) -> str:
    """Return a uid for one that another contact point has, as after a change of its name."""
    return f"obsdash-{sha256(f'{name}/{uid}'.encode()).hexdigest()[:24]}"


def _revealed(desired: Resource, known: Mapping[str, str], want: Spec, have: Json | None) -> Spec:
    """Return an integration's settings with its secrets; one without a reference stays.

    A secret that Grafana has and the definition has not is emptied: left out, it would stay.
    """
    settings: Spec = dict(want["settings"])
    held = dict(settings_in(have["settings"])) if have else {}
    for name in desired.secrets:
        uid, _, key = name.partition("/")
        if uid != want["uid"]:
            continue
        if name in known:
            settings = with_setting(settings, key, known[name])
        elif key in held:
            settings = with_setting(settings, key, held[key])
        else:
            raise TargetError(f"{want['type']}: the secret {key} is not known any more")
    written = dict(settings_in(settings))
    for key, value in held.items():
        if value == REDACTED and key not in written:
            settings = with_setting(settings, key, "")
    return settings


def delete(site: Site, live: Resource) -> None:
    """Delete all integrations of a contact point; `keep` was asked before."""
    for item in _named(lists(site, _PATH)[0], live.ref.uid):
        site.api.delete(*API, _PATH, item["uid"])


def keep(site: Site, live: Resource) -> str:
    """Refuse to delete what is not ours, or what a policy sends to."""
    if live.ref.uid in set(uses(site, "receiver")):
        return "the notification policies still send to it"
    return still_ours(site, live.ref, _there(lists(site, _PATH)[0], {}).get(live.ref))


def _pairs(wanted: Sequence[Any], present: Sequence[Any]) -> dict[int, int]:
    """Return index wanted → index present: of one uid and type, then of one type in order."""
    return paired(present, wanted, (by(_uid_and_type), by(_type)))


def _uid_and_type(integration: Json) -> tuple[str, str]:
    return integration["uid"], integration["type"]


def _type(integration: Json) -> str:
    return str(integration["type"])


def _resource(name: str, present: Sequence[Json], like: Resource | None) -> Resource:
    """Return a contact point with the uids and in the order of the one given; the rest follows."""
    wanted = like.spec.get("integrations", []) if like else []
    pairs = _pairs(wanted, present)
    named = like.secrets if like else {}
    found = [_integration(present[pairs[i]], wanted[i], named) for i in sorted(pairs)]
    rest = sorted(set(range(len(present))) - set(pairs.values()))
    found += [_integration(present[index], None, {}) for index in rest]
    return Resource(
        Ref(CONTACT_POINT, name),
        {"name": name, "integrations": [integration for integration, _ in found]},
        secrets={f"{one['uid']}/{key}": "" for one, hidden in found for key in hidden},
    )


def _integration(
    item: Json, want: Spec | None, secrets: Mapping[str, str]
) -> tuple[Spec, list[str]]:
    """Return an integration without its secrets, and the keys of these."""
    uid = want["uid"] if want else item["uid"]
    hidden = sorted(_hidden(item, want, uid, secrets))
    settings = item["settings"]
    for key in hidden:
        settings = without_setting(settings, key)
    silent = bool(item.get("disableResolveMessage"))
    kind = item["type"]
    return {
        "uid": uid,
        "type": kind,
        "settings": settings,
        "disableResolveMessage": silent,
    }, hidden


def _hidden(item: Json, want: Spec | None, uid: str, secrets: Mapping[str, str]) -> Iterator[str]:
    """Yield the settings that are secrets: for Grafana, or for the definition.

    Some versions show addresses that let whoever knows them post. One that a definition has in
    plain sight is no secret.
    """
    plain = dict(settings_in(want["settings"])) if want else {}
    for key, value in settings_in(item["settings"]):
        shown = value and key not in plain and may_be_secret(item["type"], key)
        if value == REDACTED or f"{uid}/{key}" in secrets or shown:
            yield key
