"""Rule groups in Prometheus' own form: /api/convert/prometheus/config/v1/rules."""

import uuid
from typing import Any

import yaml

from tests.doubles.grafana import provenance, rulebody, rules
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.durations import milliseconds, rendered
from tests.doubles.grafana.store import Folder, Rule, Store
from tests.doubles.grafana.versions import CONVERT

OWNER = "converted_prometheus"
DONE = Answer(202, {"status": "success", "errorType": "", "error": ""})
SOURCE = "X-Grafana-Alerting-Datasource-UID"
PARENT = "x-grafana-alerting-folder-uid"
PAUSED = {
    "alert": "x-grafana-alerting-alert-rules-paused",
    "record": "x-grafana-alerting-recording-rules-paused",
}
FIXED_UID = "__grafana_alert_rule_uid__"
MINUTE = 60_000
KEYS = ("alert", "expr", "for", "keep_firing_for", "labels", "annotations", "record")
YAML = {"Content-Type": "text/yaml"}


def list_all(store: Store, call: Call) -> Answer:
    return _told(
        call, {f.title.split("/")[-1]: g for f in _folders(store, call) if (g := _groups(store, f))}
    )


def list_namespace(store: Store, call: Call, namespace: str) -> Answer:
    folder = _folder(store, call, namespace)
    found = _groups(store, folder)
    return _told(call, {namespace.split("/")[-1]: found} if found else {})


def get_group(store: Store, call: Call, namespace: str, group: str) -> Answer:
    found = _imported(store, _folder(store, call, namespace), group)
    if not found:
        raise Refusal(404, "Rule group not found")
    return _told(call, _group(group, found))


def post_group(store: Store, call: Call, namespace: str) -> Answer:
    source, group = _source(store, call), _loaded(call)
    with store.all_or_nothing():
        _import(store, call, namespace, group, source)
    return DONE


def post_all(store: Store, call: Call) -> Answer:
    source, namespaces = _source(store, call), _loaded(call)
    with store.all_or_nothing():
        for namespace, groups in namespaces.items():
            for group in groups:
                _import(store, call, namespace, group, source)
    return DONE


def delete_namespace(store: Store, call: Call, namespace: str) -> Answer:
    return _delete(store, _imported(store, _folder(store, call, namespace)))


def delete_group(store: Store, call: Call, namespace: str, group: str) -> Answer:
    return _delete(store, _imported(store, _folder(store, call, namespace), group))


def _delete(store: Store, found: list[Rule]) -> Answer:
    ours = [r for r in found if provenance.of(store, rules.KIND, r.uid) == OWNER]
    if not ours:
        return Answer(404, text="")
    for rule in ours:
        rules.drop(store, rule.uid)
    return DONE


def _source(store: Store, call: Call) -> str:
    uid = call.headers.get(SOURCE.lower(), "")
    if not uid:
        message = f"Missing datasource UID header: {SOURCE}"
        raise Refusal.named(400, "alerting.datasourceUIDHeaderMissing", message)
    if uid not in store.datasources:
        raise Refusal(404, "failed to get datasource: data source not found")
    return uid


def _loaded(call: Call) -> Any:
    """Return what the body says; JSON is YAML, too."""
    try:
        return yaml.safe_load(call.text)
    except yaml.YAMLError as error:
        raise Refusal(500, f"yaml: {error}") from None


