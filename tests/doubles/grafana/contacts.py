"""Contact points: /api/v1/provisioning/contact-points, one entry for each integration."""

import copy
import re

from tests.doubles.grafana import provenance
from tests.doubles.grafana.answers import PROVISIONING_READ as READ
from tests.doubles.grafana.answers import PROVISIONING_WRITE as WRITE
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.integrations import SECRETS, complaint, secrets_of
from tests.doubles.grafana.policies import routes_of
from tests.doubles.grafana.store import Integration, Store
from tests.doubles.grafana.versions import (
    CHECKED_UIDS,
    NAMED_ERRORS,
    NEEDS_NAME,
    PLAIN_ECHO,
    USED_IS_409,
    VEILED_MISMATCH,
)

KIND = "contact point"
REDACTED = "[REDACTED]"
INVALID = "invalid object specification"
ERRORS = "alerting.notifications.contact-points"


def list_contact_points(store: Store, call: Call) -> Answer:
    names = call.query.get("name", [])
    found = [
        (name, integration)
        for name, integrations in store.contact_points.items()
        for integration in integrations
        if not names or integration.shown_as(name) in names
    ]
    by_uid = store.has(PLAIN_ECHO)
    found.sort(key=lambda pair: (pair[1].shown_as(pair[0]), pair[1].uid if by_uid else ""))
    return Answer(200, [_document(store, name, integration) for name, integration in found])


def create_contact_point(store: Store, call: Call) -> Answer:
    name, new = _valid(store, call, _object(call), None)
    new.uid = new.uid or store.new_uid()
    if taken := _place(store, new.uid):
        raise _taken(store, new.uid, taken)
    provenance.count_write(store, call)
    store.contact_points.setdefault(name, []).append(new)
    provenance.note(store, KIND, new.uid, provenance.given(store, call))
    return Answer(202, _echo(store, name, new))


def update_contact_point(store: Store, call: Call, uid: str) -> Answer:
    body = {**_object(call), "uid": uid}
    if body.get("settings") is None:
        raise Refusal(400, f"{INVALID}: settings should not be empty")
    place = _place(store, uid)
    if not place:
        raise Refusal(404, f"object not found: contact point with uid '{uid}' not found")
    old = next(i for i in store.contact_points[place] if i.uid == uid)
    name, new = _valid(store, call, body, old)
    _check_provenance(store, call, uid)
    provenance.count_write(store, call)
    _replace(store, place, old, name, new)
    provenance.note(store, KIND, uid, provenance.given(store, call))
    return Answer(202, {"message": "contactpoint updated"})


def delete_contact_point(store: Store, call: Call, uid: str) -> Answer:
    place = _place(store, uid)
    if place:
        left = [i for i in store.contact_points[place] if i.uid != uid]
        if not left:
            _refuse_used(store, place)
        provenance.count_write(store, call)
        store.contact_points[place] = left
        if not left:
            del store.contact_points[place]
    provenance.forget(store, KIND, uid)
    return Answer(202, {"message": "contactpoint deleted"})


def _object(call: Call) -> Json:
    if not isinstance(call.body, dict):
        raise Refusal(400, "bad request data")
    return call.body


def _place(store: Store, uid: str) -> str:
    """Return the name of the contact point that has an integration."""
    for name, integrations in store.contact_points.items():
        if any(i.uid == uid for i in integrations):
            return name
    return ""


def _taken(store: Store, uid: str, place: str) -> Refusal:
    exists = "exists" if store.has(NAMED_ERRORS) else "exist"
    message = (
        f"eceiver configuration with UID '{uid}' already {exists} in contact point '{place}'."
        " Please use unique identifiers for receivers across all contact points"
    )
    if not store.has(NAMED_ERRORS):
        return Refusal(500, f"r{message}")
    return Refusal.named(409, f"{ERRORS}.uidInUse", f"R{message}.", Name=place, UID=uid)


def _valid(
    store: Store, call: Call, body: Json, old: Integration | None
) -> tuple[str, Integration]:
    """Return the name and the integration that a body describes, with secrets kept from `old`."""
    name, type_, uid = (str(body.get(key) or "") for key in ("name", "type", "uid"))
    _check_names(store, name, uid)
    if type_ not in SECRETS:
        raise Refusal(400, f"{INVALID}: {_type_complaint(store, type_)}")
    settings = copy.deepcopy(body.get("settings") or {})
    secrets = {key: settings.pop(key, "") for key in secrets_of(store, type_)}
    if old:
        secrets = {
            key: old.secrets.get(key, "") if value == REDACTED else value
            for key, value in secrets.items()
        }
    if wrong := complaint(type_, {**settings, **secrets}):
        what = f'receiver of type "{type_}"'
        if store.has(NAMED_ERRORS):
            what = f'integration "{name}" (UID {uid}) of type "{type_}"'
        raise Refusal(400, f"{INVALID}: failed to validate {what}: {wrong}")
    silent = bool(body.get("disableResolveMessage"))
    return name, Integration(uid, type_, settings, secrets, silent)


