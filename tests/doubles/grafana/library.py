"""Library panels: /api/library-elements."""

import copy
from collections.abc import Iterator

from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.store import (
    Dashboard,
    LibraryElement,
    Store,
    checked_uid,
    now,
)

TAKEN = "library element with that name or UID already exists"
BAD = (400, "bad request data")
PANEL, VARIABLE = 1, 2


def list_elements(store: Store, call: Call) -> Answer:
    size, page = call.number("perPage", 100), call.number("page", 1)
    kind, folders = call.number("kind", 0), call.query.get("folderFilterUIDs", [])
    if ids := call.query.get("folderFilter"):
        numbers = {int(text) for text in ids[0].split(",")}
        folders = [uid for uid, folder in store.folders.items() if folder.id in numbers]
    found = [
        element
        for element in sorted(store.library.values(), key=lambda e: e.name.lower())
        if not kind or element.kind == kind
        if not (folders or ids) or element.folder in folders
    ]
    shown = [_document(store, e) for e in found[(page - 1) * size : page * size]]
    result = {"totalCount": len(found), "elements": shown, "page": page, "perPage": size}
    return Answer(200, {"result": result})


def get_element(store: Store, call: Call, uid: str) -> Answer:
    return Answer(200, {"result": _document(store, _known(store, uid), root=_root(store))})


def list_connections(store: Store, call: Call, uid: str) -> Answer:
    element = _known(store, uid)
    connections = [
        {
            "id": dashboard.id,
            "kind": 1,
            "elementId": element.id,
            "connectionId": dashboard.id,
            "connectionUid": dashboard.uid,
            "created": now(),
            "createdBy": _PERSON,
        }
        for dashboard in _users(store, uid)
    ]
    return Answer(200, {"result": connections})


def create_element(store: Store, call: Call) -> Answer:
    body = _object(call)
    uid, name = str(body.get("uid") or ""), str(body.get("name") or "")
    folder, model = _folder(store, body), body.get("model")
    checked_uid(uid)
    if body.get("kind") not in (PANEL, VARIABLE) or not isinstance(model, dict):
        raise Refusal(500, "Failed to create library element")
    if uid in store.library or _namesakes(store, name, folder):
        raise Refusal(400, TAKEN)
    element = LibraryElement(
        store.next_id(), uid or store.new_uid(), name, folder, body["kind"], _filled(model)
    )
    store.library[element.uid] = element
    return Answer(200, {"result": _echo(store, element, folder)})


def update_element(store: Store, call: Call, uid: str) -> Answer:
    element, body = _known(store, uid), _object(call)
    if not body.get("kind") or not body.get("version"):
        raise Refusal(*BAD)
    if body["version"] != element.version:
        raise Refusal(412, "the library element has been changed by someone else")
    folder, name = _folder(store, body), str(body.get("name") or element.name)
    renamed = checked_uid(str(body.get("uid") or uid))
    twins = [e for e in _namesakes(store, name, folder) if e is not element]
    if twins or (renamed != uid and renamed in store.library):
        raise Refusal(400, TAKEN)
    if isinstance(body.get("model"), dict):
        element.model = _filled(body["model"], element.model["description"])
    element.name, element.version = name, element.version + 1
    if folder or store.numbers >= (11, 0):  # before, nothing could be moved to the root
        element.folder = folder
    del store.library[uid]
    element.uid = renamed
    store.library[renamed] = element
    return Answer(200, {"result": _echo(store, element, folder)})


def delete_element(store: Store, call: Call, uid: str) -> Answer:
    element = _known(store, uid)
    if _users(store, uid):
        raise Refusal(403, "the library element has connections")
    del store.library[uid]
    return Answer(200, {"id": element.id, "message": "Library element deleted"})


def used_panels(panels: object) -> Iterator[str]:
    """Yield the uids of the library panels among panels and those in rows."""
    for panel in panels if isinstance(panels, list) else []:
        if isinstance(panel, dict):
            linked = panel.get("libraryPanel")
            if isinstance(linked, dict) and linked.get("uid"):
                yield str(linked["uid"])
            yield from used_panels(panel.get("panels"))


def in_use(store: Store, folder: str) -> bool:
    """Whether a library panel of a folder is in some dashboard."""
    return any(e.folder == folder and _users(store, e.uid) for e in store.library.values())


def _users(store: Store, uid: str) -> list[Dashboard]:
    return [d for d in store.dashboards.values() if uid in used_panels(d.data.get("panels"))]


def _known(store: Store, uid: str) -> LibraryElement:
    if uid not in store.library:
        raise Refusal(404, "library element could not be found")
    return store.library[uid]


def _object(call: Call) -> Json:
    if not isinstance(call.body, dict):
        raise Refusal(*BAD)
    return call.body


def _folder(store: Store, body: Json) -> str:
    uid = str(body.get("folderUid") or "")
    if uid and uid not in store.folders:
        raise Refusal(400, "failed to get folder")
    return uid


def _namesakes(store: Store, name: str, folder: str) -> list[LibraryElement]:
    if store.numbers >= (13, 0):
        return []  # names need not be unique
    return [e for e in store.library.values() if (e.name, e.folder) == (name, folder)]


def _filled(model: Json, description: str = "") -> Json:
    defaults = {"type": "", "description": description}
    return {**defaults, **copy.deepcopy(model)}


def _root(store: Store) -> str:
    """Return how the root is called where one element is read."""
    return "general" if store.numbers >= (13, 0) else ""


_PERSON = {"id": 1, "name": "admin", "avatarUrl": "/avatar/0"}


def _document(store: Store, element: LibraryElement, root: str = "") -> Json:
    title = store.folders[element.folder].title if element.folder else "General"
    return _shown(store, element, element.folder, element.folder or root, title)


def _echo(store: Store, element: LibraryElement, folder: str) -> Json:
    """Return the answer to a write: it shows the folder that was sent, taken or not."""
    return _shown(store, element, folder, folder, store.folders[folder].title if folder else "")


def _shown(store: Store, element: LibraryElement, folder: str, uid: str, title: str) -> Json:
    return {
        "id": element.id,
        "orgId": 1,
        "folderId": store.folders[folder].id if folder else 0,
        "folderUid": uid,
        "uid": element.uid,
        "name": element.name,
        "kind": element.kind,
        "type": element.model["type"],
        "description": element.model["description"],
        "model": element.model,
        "version": element.version,
        "meta": {
            "folderName": title,
            "folderUid": uid,
            "connectedDashboards": len(_users(store, element.uid)),
            **dict.fromkeys(("created", "updated"), now()),
            **dict.fromkeys(("createdBy", "updatedBy"), _PERSON),
        },
    }


ROUTES = (
    Route("GET", "/library-elements", list_elements),
    Route("GET", "/library-elements/*", get_element),
    Route("GET", "/library-elements/*/connections", list_connections),
    Route("POST", "/library-elements", create_element, "Editor", "library.panels:create"),
    Route("PATCH", "/library-elements/*", update_element, "Editor", "library.panels:write"),
    Route("DELETE", "/library-elements/*", delete_element, "Editor", "library.panels:delete"),
)
