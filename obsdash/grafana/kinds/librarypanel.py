"""Library panels. Every write counts a version up, and is refused when it names an older one."""

from collections.abc import Iterable, Mapping
from itertools import count as count_from

from obsdash.delivery.librarypanels import model, shown
from obsdash.grafana.kinds.folder import LAG, homeless
from obsdash.grafana.ownership import described, panel_owners, undescribed
from obsdash.grafana.site import Found, Site, find, not_ours
from obsdash.grafana.transport import Json
from obsdash.resource import LIBRARY_PANEL, Ref, Resource, Spec
from obsdash.words import count

NAME = LIBRARY_PANEL
WRITERS = 1
VERSIONED = True
PIECEMEAL = False
REGISTERED = False

_PANEL = 1  # the kind of library element
_PAGE = 500
_ROOT = "general"  # what newer versions call the root where one element is read


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the wanted library panels, ours, and the names of the rest."""
    found = Found()
    listed = _listed(site)
    unseen = [uid for uid in wanted if uid not in listed]
    seen = listed | dict(zip(unseen, site.each(lambda uid: _get(site, uid), unseen), strict=True))
    for uid, like in wanted.items():
        ref, element = Ref(LIBRARY_PANEL, uid), seen[uid]
        if element is not None:
            found.live[ref] = _resource(site, element, like)
        if reason := _obstacle(site, element, like, listed.values()):
            found.blocked[ref] = reason
    for uid in sorted(listed.keys() - wanted.keys()) if others else ():
        ref, element = Ref(LIBRARY_PANEL, uid), listed[uid]
        if _owners(element) == (site.project,):
            found.live[ref] = _resource(site, element, None)
        else:
            found.unmanaged.append(ref)
    return found


def fetch(site: Site, like: Resource) -> Resource | None:
    """Read one library panel."""
    element = _get(site, like.ref.uid)
    return None if element is None else _resource(site, element, like)


def save(site: Site, desired: Resource, live: Resource | None) -> None:
    """Create a library panel, or make a new version on top of the live one."""
    uid, panel = desired.ref.uid, desired.spec["model"]
    body = {
        "name": desired.spec["name"],
        "kind": _PANEL,
        "model": {**panel, "description": described(panel, site.project, uid)},
        "folderUid": site.folders.uid(desired.folder),  # left out, it would move to the root
    }
    if live:
        version = int(live.revision or 0)
        site.api.patch("library-elements", uid, body={**body, "version": version})
    else:
        site.api.post("library-elements", body={**body, "uid": uid})


def delete(site: Site, live: Resource) -> None:
    """Delete a library panel; `keep` was asked before."""
    site.api.delete("library-elements", live.ref.uid)


def keep(site: Site, live: Resource) -> str:
    """Refuse to delete what is not ours any more, or what a dashboard shows."""
    element = _get(site, live.ref.uid)
    if element is not None and _owners(element) != (site.project,):
        return "its description does not name this project any more"
    users = _users(site, live.ref.uid)
    for seconds in LAG if site.server.search_lags else ():
        if users:
            site.api.pause(seconds)
            users = _users(site, live.ref.uid)
    verb = "shows" if users == 1 else "show"
    return f"{count(users, 'dashboard')} {verb} it" if users else ""


def missing(site: Site, dashboard: Spec) -> list[str]:
    """Return the library panels that a dashboard shows and the server does not have."""
    return [uid for uid in shown(dashboard) if _get(site, uid) is None]


def _users(site: Site, uid: str) -> int:
    return len(site.api.get("library-elements", uid, "connections")["result"])


def _listed(site: Site) -> dict[str, Json]:
    """Return all library panels by uid."""
    found: dict[str, Json] = {}
    for page in count_from(1):
        answer = site.api.get("library-elements", kind=_PANEL, perPage=_PAGE, page=page)
        elements = answer["result"]["elements"]
        found |= {element["uid"]: element for element in elements}
        if len(elements) < _PAGE:
            break
    return found


def _get(site: Site, uid: str) -> Json:
    answer = find(site, "library-elements", uid)
    return answer and answer["result"]


def _resource(site: Site, element: Json, like: Resource | None) -> Resource:
    panel = undescribed(model(element["model"]), like.spec["model"] if like else {})
    return Resource(
        Ref(LIBRARY_PANEL, element["uid"]),
        {"name": element["name"], "model": panel},
        _folder(site, element, like),
        revision=str(element["version"]),
    )


def _folder(site: Site, element: Json, like: Resource | None) -> str:
    uid = element.get("folderUid") or ""
    if uid in ("", _ROOT):
        return ""
    if like and uid == site.folders.uid(like.folder):
        return like.folder  # new, or renamed, and about to get its title back
    return site.folders.path(uid) or str(element["meta"].get("folderName") or uid)


def _obstacle(site: Site, element: Json, like: Resource, listed: Iterable[Json]) -> str:
    """Return why a library panel must not be written, "" when it may."""
    if element is not None and (reason := not_ours(site, _owners(element))):
        return reason
    return homeless(site, like.folder) or _twin(site, like, listed)


def _twin(site: Site, like: Resource, listed: Iterable[Json]) -> str:
    """Return that another one in the folder has the name, where that cannot be."""
    if not site.server.unique_library_names:
        return ""
    folder = site.folders.uid(like.folder)
    for other in listed:
        place = (other.get("folderUid") or "", other["name"])
        if other["uid"] != like.ref.uid and place == (folder, like.spec["name"]):
            return (
                f"{site.server} allows a name once in a folder, and library-panel/{other['uid']}"
                " has it: rename or delete one"
            )
    return ""


def _owners(element: Json) -> tuple[str, ...]:
    return panel_owners(element["model"].get("description"), element["uid"])
