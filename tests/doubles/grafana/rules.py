"""Single rules: /api/v1/provisioning/alert-rules."""

from tests.doubles.grafana import provenance, rulebody
from tests.doubles.grafana.answers import PROVISIONING_READ as READ
from tests.doubles.grafana.answers import PROVISIONING_WRITE as WRITE
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.store import Rule, Store, now
from tests.doubles.grafana.versions import (
    ABSENT_IS_404,
    CHECKED_FOLDERS,
    CONFLICT_IS_400,
    CONFLICT_IS_409,
    LIST_SAYS_OWNER,
    NAMED_ERRORS,
    ORDER_IN_GROUPS,
    RULE_LIST,
    TITLE_TWINS,
)

KIND = "rule"
DEFAULT_INTERVAL = 60  # seconds
CONFLICT = (
    "a conflicting alert rule is found:"
    " rule title under the same organisation and folder should be unique"
)


def list_rules(store: Store, call: Call) -> Answer:
    if not store.has(LIST_SAYS_OWNER):
        return Answer(200, [rule.document for rule in store.rules.values()])
    return Answer(200, [document(store, rule) for rule in store.rules.values()])


def get_rule(store: Store, call: Call, uid: str) -> Answer:
    if uid in store.rules:
        return Answer(200, document(store, store.rules[uid]))
    if store.has(ABSENT_IS_404):
        return Answer(404, text="")
    raise Refusal(500, "could not find alert rule")


def create_rule(store: Store, call: Call) -> Answer:
    body = rulebody.check(store, rulebody.read(store, call.body))
    if not body["ruleGroup"] and store.has(CHECKED_FOLDERS):
        raise Refusal(400, f"{rulebody.INVALID}: {rulebody.no_interval(0)}")
    interval = _interval(store, body["folderUID"], body["ruleGroup"])
    rule = insert(store, body, interval, index=1 if store.has(ORDER_IN_GROUPS) else 0)
    provenance.note(store, KIND, rule.uid, header(call))
    return Answer(201, document(store, rule))


def update_rule(store: Store, call: Call, uid: str) -> Answer:
    sent = rulebody.read(store, call.body)
    body = rulebody.check(store, {**sent, "uid": uid})
    if uid not in store.rules:
        return Answer(404, text="") if store.has(ABSENT_IS_404) else Answer(404, None)
    rule, given = store.rules[uid], header(call)
    stored = provenance.of(store, KIND, uid)
    if stored not in ("", given):
        if store.has(NAMED_ERRORS):
            raise provenance.mismatch(store, "update", given, stored)
        raise Refusal(500, f"cannot changed provenance from '{stored}' to '{given}'")
    if store.has(ORDER_IN_GROUPS):
        rule.index = 1
    change(store, rule, body, rule.interval)
    provenance.note(store, KIND, uid, given)
    return Answer(200, document(store, rule))


def delete_rule(store: Store, call: Call, uid: str) -> Answer:
    given, stored = provenance.given(store, call), provenance.of(store, KIND, uid)
    if stored not in ("", given):
        raise provenance.mismatch(store, "delete", given, stored)
    drop(store, uid)
    return Answer(204, text="")


def header(call: Call) -> str:
    """Return the provenance that a write of a single rule carries, which counts everywhere."""
    return "" if provenance.HEADER in call.headers else "api"


def insert(store: Store, body: Json, interval: int, *, index: int) -> Rule:
    """Store a new rule; raise a conflict."""
    uid = body["uid"] or store.new_uid()
    _refuse_twin(store, {**body, "uid": uid}, besides="")
    if uid in store.rules:
        raise _conflict(store, uid)
    rule = Rule({**body, "id": store.next_id(), "uid": uid, "orgID": 1}, interval, index=index)
    rule.document["updated"] = now()
    store.rules[uid] = rule
    return rule


def change(store: Store, rule: Rule, body: Json, interval: int) -> None:
    """Put a new body in the place of a rule's; raise a conflict."""
    _refuse_twin(store, body, besides=rule.uid)
    kept = {"id": rule.document["id"], "uid": rule.uid, "orgID": 1, "updated": now()}
    rule.document, rule.interval = {**body, **kept}, interval
    rule.version += 1


def drop(store: Store, uid: str) -> None:
    store.rules.pop(uid, None)
    provenance.forget(store, KIND, uid)


def document(store: Store, rule: Rule) -> Json:
    """Return a rule as it is read on its own."""
    found = provenance.of(store, KIND, rule.uid)
    return {**rule.document, **({"provenance": found} if found else {})}


def _interval(store: Store, folder: str, group: str) -> int:
    rules = store.group(folder, group)
    return rules[0].interval if rules else DEFAULT_INTERVAL


def _refuse_twin(store: Store, body: Json, besides: str) -> None:
    if store.has(TITLE_TWINS):
        return
    for other in store.rules.values():
        same = (other.folder, other.title) == (body["folderUID"], body["title"])
        if same and other.uid != besides:
            raise _conflict(store, body["uid"])


def _conflict(store: Store, uid: str) -> Refusal:
    if not store.has(CONFLICT_IS_409):
        return Refusal(400 if store.has(CONFLICT_IS_400) else 500, CONFLICT)
    problem = "UNIQUE constraint failed: alert_rule.org_id, alert_rule.uid"
    message = f"Failed to save alert rule '{uid}' in organization 1 due to conflict: {problem}"
    extra = {"Error": problem, "OrgID": 1, "RuleUID": uid}
    return Refusal.named(409, "alerting.alert-rule.conflict", message, **extra)


ROUTES = (
    Route("GET", "/v1/provisioning/alert-rules", list_rules, *READ, since=RULE_LIST),
    Route("GET", "/v1/provisioning/alert-rules/*", get_rule, *READ),
    Route("POST", "/v1/provisioning/alert-rules", create_rule, *WRITE),
    Route("PUT", "/v1/provisioning/alert-rules/*", update_rule, *WRITE),
    Route("DELETE", "/v1/provisioning/alert-rules/*", delete_rule, *WRITE),
)
