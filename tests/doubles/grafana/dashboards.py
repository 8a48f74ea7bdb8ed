"""Dashboards and their history: /api/dashboards."""

import copy

from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route, denied
from tests.doubles.grafana.library import used_panels
from tests.doubles.grafana.store import Dashboard, Store, Version, checked_uid, now, slug

MIN_REFRESH = 5  # seconds
CHANGED = (412, "The dashboard has been changed by someone else", "version-mismatch")
CHANGED_13 = (409, "Dashboard already exists. Use overwrite flag to update.")
TWIN = (412, "A dashboard with the same name in the folder already exists", "name-exists")


def get_dashboard(store: Store, call: Call, uid: str) -> Answer:
    found = _known(store, call, uid)
    folder = store.folders.get(found.folder)
    first, last = found.versions[0], found.versions[-1]
    meta = {
        "type": "db",
        **dict.fromkeys(("canSave", "canEdit", "canAdmin", "canStar", "canDelete"), True),
        "slug": slug(found.title),
        "url": f"/d/{uid}/{slug(found.title)}",
        "expires": "0001-01-01T00:00:00Z",
        "created": first.created,
        "updated": last.created,
        "updatedBy": last.by,
        "createdBy": first.by,
        "version": found.version,
        "hasAcl": False,
        "isFolder": False,
        "folderId": folder.id if folder else 0,
        "folderUid": found.folder,
        "folderTitle": folder.title if folder else "General",
        "folderUrl": f"/dashboards/f/{folder.uid}/{slug(folder.title)}" if folder else "",
        "provisioned": bool(found.provisioned),
        "provisionedExternalId": found.provisioned,
        "annotationsPermissions": {
            place: dict.fromkeys(("canAdd", "canEdit", "canDelete"), True)
            for place in ("dashboard", "organization")
        },
        "hasPublicDashboard": False,
        "publicDashboardAccessToken": "",
        "publicDashboardUid": "",
        "publicDashboardEnabled": False,
    }
    return Answer(200, {"meta": meta, "dashboard": _document(found)})


def save_dashboard(store: Store, call: Call) -> Answer:
    if not isinstance(call.body, dict):
        raise Refusal(400, "bad request data")
    body = call.body
    if (folder := str(body.get("folderUid") or "")) and folder not in store.folders:
        raise Refusal(400, "Folder not found")
    sent = body.get("dashboard")
    data = dict(sent) if isinstance(sent, dict) else {}
    data["title"] = str(data.get("title") or "").strip()
    if not data["title"]:
        raise Refusal(400, "Dashboard title cannot be empty", "empty-name")
    uid = checked_uid(str(data.get("uid") or "").strip())
    existing = _existing(store, data, uid, overwrite=bool(body.get("overwrite")))
    existing = _twin(store, data, folder, existing, overwrite=bool(body.get("overwrite")))
    if existing and existing.provisioned:
        raise Refusal(400, "Cannot save provisioned dashboard")
    if store.git_workflow:
        return Answer(
            202,
            {"status": "pending", "message": "changes were broadcast to the gitops listener"},
        )
    return _stored(store, call, data, folder, existing)


def delete_dashboard(store: Store, call: Call, uid: str) -> Answer:
    found = _known(store, call, uid)
    if found.provisioned:
        raise Refusal(400, "provisioned dashboard cannot be deleted")
    del store.dashboards[uid]
    message = f"Dashboard {found.title} deleted"
    return Answer(200, {"id": found.id, "message": message, "title": found.title})


def list_versions(store: Store, call: Call, uid: str) -> Answer:
    found = _known(store, call, uid)
    start = call.number("start", 0)
    newest = found.versions[::-1][start : start + call.number("limit", 1000)]
    if not newest:
        raise Refusal(404, f"No versions found for dashboardId {found.id}")
    listed = [_listed(found, version) for version in newest]
    if store.numbers >= (11, 6):
        return Answer(200, {"continueToken": "", "versions": listed})
    return Answer(200, listed)


def get_version(store: Store, call: Call, uid: str, number: str) -> Answer:
    found = _known(store, call, uid)
    version = next((v for v in found.versions if v.number == int(number)), None)
    if version is None:
        message = f"Dashboard version {number} not found for dashboardId {found.id}"
        raise Refusal(500, message)
    return Answer(200, {**_facts(found, version), "uid": uid, "data": version.data})


def restore_version(store: Store, call: Call, uid: str) -> Answer:
    found = _known(store, call, uid)
    number = call.body["version"]
    version = next(v for v in found.versions if v.number == number)
    data = {**copy.deepcopy(version.data), "version": found.version}
    message = {"message": f"Restored from version {number}"}
    again = Call("POST", call.path, body=message, user=call.user)
    return _stored(store, again, data, found.folder, found)


