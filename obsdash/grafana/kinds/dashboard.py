"""Dashboards. Grafana stores them as they are sent, and keeps every version."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from obsdash.delivery.librarypanels import trimmed
from obsdash.errors import TargetError
from obsdash.grafana import history
from obsdash.grafana.kinds import librarypanel
from obsdash.grafana.kinds.folder import homeless
from obsdash.grafana.ownership import owners, tagged, untagged
from obsdash.grafana.site import CACHE_LIFE, Found, Site, find, is_listed, not_ours
from obsdash.grafana.transport import Json
from obsdash.grafana.trouble import GrafanaError
from obsdash.grafana.twins import twins
from obsdash.resource import DASHBOARD, Ref, Resource, Spec, canonical_json

NAME = DASHBOARD
WRITERS = 4  # more gain nothing, and meet a locked SQLite more often
VERSIONED = True
PIECEMEAL = False
REGISTERED = False


@dataclass(frozen=True, slots=True)
class _Sight:
    """A dashboard as we see it. obstacle: why it must not be written."""

    live: Resource | None = None
    obstacle: str = ""
    denied: bool = False


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the wanted dashboards and our other ones, and list the rest."""
    listed = list(site.api.pages("search", type="dash-db"))
    looked: dict[str, Resource | None] = dict(wanted)
    if others:
        looked |= dict.fromkeys(_strays(site, listed, wanted))
    found = Found()
    for uid, sight in _look_at(site, looked, {hit["uid"] for hit in listed}).items():
        ref = Ref(DASHBOARD, uid)
        if sight.live:
            found.live[ref] = sight.live
        if sight.obstacle:
            found.blocked[ref] = sight.obstacle
    found.blocked |= {Ref(DASHBOARD, uid): why for uid, why in twins(site, wanted, listed).items()}
    if others:
        found.unmanaged += [Ref(DASHBOARD, h["uid"]) for h in listed if h["uid"] not in looked]
    return found


def fetch(site: Site, like: Resource) -> Resource | None:
    """Read one dashboard."""
    uid = like.ref.uid
    answer = find(site, "dashboards", "uid", uid, listed=lambda: is_listed(site, uid))
    return None if answer is None else _resource(site, uid, answer, like)


def save(site: Site, desired: Resource, live: Resource | None) -> None:
    """Create a dashboard, or make a new version on top of the live one."""
    uid = desired.ref.uid
    if unknown := librarypanel.missing(site, desired.spec):
        raise TargetError(f"it shows the library panel {unknown[0]}, which is not there")
    spec = {**tagged(desired.spec, site.project), "uid": uid}
    if live:
        spec["version"] = int(live.revision or 0)
    body = {
        "dashboard": spec,
        "folderUid": site.folders.uid(desired.folder),  # left out, it would move to the root
        "overwrite": False,
        "message": history.message(site.project, desired, live),
    }
    answer = site.api.post("dashboards", "db", body=body)
    if answer.get("status") == "pending":
        raise TargetError("Grafana passed it on to its git workflow and has not saved it")
    if answer.get("uid") != uid:
        raise TargetError(f"Grafana saved it under another uid, {answer.get('uid')!r}")


def delete(site: Site, live: Resource) -> None:
    """Delete a dashboard, and with it its history."""
    site.api.delete("dashboards", "uid", live.ref.uid)


def keep(site: Site, live: Resource) -> str:
    """Refuse to delete what is not ours any more."""
    answer = find(site, "dashboards", "uid", live.ref.uid)
    if answer is None or _owners(answer["dashboard"]) == (site.project,):
        return ""
    return "it does not carry this project's tag any more"


def _strays(site: Site, listed: list[Json], wanted: Mapping[str, Resource]) -> list[str]:
    """Return the uids that we made and that are not wanted.

    The tag alone does not prove it: a copy that a person made carries it, too.
    """
    tagged_ours = sorted(
        hit["uid"] for hit in listed if hit["uid"] not in wanted and _owners(hit) == (site.project,)
    )
    made = site.each(lambda uid: history.saved_by(site.api, site.project, uid), tagged_ours)
    return [uid for uid, ours in zip(tagged_ours, made, strict=True) if ours]


def _look_at(
    site: Site, wanted: Mapping[str, Resource | None], listed: Collection[str]
) -> Mapping[str, _Sight]:
    """Look at several dashboards; a second time at those that are listed and denied.

    Grafana remembers for some seconds what a user may see, so that what someone else has just
    created is denied.
    """

    def look(uids: Collection[str]) -> dict[str, _Sight]:
        seen = site.each(lambda uid: _look(site, uid, wanted[uid], listed), uids)
        return dict(zip(uids, seen, strict=True))

    sights = look(wanted)
    if denied := [uid for uid, sight in sights.items() if sight.denied]:
        site.api.pause(CACHE_LIFE)
        sights |= look(denied)
    return sights


def _look(site: Site, uid: str, like: Resource | None, listed: Collection[str]) -> _Sight:
    obstacle = homeless(site, like.folder) if like else ""
    if uid not in listed and not site.server.search_lags:
        return _Sight(obstacle=obstacle)  # and whoever creates it before we do keeps it
    try:
        answer = find(site, "dashboards", "uid", uid, listed=lambda: uid in listed)
    except GrafanaError as error:
        if error.status == 403:
            return _Sight(obstacle=error.message, denied=True)
        raise
    if answer is None:
        return _Sight(obstacle=obstacle)
    return _Sight(_resource(site, uid, answer, like), _obstacle(site, answer) or obstacle)


def _resource(site: Site, uid: str, answer: Json, like: Resource | None) -> Resource:
    spec = {k: v for k, v in answer["dashboard"].items() if k not in ("id", "version")}
    spec = untagged(trimmed(spec), like.spec if like else {})
    if like and _visible(spec) == _visible(like.spec):
        spec = like.spec  # a thousand equal ones need their memory once
    meta = answer["meta"]
    folder = _folder(site, meta, like)
    ref, revision = Ref(DASHBOARD, uid), str(meta["version"])
    return Resource(ref, spec, folder, revision=revision, saved=history.last_save(meta))


def _visible(spec: Spec) -> bytes:
    """Return the canonical JSON without byte order marks, which Grafana 13 drops from texts."""
    return canonical_json(spec).replace("\ufeff".encode(), b"")


def _folder(site: Site, meta: Json, like: Resource | None) -> str:
    """Return the path of a dashboard's folder; of one that the search does not show, its title."""
    uid = meta.get("folderUid")
    if not uid:
        return ""
    if like and uid == site.folders.uid(like.folder):
        return like.folder  # new, or renamed, and about to get its title back
    return site.folders.path(uid) or str(meta.get("folderTitle") or uid)


def _obstacle(site: Site, answer: Json) -> str:
    """Return why a live dashboard must not be written, "" when it may."""
    meta = answer["meta"]
    if meta.get("provisioned") or meta.get("provisionedExternalId"):
        file = meta.get("provisionedExternalId") or "a file"
        return f"Grafana provisions it from {file}: change it there, or remove it there first"
    return not_ours(site, _owners(answer["dashboard"]))


def _owners(tagged_thing: Json) -> tuple[str, ...]:
    return owners(tagged_thing.get("tags") or ())
