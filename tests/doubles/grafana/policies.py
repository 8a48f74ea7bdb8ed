"""The tree of notification policies: /api/v1/provisioning/policies."""

import re
from collections.abc import Iterator

from tests.doubles.grafana import provenance
from tests.doubles.grafana.answers import PROVISIONING_READ as READ
from tests.doubles.grafana.answers import PROVISIONING_WRITE as WRITE
from tests.doubles.grafana.answers import Answer, Call, Json, Refusal, Route
from tests.doubles.grafana.durations import milliseconds, rendered
from tests.doubles.grafana.store import Store, default_contact_point, default_policies
from tests.doubles.grafana.versions import (
    ACTIVE_INTERVALS,
    BARE_ROOT,
    NAMED_ERRORS,
    OPTIONAL_RECEIVER,
)

KIND, NAME = "policies", "root"
BAD = (400, "bad request data")
ERRORS = "alerting.notifications.routes"
MATCHER = re.compile(r'\s*([a-zA-Z_][\w.]*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')
OPERATORS = ("=", "!=", "=~", "!~")
MATCHERS = ("match", "match_re", "matchers", "object_matchers")


def get_policies(store: Store, call: Call) -> Answer:
    found = provenance.of(store, KIND, NAME)
    return Answer(200, {**store.policies, **({"provenance": found} if found else {})})


def put_policies(store: Store, call: Call) -> Answer:
    tree = _normal(store, call.body)
    forbidden = ("match", "match_re") if not store.has(BARE_ROOT) else MATCHERS
    if not tree.get("receiver") or any(k in tree for k in (*forbidden, "mute_time_intervals")):
        raise Refusal(*BAD)
    _check_references(store, tree)
    provenance.count_write(store, call)
    store.policies = tree
    provenance.note(store, KIND, NAME, provenance.given(store, call))
    return Answer(202, {"message": "policies updated"})


def reset_policies(store: Store, call: Call) -> Answer:
    provenance.count_write(store, call)
    store.policies = default_policies(store)
    for name, integrations in default_contact_point(store).items():
        store.contact_points.setdefault(name, integrations)
    provenance.forget(store, KIND, NAME)
    return Answer(202, store.policies)


def routes_of(route: Json) -> Iterator[Json]:
    """Yield a route and all below it."""
    yield route
    for child in route.get("routes", ()):
        yield from routes_of(child)


def _check_references(store: Store, tree: Json) -> None:
    for route in routes_of(tree):
        receiver = route.get("receiver", "")
        optional = not receiver and store.has(OPTIONAL_RECEIVER)
        if not optional and receiver not in store.contact_points:
            raise _invalid(store, f"receiver '{receiver}' does not exist")
    for route in routes_of(tree):
        for name in (
            *route.get("mute_time_intervals", ()),
            *route.get("active_time_intervals", ()),
        ):
            if name not in store.timings:
                raise _invalid(store, f"mute time interval '{name}' does not exist")


def _invalid(store: Store, reason: str) -> Refusal:
    if not store.has(NAMED_ERRORS):
        return Refusal(400, f"invalid object specification: {reason}")
    message = f"Invalid format of the submitted route: {reason}. Correct the payload and try again."
    return Refusal.named(400, f"{ERRORS}.invalidFormat", message, Error=reason)


def _normal(store: Store, body: object) -> Json:
    """Return a route as it is stored: known fields, sorted matchers, durations written anew."""
    if not isinstance(body, dict):
        raise Refusal(*BAD)
    lists = ["group_by", "mute_time_intervals"]
    if store.has(ACTIVE_INTERVALS):
        lists.append("active_time_intervals")
    kept = ("receiver", "match", "match_re", "continue", *lists)
    out: Json = {key: body[key] for key in kept if body.get(key)}
    groups = out.get("group_by", [])
    if len(set(groups)) < len(groups) or ("..." in groups and len(groups) > 1):
        raise Refusal(*BAD)
    for key in ("group_wait", "group_interval", "repeat_interval"):
        if body.get(key):
            out[key] = _duration(key, str(body[key]))
    if body.get("matchers"):
        out["matchers"] = [f'{n}{op}"{v}"' for n, op, v in _sorted(map(_parsed, body["matchers"]))]
    if body.get("object_matchers"):
        out["object_matchers"] = [list(m) for m in _sorted(map(tuple, body["object_matchers"]))]
    if body.get("routes"):
        out["routes"] = [_normal(store, child) for child in body["routes"]]
    return out


def _duration(key: str, text: str) -> str:
    length = milliseconds(text)
    if length is None or (length == 0 and key != "group_wait"):
        raise Refusal(*BAD)
    return rendered(length)


def _parsed(text: object) -> tuple[str, ...]:
    match = MATCHER.fullmatch(str(text))
    if not match:
        raise Refusal(*BAD)
    return match.groups()


def _sorted(matchers: Iterator[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Sort by name, value, operator; refuse what is no matcher."""
    found = list(matchers)
    for matcher in found:
        if len(matcher) != 3 or matcher[1] not in OPERATORS:
            raise Refusal(*BAD)
        if "~" in matcher[1]:
            try:
                re.compile(matcher[2])
            except re.error:
                raise Refusal(*BAD) from None
    return sorted(found, key=lambda m: (m[0], m[2], OPERATORS.index(m[1])))


ROUTES = (
    Route("GET", "/v1/provisioning/policies", get_policies, *READ),
    Route("PUT", "/v1/provisioning/policies", put_policies, *WRITE),
    Route("DELETE", "/v1/provisioning/policies", reset_policies, *WRITE),
)
