"""Mute timings: /api/v1/provisioning/mute-timings."""

from tests.doubles.grafana import provenance
from tests.doubles.grafana.answers import PROVISIONING_READ as READ
from tests.doubles.grafana.answers import PROVISIONING_WRITE as WRITE
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.intervals import BAD, normal
from tests.doubles.grafana.policies import routes_of
from tests.doubles.grafana.store import Store, digest
from tests.doubles.grafana.versions import (
    NAMED_ERRORS,
    NO_WAY_BACK,
    OWNERS_SHOWN,
    USED_IS_409,
    VERSIONED,
)

KIND = "timing"
TAKEN = "invalid object specification: a mute timing with this name already exists"
TAKEN_NAMED = (
    "Time interval with this name already exists. Use a different name or update existing one."
)
ERRORS = "alerting.notifications.time-intervals"


def list_timings(store: Store, call: Call) -> Answer:
    names = sorted(store.timings) if store.has(VERSIONED) else list(store.timings)
    return Answer(200, [_document(store, name) for name in names])


def get_timing(store: Store, call: Call, name: str) -> Answer:
    if name not in store.timings:
        return _absent(store)
    return Answer(200, _document(store, name))


def create_timing(store: Store, call: Call) -> Answer:
    name, intervals = _valid(call)
    if name in store.timings:
        if store.has(NAMED_ERRORS):
            raise Refusal.named(400, f"{ERRORS}.nameExists", TAKEN_NAMED)
        raise Refusal(400, TAKEN)
    return Answer(201, _stored(store, call, name, intervals))


def update_timing(store: Store, call: Call, name: str) -> Answer:
    sent, intervals = _valid(call)
    if name not in store.timings or (store.has(VERSIONED) and sent != name):
        return _absent(store)
    return Answer(202, _stored(store, call, name, intervals))


def delete_timing(store: Store, call: Call, name: str) -> Answer:
    if any(name in route.get("mute_time_intervals", ()) for route in routes_of(store.policies)):
        if store.has(NAMED_ERRORS):
            status = 409 if store.has(USED_IS_409) else 400
            raise Refusal.named(status, f"{ERRORS}.used", "Conflict", UsedByRoutes=True)
        raise Refusal(500, f"mute time '{name}' is currently used by a notification policy")
    users = [
        rule.uid
        for rule in store.rules.values()
        if name in (rule.document.get("notification_settings") or {}).get("mute_time_intervals", ())
    ]
    if users and store.has(USED_IS_409):
        raise Refusal.named(409, f"{ERRORS}.used", "Conflict", UsedByRules=users)
    provenance.count_write(store, call)
    store.timings.pop(name, None)
    provenance.forget(store, KIND, name)
    return Answer(204, text="")


def _valid(call: Call) -> tuple[str, list[Json]]:
    body = call.body
    if not isinstance(body, dict) or not body.get("name"):
        raise Refusal(*BAD)
    return str(body["name"]), [normal(interval) for interval in body.get("time_intervals") or []]


def _stored(store: Store, call: Call, name: str, intervals: list[Json]) -> Json:
    stored, given = provenance.of(store, KIND, name), provenance.given(store, call)
    first, last = NO_WAY_BACK
    if stored and not given and store.has(first) and not store.has(last):
        message = "Provenance change not allowed"
        raise Refusal.named(403, "alerting.notifications.invalidProvenance", message)
    provenance.count_write(store, call)
    store.timings[name] = intervals
    provenance.note(store, KIND, name, given)
    return {**_document(store, name), **_shown(store, name)}


def _document(store: Store, name: str) -> Json:
    document: Json = {"name": name, "time_intervals": store.timings[name]}
    if store.has(VERSIONED):
        document["version"] = digest(document)
    return {**document, **_shown(store, name)} if store.has(OWNERS_SHOWN) else document


def _shown(store: Store, name: str) -> Json:
    found = provenance.of(store, KIND, name)
    return {"provenance": found} if found else {}


def _absent(store: Store) -> Answer:
    if store.has(NAMED_ERRORS):
        raise Refusal.named(404, f"{ERRORS}.notFound", "NotFound")
    return Answer(404, None)


ROUTES = (
    Route("GET", "/v1/provisioning/mute-timings", list_timings, *READ),
    Route("GET", "/v1/provisioning/mute-timings/*", get_timing, *READ),
    Route("POST", "/v1/provisioning/mute-timings", create_timing, *WRITE),
    Route("PUT", "/v1/provisioning/mute-timings/*", update_timing, *WRITE),
    Route("DELETE", "/v1/provisioning/mute-timings/*", delete_timing, *WRITE),
)
