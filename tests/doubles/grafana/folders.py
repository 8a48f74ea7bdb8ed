"""Folders: /api/folders."""

from tests.doubles.grafana import library
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route, denied
from tests.doubles.grafana.store import Folder, Store, checked_uid, now, slug

TAKEN = (
    409,
    "a folder or dashboard in the general folder with the same name already exists",
)


def list_folders(store: Store, call: Call) -> Answer:
    parent = call.query.get("parentUid", [""])[0]
    found = [f for f in store.folders.values() if f.parent == parent]
    limit, page = call.number("limit", 1000), call.number("page", 1)
    shown = sorted(found, key=lambda f: f.title.lower())[(page - 1) * limit : page * limit]
    return Answer(200, [{"id": f.id, "uid": f.uid, "title": f.title} for f in shown])


def get_folder(store: Store, call: Call, uid: str) -> Answer:
    return Answer(200, _document(store, _known(store, call, uid)))


def create_folder(store: Store, call: Call) -> Answer:
    body = _object(call)
    uid, title = str(body.get("uid") or "").strip(), str(body.get("title") or "").strip()
    parent = str(body.get("parentUid") or "") if store.nested_folders else ""
    if not title:
        raise Refusal(400, "folder title cannot be empty")
    if title.lower() == "general":
        raise Refusal(400, "A folder with that name already exists")
    checked_uid(uid)
    if uid in store.folders:
        raise _changed(store)
    if parent and parent not in store.folders:
        raise Refusal(404, "folder not found", "not-found")
    _refuse_twin(store, title, parent)
    new = Folder(store.next_id(), uid or store.new_uid(), title, parent=parent)
    store.folders[new.uid] = new
    return Answer(200, _document(store, new))


def update_folder(store: Store, call: Call, uid: str) -> Answer:
    folder, body = _known(store, call, uid), _object(call)
    title = str(body.get("title") or "").strip()
    if not title:
        raise Refusal(400, "folder title cannot be empty")
    if body.get("version", 0) != folder.version and not body.get("overwrite"):
        raise _changed(store)
    _refuse_twin(store, title, folder.parent, besides=uid)
    folder.title, folder.version = title, folder.version + 1
    return Answer(200, _document(store, folder))


def move_folder(store: Store, call: Call, uid: str) -> Answer:
    if not store.nested_folders:
        raise Refusal(404, "To use this service, you need to activate nested folder feature.")
    folder, parent = _known(store, call, uid), str(_object(call).get("parentUid") or "")
    if parent and any(f.uid == parent for f in store.inside(uid)):
        raise Refusal(400, "circular reference detected")
    if parent and parent not in store.folders:
        raise Refusal(404, "folder not found", "not-found")
    folder.parent, folder.version = parent, folder.version + 1
    return Answer(200, _document(store, folder))


def delete_folder(store: Store, call: Call, uid: str) -> Answer:
    _known(store, call, uid)
    rules = [r.uid for r in store.rules.values() if r.folder in {f.uid for f in store.inside(uid)}]
    if rules and call.query.get("forceDeleteRules") != ["true"]:
        raise _has_rules(store)
    if any(library.in_use(store, folder.uid) for folder in store.inside(uid)):
        raise Refusal(
            403, "Folder could not be deleted because it contains library elements in use"
        )
    for rule in rules:
        del store.rules[rule]
    for folder in list(store.inside(uid)):
        for element in [e.uid for e in store.library.values() if e.folder == folder.uid]:
            del store.library[element]
        for dashboard in [d.uid for d in store.dashboards.values() if d.folder == folder.uid]:
            del store.dashboards[dashboard]
        del store.folders[folder.uid]
    return Answer(200, text="") if store.numbers < (10, 0) else Answer(200, {"message": "deleted"})


def count_contents(store: Store, call: Call, uid: str) -> Answer:
    if store.numbers < (10, 0):
        raise Refusal(404, "Not found")
    _known(store, call, uid)
    below = {f.uid for f in store.inside(uid)}
    dashboards = sum(d.folder in below for d in store.dashboards.values())
    counts = {
        "alertrule": sum(r.folder in below for r in store.rules.values()),
        "dashboard": dashboards,
        "folder": len(below) - 1,
        "librarypanel": sum(e.folder in below for e in store.library.values()),
    }
    if store.numbers >= (13, 0):
        counts = {f"{noun}s": number for noun, number in counts.items()}
    return Answer(200, counts)


def _known(store: Store, call: Call, uid: str) -> Folder:
    if uid in store.folders:
        return store.folders[uid]
    if call.user and not call.user.server_admin:
        raise Denial("folders:read")
    raise Refusal(404, "folder not found", "not-found")


class Denial(Refusal):
    """The answer of the access control, for what does not exist as well."""

    def __init__(self, permission: str) -> None:
        super().__init__(403, "")
        self.answer = denied(permission)


def _has_rules(store: Store) -> Refusal:
    if store.numbers >= (13, 0):
        message = "Folder cannot be deleted: folder is not empty"
        return Refusal.named(400, "folder.not-empty", message)
    return Refusal(400, "folder cannot be deleted: folder contains alert rules")


def _changed(store: Store) -> Refusal:
    word = "version-mismatch" if store.numbers < (13, 0) else ""
    return Refusal(412, "the folder has been changed by someone else", word)


def _refuse_twin(store: Store, title: str, parent: str, besides: str = "") -> None:
    if not store.unique_titles:
        return
    name = slug(title)
    twins = [f for f in store.folders.values() if f.parent == parent and slug(f.title) == name]
    flat = [d for d in store.dashboards.values() if not parent and not d.folder]
    if any(f.uid != besides for f in twins) or any(slug(d.title) == name for d in flat):
        raise Refusal(*TAKEN)


def _object(call: Call) -> Json:
    if not isinstance(call.body, dict):
        raise Refusal(400, "bad request data")
    return call.body


def _document(store: Store, folder: Folder) -> Json:
    document = {
        "id": folder.id,
        "uid": folder.uid,
        "title": folder.title,
        "url": f"/dashboards/f/{folder.uid}/{slug(folder.title)}",
        "hasAcl": False,
        **dict.fromkeys(("canSave", "canEdit", "canAdmin", "canDelete"), True),
        **dict.fromkeys(("createdBy", "updatedBy"), "admin"),
        **dict.fromkeys(("created", "updated"), now()),
        "version": folder.version,
        "parentUid": folder.parent,
    }
    if store.nested_folders and folder.parent:
        document["parents"] = _parents(store, folder)
    return document


def _parents(store: Store, folder: Folder) -> list[Json]:
    above = store.folders.get(folder.parent)
    return [*_parents(store, above), {"uid": above.uid, "title": above.title}] if above else []


ROUTES = (
    Route("GET", "/folders", list_folders),
    Route("GET", "/folders/*", get_folder),
    Route("GET", "/folders/*/counts", count_contents),
    Route("POST", "/folders", create_folder, "Editor", "folders:create"),
    Route("POST", "/folders/*/move", move_folder, "Editor", "folders:write"),
    Route("PUT", "/folders/*", update_folder, "Editor", "folders:write"),
    Route("DELETE", "/folders/*", delete_folder, "Editor", "folders:delete"),
)
