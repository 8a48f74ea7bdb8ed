"""What is about the server as a whole: health, settings and search."""

from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.store import Dashboard, Folder, Store, slug

LARGEST_PAGE = 5000


def get_health(store: Store, call: Call) -> Answer:
    version = {} if store.hide_version else {"version": store.version}
    return Answer(200, {"commit": "double", "database": "ok", **version})


def get_settings(store: Store, call: Call) -> Answer:
    used = {source.fields["name"]: source.fields for source in store.datasources.values()}
    keys = ("uid", "name", "type", "isDefault")
    shown = {name: {key: fields[key] for key in keys} for name, fields in used.items()}
    build = {"version": store.version, "commit": "double"}
    return Answer(200, {"buildInfo": build, "datasources": shown})


def get_org(store: Store, call: Call) -> Answer:
    address = dict.fromkeys(("address1", "address2", "city", "zipCode", "state", "country"), "")
    return Answer(200, {"id": 1, "name": "Main Org.", "address": address})


def search(store: Store, call: Call) -> Answer:
    limit, page = call.number("limit", 1000), call.number("page", 1)
    if limit > LARGEST_PAGE:
        raise Refusal(
            422,
            "Limit is above maximum allowed (5000), use page parameter to access hits beyond limit",
        )
    hits = all_hits(store) if store.stale is None else store.stale
    kinds, uids = call.query.get("type", []), call.query.get("dashboardUIDs", [])
    tags = set(call.query.get("tag", []))
    found = [
        hit
        for hit in hits
        if (not kinds or hit["type"] in kinds)
        and (not uids or hit["uid"] in uids)
        and tags <= set(hit["tags"])
    ]
    found.sort(key=lambda hit: (hit["type"] != "dash-folder", hit["title"].lower()))
    return Answer(200, found[(page - 1) * limit : page * limit])


def all_hits(store: Store) -> list[Json]:
    """Return what a search without conditions finds at this moment."""
    hits = [_folder_hit(store, folder) for folder in store.folders.values()]
    return hits + [_dashboard_hit(store, dashboard) for dashboard in store.dashboards.values()]


def _dashboard_hit(store: Store, dashboard: Dashboard) -> Json:
    hit = _hit(dashboard.id, dashboard.uid, dashboard.title, "dash-db")
    hit["url"] = f"/d/{dashboard.uid}/{slug(dashboard.title)}"
    tags = dashboard.data.get("tags")
    hit["tags"] = sorted(tags) if isinstance(tags, list) else []
    return {**hit, **_place(store, dashboard.folder)}


def _folder_hit(store: Store, folder: Folder) -> Json:
    hit = _hit(folder.id, folder.uid, folder.title, "dash-folder")
    hit["url"] = f"/dashboards/f/{folder.uid}/{slug(folder.title)}"
    return {**hit, **_place(store, folder.parent)}


def _hit(identity: int, uid: str, title: str, kind: str) -> Json:
    return {
        "id": identity,
        "uid": uid,
        "title": title,
        "uri": f"db/{slug(title)}",
        "slug": "",
        "type": kind,
        "tags": [],
        "isStarred": False,
        "sortMeta": 0,
    }


def _place(store: Store, uid: str) -> Json:
    folder = store.folders.get(uid)
    if not folder:
        return {}
    url = f"/dashboards/f/{uid}/{slug(folder.title)}"
    return {
        "folderId": folder.id,
        "folderUid": uid,
        "folderTitle": folder.title,
        "folderUrl": url,
    }


ROUTES = (
    Route("GET", "/health", get_health, role=""),
    Route("GET", "/frontend/settings", get_settings),
    Route("GET", "/org", get_org),
    Route("GET", "/search", search),
)