def _known(store: Store, call: Call, uid: str) -> Dashboard:
    if uid in store.dashboards and uid not in store.denied:
        return store.dashboards[uid]
    refusal = Refusal(404, "Dashboard not found")
    if uid in store.denied or (call.user and not call.user.server_admin):
        refusal.answer = denied("dashboards:read")  # it has no place that one could have rights on
    raise refusal


def _existing(store: Store, data: Json, uid: str, *, overwrite: bool) -> Dashboard | None:
    """Return the dashboard that is saved over, found by its uid."""
    if data.get("id") and data["id"] not in {d.id for d in store.dashboards.values()}:
        raise Refusal(404, "Dashboard not found", "not-found")
    if uid in store.folders:
        raise Refusal(400, "Dashboard cannot be changed to a folder")
    existing = store.dashboards.get(uid)
    if existing and existing.version != data.get("version", 0) and not overwrite:
        raise Refusal(*(CHANGED_13 if store.numbers >= (13, 0) else CHANGED))
    return existing


def _twin(
    store: Store, data: Json, folder: str, existing: Dashboard | None, *, overwrite: bool
) -> Dashboard | None:
    """Look for the title up to 11.2: a twin is refused, or takes the place of what was meant."""
    if not store.unique_titles:
        return existing
    name = slug(data["title"])
    if any(slug(f.title) == name for f in store.folders.values()):
        raise Refusal(400, "Dashboard name cannot be the same as folder", "name-match")
    for other in store.dashboards.values():
        if other is not existing and other.folder == folder and slug(other.title) == name:
            if not overwrite:
                raise Refusal(*TWIN)
            return other
    return existing


def _stored(
    store: Store, call: Call, data: Json, folder: str, existing: Dashboard | None
) -> Answer:
    if refresh := data.get("refresh"):
        data["refresh"] = _slow_enough(refresh)
        if store.numbers >= (13, 0) and data["refresh"] != refresh:
            raise Refusal(400, "Dashboard refresh interval is too low")
    uid = existing.uid if existing else str(data.get("uid") or "") or store.new_uid()
    number = existing.version + 1 if existing else 1
    if existing and store.numbers >= (13, 0) and _same(existing, data, folder):
        number = existing.version  # a save that changes nothing counts for nothing
    identity = existing.id if existing else store.next_id()
    data |= {"id": identity, "uid": uid, "version": number}
    version = Version(
        id=store.next_id(),
        number=number,
        parent=number - 1,
        message=str(call.body.get("message") or ""),
        by=call.user.login if call.user else "Anonymous",
        data=data,
        created=now(),
    )
    if existing:
        existing.versions = [*existing.versions, version][-store.keep_versions :]
        existing.folder, existing.data = folder, data
    else:
        store.dashboards[uid] = Dashboard(identity, uid, folder, data, [version])
    if store.numbers < (11, 0) and not set(used_panels(data.get("panels"))) <= set(store.library):
        raise Refusal(500, "Error while connecting library panels")  # it is saved all the same
    name = slug(data["title"])
    answer = {"id": identity, "slug": name, "status": "success", "uid": uid, "version": number}
    return Answer(200, {**answer, "url": f"/d/{uid}/{name}"})


def _same(existing: Dashboard, data: Json, folder: str) -> bool:
    ours = {**data, "id": 0, "version": 0}
    return (folder, ours) == (existing.folder, {**existing.data, "id": 0, "version": 0})


def _slow_enough(refresh: object) -> object:
    if isinstance(refresh, str) and refresh.endswith("s") and refresh[:-1].isdigit():
        return refresh if int(refresh[:-1]) >= MIN_REFRESH else f"{MIN_REFRESH}s"
    return refresh


def _document(dashboard: Dashboard) -> Json:
    return {**dashboard.data, "version": dashboard.version}


def _listed(dashboard: Dashboard, version: Version) -> Json:
    facts = {**_facts(dashboard, version), "dashboardUid": ""}
    return facts if version.number > 1 else {**facts, "message": "Initial save"}


def _facts(dashboard: Dashboard, version: Version) -> Json:
    return {
        "id": version.id,
        "dashboardId": dashboard.id,
        "parentVersion": version.parent,
        "restoredFrom": 0,
        "version": version.number,
        "created": version.created,
        "createdBy": version.by,
        "message": version.message,
    }


ROUTES = (
    Route("GET", "/dashboards/uid/*", get_dashboard),
    Route(
        "POST",
        "/dashboards/db",
        save_dashboard,
        "Editor",
        "any of dashboards:create, dashboards:write",
    ),
    Route("DELETE", "/dashboards/uid/*", delete_dashboard, "Editor", "dashboards:delete"),
    Route("GET", "/dashboards/uid/*/versions", list_versions, "Editor", "dashboards:write"),
    Route("GET", "/dashboards/uid/*/versions/*", get_version, "Editor", "dashboards:write"),
    Route("POST", "/dashboards/uid/*/restore", restore_version, "Editor", "dashboards:write"),
)
