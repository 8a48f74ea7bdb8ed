"""Data sources: /api/datasources."""

import re
from urllib.parse import urlsplit

from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.store import Datasource, Store
from tests.doubles.grafana.versions import PLUGIN_ALIASES

UNSET: Json = {
    "url": "",
    "user": "",
    "database": "",
    "basicAuth": False,
    "basicAuthUser": "",
    "withCredentials": False,
    "isDefault": False,
}
ALIASES = {
    "postgres": "grafana-postgresql-datasource",
    "testdata": "grafana-testdata-datasource",
}
LISTED_NOT = ("basicAuthUser", "withCredentials", "version")


def list_datasources(store: Store, call: Call) -> Answer:
    found = sorted(store.datasources.values(), key=lambda d: d.fields["name"].lower())
    return Answer(200, [_listed(source) for source in found])


def get_datasource(store: Store, call: Call, uid: str) -> Answer:
    return Answer(200, _document(_known(store, uid)))


def create_datasource(store: Store, call: Call) -> Answer:
    body = _valid(call)
    if any(d.fields["name"] == body["name"] for d in store.datasources.values()):
        raise Refusal(409, "data source with the same name already exists")
    uid = body.get("uid") or store.new_uid()
    if store.numbers >= (12, 0) and not re.fullmatch("[A-Za-z0-9_-]{1,40}", uid):
        raise Refusal(400, "Invalid datasource UID.")
    if uid in store.datasources:
        raise Refusal(409, "data source with the same uid already exists")
    new = Datasource(store.next_id(), {"readOnly": False, "version": 1})
    _fill(store, new, {**UNSET, **body, "uid": uid})
    if store.numbers >= (10, 3) and not store.datasources:
        new.fields["isDefault"] = True
    store.datasources[uid] = new
    _one_default(store, new)
    return _changed(new, "Datasource added")


def update_datasource(store: Store, call: Call, uid: str) -> Answer:
    body, source = _valid(call), _known(store, uid)
    if source.fields["readOnly"]:
        raise Refusal(403, "Cannot update read-only data source")
    if store.numbers >= (13, 0) and body.get("uid", uid) != uid:
        raise Refusal(400, "UID in the payload must match the UID in the URL")
    version = body.get("version", 0)
    if version and source.fields["version"] > version:
        raise Refusal(409, "Datasource has already been updated by someone else. Please reload")
    kept = source.fields["basicAuthUser"]
    _fill(store, source, {**UNSET, **body, "version": version + 1})
    source.fields["basicAuthUser"] = source.fields["basicAuthUser"] or kept
    if source.fields["uid"] != uid:  # the uid of the body counts
        store.datasources[source.fields["uid"]] = store.datasources.pop(uid)
    _one_default(store, source)
    return _changed(source, "Datasource updated")


def delete_datasource(store: Store, call: Call, uid: str) -> Answer:
    source = _known(store, uid)
    if source.fields["readOnly"]:
        raise Refusal(403, "Cannot delete read-only data source")
    del store.datasources[uid]
    return Answer(200, {"id": source.id, "message": "Data source deleted"})


def check_health(store: Store, call: Call, uid: str) -> Answer:
    if uid not in store.datasources:
        raise Refusal(500, "Unable to load datasource metadata")
    raise Refusal(404, "Not found")


def _known(store: Store, uid: str) -> Datasource:
    if uid not in store.datasources:
        raise Refusal(404, "Data source not found")
    return store.datasources[uid]


def _valid(call: Call) -> Json:
    body = call.body
    if not isinstance(body, dict) or not all(body.get(k) for k in ("name", "type", "access")):
        raise Refusal(400, "bad request data")
    try:
        urlsplit(body.get("url") or "")
    except ValueError:
        raise Refusal(400, "Validation error, invalid URL") from None
    if call.method == "PUT" and body["type"] == "prometheus" and not body.get("url"):
        raise Refusal(400, "Validation error, invalid URL")
    return body


def _fill(store: Store, source: Datasource, body: Json) -> None:
    """Take over all fields of a body; of the secrets only those that are sent."""
    taken = {k: v for k, v in body.items() if k not in ("secureJsonData", "id", "readOnly")}
    if store.has(PLUGIN_ALIASES):
        taken["type"] = ALIASES.get(body["type"], body["type"])
    source.fields |= {**taken, "jsonData": body.get("jsonData") or {}}
    for name, value in (body.get("secureJsonData") or {}).items():
        if value:
            source.secrets[name] = value
        else:
            source.secrets.pop(name, None)


def _one_default(store: Store, chosen: Datasource) -> None:
    if chosen.fields["isDefault"]:
        for source in store.datasources.values():
            source.fields["isDefault"] = source is chosen


def _document(source: Datasource) -> Json:
    secure = dict.fromkeys(sorted(source.secrets), True)
    extra = {"id": source.id, "orgId": 1, "typeLogoUrl": "", "secureJsonFields": secure}
    return {**source.fields, **extra}


def _listed(source: Datasource) -> Json:
    fields = {k: v for k, v in source.fields.items() if k not in LISTED_NOT}
    extra = {"id": source.id, "orgId": 1, "typeLogoUrl": "", "typeName": source.fields["type"]}
    return {**fields, **extra}


def _changed(source: Datasource, message: str) -> Answer:
    name = source.fields["name"]
    answer = {"datasource": _document(source), "id": source.id, "message": message, "name": name}
    return Answer(200, answer)


ROUTES = (
    Route("GET", "/datasources", list_datasources),
    Route("GET", "/datasources/uid/*", get_datasource),
    Route("GET", "/datasources/uid/*/health", check_health),
    Route("POST", "/datasources", create_datasource, "Admin", "datasources:create"),
    Route("PUT", "/datasources/uid/*", update_datasource, "Admin", "datasources:write"),
    Route("DELETE", "/datasources/uid/*", delete_datasource, "Admin", "datasources:delete"),
)