def _check_names(store: Store, name: str, uid: str) -> None:
    if not name and store.has(NEEDS_NAME):
        raise Refusal(400, f"{INVALID}: name is required")
    problem = ""
    if len(uid) > 40:
        problem = "UID is longer than 40 symbols"
    elif not re.fullmatch("[A-Za-z0-9_-]*", uid):
        problem = "invalid format of UID. Only letters, numbers, '-' and '_' are allowed"
    if problem and store.has(CHECKED_UIDS):
        raise Refusal(400, f"{INVALID}\ncannot create contact point with UID '{uid}': {problem}")


def _type_complaint(store: Store, type_: str) -> str:
    if not type_:
        return "type should not be an empty string"
    known = f"unknown integration type: {type_}" if store.has(NAMED_ERRORS) else ""
    return known or f"unknown type '{type_}'"


def _check_provenance(store: Store, call: Call, uid: str) -> None:
    stored, sent = provenance.of(store, KIND, uid), provenance.given(store, call)
    if stored in ("", sent):
        return
    if store.has(VEILED_MISMATCH):
        raise Refusal(500, "Internal Server Error")
    raise Refusal(500, f"cannot changed provenance from '{stored}' to '{sent}'")


def _replace(store: Store, place: str, old: Integration, name: str, new: Integration) -> None:
    """Put an integration in the place of another; a new name moves it, or renames all of it."""
    if name == place:
        integrations = store.contact_points[place]
        integrations[integrations.index(old)] = new
    elif store.contact_points[place] == [old] and name not in store.contact_points:
        points = store.contact_points.items()
        store.contact_points = {
            (name if key == place else key): ([new] if key == place else value)
            for key, value in points
        }
        _rename_where_used(store, place, name)
    else:
        store.contact_points[place].remove(old)
        store.contact_points.setdefault(name, []).append(new)
        if not store.contact_points[place]:
            del store.contact_points[place]
            _rename_where_used(store, place, name)


def _rename_where_used(store: Store, old: str, new: str) -> None:
    for place in (*routes_of(store.policies), *store.rules_settings()):
        if place.get("receiver") == old:
            place["receiver"] = new


def _refuse_used(store: Store, name: str) -> None:
    named = store.has(NAMED_ERRORS)
    if any(route.get("receiver") == name for route in routes_of(store.policies)):
        if not named:
            raise Refusal(500, f"contact point '{name}' is currently used by a notification policy")
        message = "Contact point is currently referenced by a notification policy."
        status = 409 if store.has(USED_IS_409) else 400
        raise Refusal.named(status, f"{ERRORS}.referenced", message)
    if any(settings["receiver"] == name for settings in store.rules_settings()):
        message = (
            "Contact point is currently used in the notification settings of one or many alert"
            " rules."
        )
        raise Refusal.named(409, f"{ERRORS}.used-by-rule", message)


def _document(store: Store, name: str, integration: Integration) -> Json:
    found = provenance.of(store, KIND, integration.uid)
    hidden = {key: REDACTED for key, value in integration.secrets.items() if value}
    return {
        "uid": integration.uid,
        "name": integration.shown_as(name),
        "type": integration.type,
        "settings": {**integration.settings, **hidden},
        "disableResolveMessage": integration.silent,
        **({"provenance": found} if found else {}),
    }


def _echo(store: Store, name: str, integration: Integration) -> Json:
    """Return the answer to a POST: older ones hide secrets that were not sent, too."""
    document = _document(store, name, integration)
    if store.has(PLAIN_ECHO):
        return {key: value for key, value in document.items() if key != "provenance"}
    hidden = dict.fromkeys(integration.secrets, REDACTED)
    return {**document, "settings": {**document["settings"], **hidden}}


ROUTES = (
    Route("GET", "/v1/provisioning/contact-points", list_contact_points, *READ),
    Route("POST", "/v1/provisioning/contact-points", create_contact_point, *WRITE),
    Route("PUT", "/v1/provisioning/contact-points/*", update_contact_point, *WRITE),
    Route("DELETE", "/v1/provisioning/contact-points/*", delete_contact_point, *WRITE),
)
