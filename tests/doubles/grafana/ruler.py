"""The ruler, by which Grafana's own pages read and write rules: /api/ruler/grafana/api/v1/rules."""

from collections.abc import Iterable

from tests.doubles.grafana import provenance, rulebody, rules
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.durations import milliseconds, rendered
from tests.doubles.grafana.store import Rule, Store
from tests.doubles.grafana.versions import FOLDERS_BY_UID, KEEP_FIRING, PAUSED


def list_rules(store: Store, call: Call) -> Answer:
    return Answer(200, _by_folder(store, list(store.folders)))


def list_folder(store: Store, call: Call, name: str) -> Answer:
    return Answer(202, _by_folder(store, [_folder(store, name)]))


def get_group(store: Store, call: Call, name: str, group: str) -> Answer:
    return Answer(202, _group(store, group, store.group(_folder(store, name), group)))


def save_group(store: Store, call: Call, name: str) -> Answer:
    """Make new rules as a person does in the UI."""
    folder, body = _folder(store, name), call.body
    interval = (milliseconds(body["interval"]) or 0) // 1000
    for sent in body["rules"]:
        alert = sent["grafana_alert"]
        rule = {
            **sent,
            "title": alert["title"],
            "condition": alert["condition"],
            "data": alert["data"],
            "noDataState": alert["no_data_state"],
            "execErrState": alert["exec_err_state"],
            "folderUID": folder,
            "ruleGroup": body["name"],
        }
        checked = rulebody.check(store, rulebody.read(store, rule))
        rules.insert(store, checked, interval, index=0)
    return Answer(202, {"message": "rule group updated successfully"})


def _folder(store: Store, name: str) -> str:
    if store.has(FOLDERS_BY_UID):
        if name in store.folders:
            return name
        raise Refusal(403, "Access denied")
    for folder in store.folders.values():
        if folder.title == name:
            return folder.uid
    raise Refusal(404, "folder not found", "not-found")


def _by_folder(store: Store, folders: Iterable[str]) -> Json:
    found: Json = {}
    for folder in folders:
        names = dict.fromkeys(r.group for r in store.rules.values() if r.folder == folder)
        groups = [_group(store, name, store.group(folder, name)) for name in names]
        if groups:
            found[_path(store, folder)] = groups
    return found


def _path(store: Store, folder: str) -> str:
    above = store.folders[folder].parent
    title = store.folders[folder].title
    return f"{_path(store, above)}/{title}" if above else title


def _group(store: Store, name: str, found: list[Rule]) -> Json:
    interval = rendered(found[0].interval * 1000) if found else "1m"
    return {"name": name, "interval": interval, "rules": [_rule(store, rule) for rule in found]}


def _rule(store: Store, rule: Rule) -> Json:
    document, owner = rule.document, provenance.of(store, rules.KIND, rule.uid)
    alert: Json = {
        **{key: document[key] for key in ("title", "condition", "data", "updated", "uid")},
        "intervalSeconds": rule.interval,
        "version": rule.version,
        "namespace_uid": rule.folder,
        "rule_group": rule.group,
        "no_data_state": document["noDataState"],
        "exec_err_state": document["execErrState"],
        **({"provenance": owner} if owner else {}),
    }
    if not store.has(PAUSED):
        folder = store.folders[rule.folder].id
        alert |= {"id": document["id"], "orgId": 1, "namespace_id": folder}
    else:
        alert["is_paused"] = document["isPaused"]
    newer = {"keep_firing_for": document["keep_firing_for"]} if store.has(KEEP_FIRING) else {}
    texts = {key: document[key] for key in ("labels", "annotations") if key in document}
    return {"expr": "", "for": document["for"], **newer, **texts, "grafana_alert": alert}


RULES = "/ruler/grafana/api/v1/rules"
ROUTES = (
    Route("GET", RULES, list_rules),
    Route("GET", f"{RULES}/*", list_folder),
    Route("GET", f"{RULES}/*/*", get_group),
    Route("POST", f"{RULES}/*", save_group, "Editor", "alert.rules:create"),
)
