"""Rule groups: /api/v1/provisioning/folder/*/rule-groups."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.doubles.grafana import provenance, rulebody, rules
from tests.doubles.grafana.answers import PROVISIONING_READ as READ
from tests.doubles.grafana.answers import PROVISIONING_WRITE as WRITE
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.store import Rule, Store
from tests.doubles.grafana.versions import (
    CHECKED_FOLDERS,
    CREATES_IN_GROUP,
    GROUP_DELETE,
    NAMED_ERRORS,
    ORDER_IN_GROUPS,
    RULES_SWAP_TITLES,
)


def get_group(store: Store, call: Call, folder: str, group: str) -> Answer:
    found = store.group(folder, group)
    if not found:
        raise _absent(store)
    listed = [rule.document for rule in found]
    body = {"title": group, "folderUid": folder, "interval": found[0].interval, "rules": listed}
    return Answer(200, body)


def put_group(store: Store, call: Call, folder: str, group: str) -> Answer:
    body = call.body
    if not isinstance(body, dict) or not isinstance(body.get("interval", 0), int):
        raise Refusal(*rulebody.BAD)
    interval, sent = body.get("interval", 0), body.get("rules")
    echo = None if sent is None else [rulebody.read(store, rule) for rule in sent]
    if interval <= 0 or interval % rulebody.SCHEDULER:
        raise Refusal(400, f"{rulebody.INVALID}: {rulebody.no_interval(interval)}")
    if echo and store.has(CHECKED_FOLDERS) and folder not in store.folders:
        raise Refusal(400, f"{rulebody.INVALID}: folder does not exist")
    given = provenance.given(store, call)
    with store.all_or_nothing():
        if echo:
            _replace(store, folder, group, interval, copy.deepcopy(echo), given)
        else:
            _set_interval(store, folder, group, interval, given)
    answer = {"title": group, "folderUid": folder, "interval": interval, "rules": echo}
    return Answer(200, answer)


def delete_group(store: Store, call: Call, folder: str, group: str) -> Answer:
    found, given = store.group(folder, group), provenance.given(store, call)
    if not found:
        raise _absent(store)
    for rule in found:
        _check_owner(store, rule, "delete", given)
    for rule in found:
        rules.drop(store, rule.uid)
    return Answer(204, text="")


def _set_interval(store: Store, folder: str, group: str, interval: int, given: str) -> None:
    for rule in store.group(folder, group):
        _check_owner(store, rule, "update", given)
        rule.interval = interval
        rule.version += 1
        provenance.note(store, rules.KIND, rule.uid, given)


def _replace(
    store: Store, folder: str, group: str, interval: int, sent: list[Json], given: str
) -> None:
    place = {"folderUID": folder, "ruleGroup": group, "orgID": 1}
    new, known = _sorted_out(store, [{**body, **place} for body in sent])
    gone = [r for r in store.group(folder, group) if r.uid not in {b["uid"] for b, _ in known}]
    for rule in (r for _, r in known):
        _check_owner(store, rule, "update", given)
    for rule in gone:
        _check_owner(store, rule, "delete" if store.has(NAMED_ERRORS) else "update", given)
    if store.has(RULES_SWAP_TITLES):  # before: new ones, changed ones, and only then the others go
        _drop(store, gone)
        _free_titles(known)
    with _told("failed to insert alert rules: "):
        made = [_inserted(store, body, interval) for body in new]
    with _told("failed to update alert rules: "):
        for body, rule in known:
            rules.change(store, rule, rulebody.check(store, _patched(body, rule)), interval)
    _drop(store, gone)
    for rule in (*made, *(r for _, r in known)):
        provenance.note(store, rules.KIND, rule.uid, given)
    if store.has(ORDER_IN_GROUPS):
        _number(store, sent, [r for b, r in zip(new, made, strict=True) if not b["uid"]])


def _inserted(store: Store, body: Json, interval: int) -> Rule:
    return rules.insert(store, rulebody.check(store, body), interval, index=0)


@contextmanager
def _told(prefix: str) -> Iterator[None]:
    """Put in front of an error what it was about."""
    try:
        yield
    except Refusal as refusal:
        body = refusal.answer.body
        if "messageId" not in body:
            refusal.answer = replace(
                refusal.answer, body={**body, "message": prefix + body["message"]}
            )
        raise


def _sorted_out(store: Store, sent: list[Json]) -> tuple[list[Json], list[tuple[Json, Rule]]]:
    """Return which of the bodies are new, and which are for which rule."""
    new, known, seen = [], [], set()
    for body in sent:
        uid = body["uid"]
        if uid in seen:
            message = (
                "failed to update alert rules: version conflict while updating a record in the"
                f" database with optimistic locking: alert rule UID {uid}"
            )
            raise Refusal(409, message)
        if uid in store.rules:
            known.append((body, store.rules[uid]))
            seen.add(uid)
        elif not uid or store.has(CREATES_IN_GROUP):
            new.append(body)
        else:
            message = (
                "failed to calculate diff for alert rules: failed to update rule with UID"
                f" {uid} because could not find alert rule"
            )
            raise Refusal(500, message)
    return new, known


def _patched(body: Json, rule: Rule) -> Json:
    """Fill what a rule of a group leaves out from the rule that is there."""
    stored, out = rule.document, dict(body)
    if not body["condition"] or not body["data"]:
        out |= {"condition": stored["condition"], "data": stored["data"]}
    for key in ("title", "noDataState", "execErrState"):
        out[key] = body[key] or stored[key]
    return out


def _free_titles(known: list[tuple[Json, Rule]]) -> None:
    """Let rules exchange their titles."""
    for body, rule in known:
        if body["title"] and body["title"] != rule.title:
            old = {**rule.document, "title": f"{rule.title} (until {rule.uid} is written)"}
            rule.document = old


def _drop(store: Store, gone: list[Rule]) -> None:
    for rule in gone:
        rules.drop(store, rule.uid)


def _number(store: Store, sent: list[Json], unnamed: list[Rule]) -> None:
    """Store the order that was sent; `unnamed` are the rules that came without a uid."""
    nameless = iter(unnamed)
    for index, body in enumerate(sent, start=1):
        rule = store.rules[body["uid"]] if body["uid"] else next(nameless)
        rule.index = index


def _check_owner(store: Store, rule: Rule, operation: str, given: str) -> None:
    """Refuse where somebody else provisions; what the API provisioned may go back to the UI."""
    stored = provenance.of(store, rules.KIND, rule.uid)
    if stored not in ("", "api", given):
        raise provenance.mismatch(store, operation, given, stored)


def _absent(store: Store) -> Refusal:
    if store.has(NAMED_ERRORS):
        return Refusal.named(404, "alerting.alert-rule.notFound", "NotFound")
    return Refusal(404, "rulegroup not found")


GROUP = "/v1/provisioning/folder/*/rule-groups/*"
ROUTES = (
    Route("GET", GROUP, get_group, *READ),
    Route("PUT", GROUP, put_group, *WRITE),
    Route("DELETE", GROUP, delete_group, *WRITE, since=GROUP_DELETE),
)
