"""Data sources. Their secrets can be written but not read."""

from collections.abc import Mapping

from obsdash.grafana.discretion import discreet
from obsdash.grafana.ownership import KEY
from obsdash.grafana.site import Found, Site, find, not_ours
from obsdash.grafana.sourceshape import sent, shaped
from obsdash.grafana.transport import Json
from obsdash.resource import DATASOURCE, Ref, Resource

NAME = DATASOURCE
WRITERS = 1  # at eight at once one in six is lost (SQLite)
VERSIONED = False  # PUT has a version, but whoever leaves it out starts it again at 1
PIECEMEAL = False
REGISTERED = False

PROVISIONED = "Grafana provisions it from a file: change it there, or remove it there first"


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the wanted data sources, ours, and the names of the rest."""
    found = Found()
    listed = site.api.get("datasources")
    own = {item["uid"] for item in listed if site.project in _owners(item)}
    looked = [*wanted, *sorted(own - wanted.keys())] if others else list(wanted)
    for uid, answer in zip(looked, site.each(lambda uid: _get(site, uid), looked), strict=True):
        ref = Ref(DATASOURCE, uid)
        if answer is not None:
            found.live[ref] = _resource(site, ref, answer, wanted.get(uid))
        if reason := _obstacle(site, answer, wanted.get(uid), listed):
            found.blocked[ref] = reason
    if others:
        rest = sorted(item["uid"] for item in listed if item["uid"] not in looked)
        found.unmanaged += [Ref(DATASOURCE, uid) for uid in rest]
    return found


def fetch(site: Site, like: Resource) -> Resource | None:
    """Read one data source, in the shape of the one given."""
    answer = _get(site, like.ref.uid)
    return None if answer is None else _resource(site, like.ref, answer, like)


def save(site: Site, desired: Resource, live: Resource | None) -> None:
    """Create a data source, or replace all of it; a secret without a reference stays as it is."""
    known = {name: site.reveal(ref) for name, ref in desired.secrets.items() if ref}
    body = {
        **sent(desired.spec, site.server),
        "uid": desired.ref.uid,  # another one in the body would rename it
        "jsonData": {**(desired.spec.get("jsonData") or {}), KEY: site.project},
    }
    with discreet(known.values()):
        if live is None:
            site.api.post("datasources", body={**body, "secureJsonData": known})
        else:
            _replace(site, body, known, desired)


def _replace(site: Site, body: Json, known: Mapping[str, str], desired: Resource) -> None:
    uid = desired.ref.uid
    now = _get(site, uid) or {}
    dropped = now.get("secureJsonFields", {}).keys() - desired.secrets.keys()
    changed = {
        "secureJsonData": {**known, **dict.fromkeys(dropped, "")},  # left out, they would stay
        "isDefault": body.get("isDefault") or now.get("isDefault", False),
        "version": now.get("version", 0),
    }
    site.api.put("datasources", "uid", uid, body={**body, **changed})


def delete(site: Site, live: Resource) -> None:
    """Delete a data source."""
    site.api.delete("datasources", "uid", live.ref.uid)


def keep(site: Site, live: Resource) -> str:
    """Refuse to delete what is not ours."""
    answer = _get(site, live.ref.uid) or {}
    if answer.get("readOnly"):
        return PROVISIONED
    return "" if site.project in _owners(answer) else "it is not ours any more"


def _get(site: Site, uid: str) -> Json:
    return find(site, "datasources", "uid", uid)


def _resource(site: Site, ref: Ref, answer: Json, like: Resource | None) -> Resource:
    secrets = {name: "" for name, known in (answer.get("secureJsonFields") or {}).items() if known}
    spec = shaped(answer, like.spec if like else None, site.server)
    return Resource(ref, spec, secrets=secrets)


def _obstacle(site: Site, answer: Json, wanted: Resource | None, listed: Json) -> str:
    """Return why a data source must not be written, "" when it may."""
    if answer is None:
        name = wanted.spec.get("name") if wanted else None
        twin = next((item["uid"] for item in listed if item["name"] == name), "")
        return f"another data source is called {name!r}: uid {twin}" if twin else ""
    if answer.get("readOnly"):
        return PROVISIONED
    return not_ours(site, _owners(answer))


def _owners(answer: Json) -> tuple[str, ...]:
    owner = (answer.get("jsonData") or {}).get(KEY)
    return (owner,) if isinstance(owner, str) and owner else ()
