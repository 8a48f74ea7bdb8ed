"""Folders. Found by their path of titles; those that we made, by their uid, too."""

from collections.abc import Mapping

from obsdash.grafana.ownership import folder_uid, is_own_folder
from obsdash.grafana.site import Found, Site, find, is_listed
from obsdash.grafana.transport import Json
from obsdash.resource import FOLDER, Ref, Resource
from obsdash.words import count

NAME = FOLDER
WRITERS = 1  # parallel creation on a fresh organisation meets deadlocks
LAG = (1.0, 2.0, 4.0)  # seconds until we look again whether a folder is empty
VERSIONED = False  # the tree of folders comes without versions
PIECEMEAL = True
REGISTERED = False


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the wanted folders, and the others from the tree."""
    found = Found()
    seen = set()
    for path, resource in wanted.items():
        uid = site.folders.uid(path)
        if uid in site.folders.by_uid:
            found.live[resource.ref] = _resource(site, resource.ref, uid)
            seen.add(uid)
        elif "/" in path and not site.server.nested_folders:
            found.blocked[resource.ref] = no_nesting(site, path)
        elif fresh := fetch(site, resource):  # the search lags behind since 12
            found.live[resource.ref] = fresh
    for uid in site.folders.by_uid.keys() - seen if others else ():
        ref = Ref(FOLDER, site.folders.path(uid))
        if is_own_folder(site.project, uid):
            found.live.setdefault(ref, _resource(site, ref, uid))
        else:
            found.unmanaged.append(ref)
    return found


def no_nesting(site: Site, path: str) -> str:
    """Say that a server has no folders in folders."""
    return f"{site.server} has no folders inside folders (11.0 has): it cannot hold {path!r}"


def homeless(site: Site, path: str) -> str:
    """Return why nothing can be put into a folder, "" when it can."""
    if site.folders.ambiguous(path):
        return f"there are several folders {path!r}: rename all but one"
    if "/" in path and not site.folders.find(path) and not site.server.nested_folders:
        return no_nesting(site, path)
    return ""


def fetch(site: Site, like: Resource) -> Resource | None:
    """Read one folder."""
    uid = site.folders.uid(like.ref.uid)
    answer = find(site, "folders", uid, listed=lambda: is_listed(site, uid))
    if answer is None:
        return None
    parents = "/".join(parent["title"] for parent in answer.get("parents") or ())
    version = str(answer.get("version", 0))
    return Resource(like.ref, {"title": answer["title"]}, parents, revision=version)


def save(site: Site, desired: Resource, live: Resource | None) -> None:
    """Create a folder, or give ours its title and place back."""
    title, parent = desired.spec["title"], site.folders.uid(desired.folder)
    if live is None:
        uid = folder_uid(site.project, desired.ref.uid)
        body = {"uid": uid, "title": title, **({"parentUid": parent} if parent else {})}
        site.api.post("folders", body=body)
        return
    uid = site.folders.uid(desired.ref.uid)
    if live.spec["title"] != title:
        site.api.put("folders", uid, body={"title": title, "version": int(live.revision or 0)})
    if live.folder != desired.folder:
        site.api.post("folders", uid, "move", body={"parentUid": parent})


def delete(site: Site, live: Resource) -> None:
    """Delete a folder; `keep` was asked before."""
    site.api.delete("folders", site.folders.uid(live.ref.uid))


def keep(site: Site, live: Resource) -> str:
    """Refuse to delete a folder with something in it: Grafana would delete that as well."""
    uid = site.folders.uid(live.ref.uid)
    if not is_own_folder(site.project, uid):
        return "obsdash did not make it"
    held = _contents(site, uid)
    for seconds in LAG if site.server.search_lags else ():
        if held:
            site.api.pause(seconds)
            held = _contents(site, uid)
    return f"it still holds {', '.join(held)}" if held else ""


def _contents(site: Site, uid: str) -> list[str]:
    """Return what is in a folder: `1 dashboard`, `3 alert rules`."""
    here = [hit for hit in site.api.pages("search") if hit.get("folderUid") == uid]
    found = {
        "dashboard": sum(hit["type"] == "dash-db" for hit in here),
        "folder": sum(hit["type"] == "dash-folder" for hit in here),
    }
    if site.server.folder_counts:
        found = _larger(found, site.api.get("folders", uid, "counts"))
    else:
        panels = site.api.get("library-elements", folderFilter=_id(site, uid), perPage=1)
        found["library panel"] = panels["result"]["totalCount"]
    return [count(number, noun) for noun, number in sorted(found.items()) if number]


_NOUNS = {
    "dashboard": "dashboard",
    "folder": "folder",
    "alertrule": "alert rule",
    "librarypanel": "library panel",
    "library_element": "library panel",
}


def _larger(found: Mapping[str, int], counts: Json) -> dict[str, int]:
    """Join what search shows with what the server counts: either may lag behind."""
    joined = dict(found)
    for key, number in counts.items():
        noun = _NOUNS.get(key.removesuffix("s"), key)  # a plural since 13
        joined[noun] = max(joined.get(noun, 0), int(number))
    return joined


def _id(site: Site, uid: str) -> int:
    """Return the number that Grafana before 10 asks for in places."""
    return int(site.api.get("folders", uid)["id"])


def _resource(site: Site, ref: Ref, uid: str) -> Resource:
    folder = site.folders.by_uid[uid]
    return Resource(ref, {"title": folder.title}, site.folders.path(folder.parent))