def _import(store: Store, call: Call, namespace: str, group: Json, source: str) -> None:
    """Put a group in the place of the one that is there; without rules it goes."""
    name = _checked(group)
    folder = _made(store, call, namespace)
    owner = "" if provenance.HEADER in call.headers else OWNER
    for rule in store.group(folder.uid, name):
        stored = provenance.of(store, rules.KIND, rule.uid)
        if stored not in ("", owner):
            raise provenance.mismatch(store, "delete", owner, stored)
        rules.drop(store, rule.uid)
    interval = _length(group.get("interval")) or MINUTE
    if group.get("rules") and interval % (rulebody.SCHEDULER * 1000):
        problem = rulebody.no_interval(interval // 1000)
        raise Refusal(500, f"{rulebody.INVALID}: {problem}")
    for index, sent in enumerate(group.get("rules") or [], start=1):
        original = _normal(
            {**sent, "labels": {**group.get("labels", {}), **sent.get("labels", {})}}
        )
        kind = "record" if sent.get("record") else "alert"
        body = _managed(store, original, source) | {
            "uid": original.get("labels", {}).get(FIXED_UID) or _uid(folder, name, index),
            "folderUID": folder.uid,
            "ruleGroup": name,
            "isPaused": call.headers.get(PAUSED[kind]) == "true",
        }
        rule = rules.insert(store, rulebody.read(store, body), interval // 1000, index=index)
        rule.original = original
        provenance.note(store, rules.KIND, rule.uid, owner)


def _checked(group: Json) -> str:
    problem = ""
    if not group.get("name"):
        problem = "rule group name must not be empty"
    elif group.get("limit"):
        problem = "limit is not supported"
    if problem:
        name = "alerting.prometheusRuleGroupInvalid"
        raise Refusal.named(400, name, problem, Message=problem)
    return str(group["name"])


def _normal(sent: Json) -> Json:
    """Return a rule as it is read back: known fields in Grafana's order."""
    texts = {"for": sent.get("for"), "keep_firing_for": sent.get("keep_firing_for")}
    lengths = {key: rendered(_length(text)) for key, text in texts.items() if text}
    full = {"expr": "", **sent, **lengths}
    return {key: full[key] for key in KEYS if full.get(key) or key == "expr"}


def _length(text: object) -> int:
    length = milliseconds(str(text)) if text else 0
    if length is None:
        raise Refusal(500, f'not a valid duration string: "{text}"')
    return length


def _managed(store: Store, original: Json, source: str) -> Json:
    """Return the rule that Grafana evaluates."""
    query = {
        "refId": "query",
        "relativeTimeRange": {"from": 660, "to": 60},
        "datasourceUid": source,
        "model": {"expr": original["expr"], "instant": True, "range": False, "refId": "query"},
    }
    math = {"type": "math", "expression": "is_number($query) || is_nan($query) || is_inf($query)"}
    threshold = {"type": "threshold", "expression": "prometheus_math"}
    steps = [("prometheus_math", math), ("threshold", threshold)]
    record = {"metric": original.get("record"), "from": "query", "target_datasource_uid": source}
    return {
        "title": original.get("record") or original.get("alert"),
        "data": [
            query,
            *({"refId": n, "datasourceUid": "__expr__", "model": m} for n, m in steps),
        ][: 1 if original.get("record") else 3],
        "condition": "query" if original.get("record") else "threshold",
        "noDataState": "OK",
        "execErrState": "OK",
        "for": original.get("for"),
        "keep_firing_for": original.get("keep_firing_for"),
        "annotations": original.get("annotations"),
        "labels": {"__converted_prometheus_rule__": "true", **original.get("labels", {})},
        "record": record if original.get("record") else None,
    }


def _uid(folder: Folder, group: str, index: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{folder.uid}|{group}|{index}"))


def _folders(store: Store, call: Call) -> list[Folder]:
    """Return where namespaces are: at the root, or in the folder that a header names."""
    return [f for f in store.folders.values() if f.parent == call.headers.get(PARENT, "")]


def _find(store: Store, call: Call, namespace: str) -> Folder | None:
    return next((f for f in _folders(store, call) if f.title == namespace), None)


def _folder(store: Store, call: Call, namespace: str) -> Folder:
    found = _find(store, call, namespace)
    if not found:
        refusal = Refusal(404, "")
        refusal.answer = Answer(404, text="")
        raise refusal
    return found


def _made(store: Store, call: Call, namespace: str) -> Folder:
    if found := _find(store, call, namespace):
        return found
    uid, parent = f"alerting-{store.new_uid()}", call.headers.get(PARENT, "")
    store.folders[uid] = Folder(store.next_id(), uid, namespace, parent=parent)
    return store.folders[uid]


def _imported(store: Store, folder: Folder, group: str = "") -> list[Rule]:
    """Return the rules that came from Prometheus, in order."""
    names = dict.fromkeys(r.group for r in store.rules.values() if r.folder == folder.uid)
    found = [r for name in sorted(names) for r in store.group(folder.uid, name)]
    return [r for r in found if r.original is not None and group in ("", r.group)]


def _groups(store: Store, folder: Folder) -> list[Json]:
    found = _imported(store, folder)
    names = dict.fromkeys(rule.group for rule in found)
    return [_group(name, [rule for rule in found if rule.group == name]) for name in names]


def _group(name: str, found: list[Rule]) -> Json:
    interval = rendered(found[0].interval * 1000)
    return {"name": name, "interval": interval, "rules": [rule.original for rule in found]}


def _told(call: Call, content: Json) -> Answer:
    """Answer in YAML unless JSON is asked for."""
    if call.headers.get("accept") == "application/json":
        return Answer(200, content)
    return Answer(200, text=yaml.safe_dump(content, sort_keys=False), headers=YAML)


BASE = "/convert/prometheus/config/v1/rules"
CREATE = ("Editor", "all of alert.rules:create, alert.provisioning.provenance:write")
DELETE = ("Editor", "all of alert.rules:delete, alert.provisioning.provenance:write")
ROUTES = (
    Route("GET", BASE, list_all, since=CONVERT),
    Route("GET", f"{BASE}/*", list_namespace, since=CONVERT),
    Route("GET", f"{BASE}/*/*", get_group, since=CONVERT),
    Route("POST", BASE, post_all, *CREATE, since=CONVERT),
    Route("POST", f"{BASE}/*", post_group, *CREATE, since=CONVERT),
    Route("DELETE", f"{BASE}/*", delete_namespace, *DELETE, since=CONVERT),
    Route("DELETE", f"{BASE}/*/*", delete_group, *DELETE, since=CONVERT),
)
