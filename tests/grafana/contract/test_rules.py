"""Single Grafana-managed rules, call by call."""

from typing import Any

import pytest

from tests.grafana.contract.conftest import Wire, path_of

RULES = "/v1/provisioning/alert-rules"
DISABLE = {"X-Disable-Provenance": "true"}
QUERY = {
    "refId": "A",
    "relativeTimeRange": {"from": 600, "to": 0},
    "datasourceUid": "prom",
    "model": {"expr": "up == 0", "refId": "A", "instant": True},
}
THRESHOLD = {
    "refId": "B",
    "relativeTimeRange": {"from": 0, "to": 0},
    "datasourceUid": "__expr__",
    "model": {
        "type": "threshold",
        "expression": "A",
        "refId": "B",
        "conditions": [{"evaluator": {"type": "gt", "params": [0]}}],
    },
}


def body(folder: str, uid: str, **fields: Any) -> Any:
    """Return a rule whose title is its uid, in the group `g`."""
    rule = {
        "uid": uid,
        "title": uid,
        "folderUID": folder,
        "ruleGroup": "g",
        "condition": "B",
        "data": [QUERY, THRESHOLD],
        "for": "60m",
        "noDataState": "NoData",
        "execErrState": "Error",
        "labels": {"severity": "critical"},
        "annotations": {"summary": "{{ $labels.job }}"},
    }
    return {**rule, **fields}


def made(wire: Wire, folder: str, text: str, **fields: Any) -> Any:
    """Make a rule, return what is answered of it."""
    headers = fields.pop("headers", None)
    return wire.make("POST", RULES, body(folder, wire.name(text), **fields), headers=headers)


def one(wire: Wire, uid: str) -> Any:
    return wire.get(RULES + path_of(uid))


def test_a_rule_is_read_as_it_was_made_with_defaults_of_queries_and_a_short_duration(
    wire: Wire,
) -> None:
    folder = wire.folder("f")
    answer = made(wire, folder, "a")
    stored = one(wire, answer["uid"])
    assert {**stored, "updated": ""} == {**answer, "updated": ""}
    defaults = {"intervalMs": 1000, "maxDataPoints": 43200}
    assert [query["model"] for query in stored["data"]] == [
        {**QUERY["model"], **defaults},  # type: ignore[dict-item]
        {**THRESHOLD["model"], **defaults},  # type: ignore[dict-item]
    ]
    assert [query["queryType"] for query in stored["data"]] == ["", ""]
    assert (stored["for"], stored["provenance"], stored["orgID"]) == ("1h", "api", 1)


def test_what_the_model_says_itself_is_kept(wire: Wire) -> None:
    model = {"expr": "1", "refId": "A", "queryType": "range", "intervalMs": 5, "hide": None}
    answer = made(wire, wire.folder("f"), "a", data=[{**QUERY, "model": model}], condition="A")
    (query,) = answer["data"]
    assert query["model"] == {**model, "maxDataPoints": 43200}
    assert (query["queryType"], query["refId"]) == ("range", "A")


def test_fields_came_with_versions(wire: Wire) -> None:
    stored = made(wire, wire.folder("f"), "a", isPaused=True, keep_firing_for="300s")
    assert stored.get("isPaused") == (True if wire.since(9, 4) else None)
    assert ("notification_settings" in stored) == wire.since(10, 4)
    assert ("record" in stored) == wire.since(11, 2)
    assert stored.get("keep_firing_for") == ("5m" if wire.since(12) else None)


@pytest.mark.parametrize(
    ("fields", "older", "newer", "since"),
    [
        ({"data": []}, 400, 400, (9, 3)),
        ({"title": ""}, 400, 400, (9, 3)),
        ({"title": "x" * 191}, 400, 400, (9, 3)),
        ({"ruleGroup": "x" * 191}, 400, 400, (9, 3)),
        ({"for": "soon"}, 400, 400, (9, 3)),
        ({"for": "-5m"}, 400, 400, (9, 3)),
        ({"labels": {"a": 1}}, 400, 400, (9, 3)),
        ({"noDataState": "Nope"}, 500, 400, (10, 0)),
        ({"execErrState": ""}, 500, 400, (10, 0)),
        ({"annotations": {"__panelId__": "1"}}, 500, 400, (10, 0)),
        ({"annotations": {"__dashboardUid__": "d", "__panelId__": "x"}}, 500, 400, (10, 0)),
        ({"data": [{**QUERY, "relativeTimeRange": {"from": 0, "to": 0}}]}, 500, 400, (10, 0)),
        ({"noDataState": "KeepLast"}, 500, 201, (10, 4)),
        ({"uid": "bad uid"}, 201, 400, (10, 2)),
        ({"uid": "u" * 41}, 201, 400, (10, 2)),
        ({"folderUID": "absent"}, 201, 400, (11, 0)),
        ({"folderUID": ""}, 201, 400, (11, 0)),
        ({"ruleGroup": ""}, 201, 400, (11, 0)),
        ({"condition": "Z"}, 201, 201, (9, 3)),
        ({"data": [{**QUERY, "datasourceUid": "absent"}]}, 201, 201, (9, 3)),
    ],
    ids=str,
)
def test_what_is_checked(wire: Wire, fields: Any, older: int, newer: int, since: Any) -> None:
    rule = {**body(wire.folder("f"), wire.name("a")), **fields}
    status, _ = wire.ask("POST", RULES, rule)
    wire.ask("DELETE", RULES + path_of(rule["uid"]))
    assert status == (newer if wire.since(*since) else older)


def test_a_uid_is_taken_once(wire: Wire) -> None:
    folder = wire.folder("f")
    rule = made(wire, folder, "a")
    status, _ = wire.ask("POST", RULES, body(folder, rule["uid"], title=wire.name("b")))
    assert status == (409 if wire.since(13) else 400 if wire.since(10, 2) else 500)


def test_a_title_is_taken_once_in_a_folder_before_12(wire: Wire) -> None:
    folder, title = wire.folder("f"), wire.name("title")
    made(wire, folder, "a", title=title)
    status, _ = wire.ask("POST", RULES, body(folder, wire.name("b"), title=title))
    assert status == (201 if wire.since(12) else 400 if wire.since(10, 2) else 500)
    assert made(wire, wire.folder("other"), "c", title=title)["title"] == title


def test_an_update_replaces_all_and_moves(wire: Wire) -> None:
    folder, other = wire.folder("f"), wire.folder("g")
    uid = made(wire, folder, "a")["uid"]
    new = body(other, "ignored", title="New", labels={}, ruleGroup="h")
    new.pop("for"), new.pop("annotations")
    status, answer = wire.ask("PUT", RULES + path_of(uid), new)
    assert status == 200, answer
    stored = one(wire, uid)
    assert (stored["title"], stored["folderUID"], stored["ruleGroup"]) == ("New", other, "h")
    assert stored["for"] == "0s"
    assert "labels" not in stored
    assert "annotations" not in stored
    assert wire.ask("PUT", RULES + path_of(uid), {"title": "only"})[0] == 400


def test_an_absent_rule(wire: Wire) -> None:
    folder, path = wire.folder("f"), RULES + path_of(wire.name("absent"))
    assert wire.ask("GET", path)[0] == (404 if wire.since(9, 5) else 500)
    assert wire.ask("PUT", path, body(folder, "x"))[0] == 404
    assert wire.ask("DELETE", path) == (204, "")


def test_the_list_came_with_9_4(wire: Wire) -> None:
    uid = made(wire, wire.folder("f"), "a")["uid"]
    status, answer = wire.ask("GET", RULES)
    if not wire.since(9, 4):
        assert (status, answer) == (404, {"message": "Not found"})
        return
    (listed,) = [rule for rule in answer if rule["uid"] == uid]
    assert listed["title"] == uid
    assert ("provenance" in listed) == wire.since(10, 2)


def test_who_provisioned_cannot_become_nobody_again(wire: Wire) -> None:
    folder = wire.folder("f")
    uid = made(wire, folder, "a", headers={"X-Disable-Provenance": "false"})["uid"]
    assert "provenance" not in one(wire, uid)
    assert wire.ask("PUT", RULES + path_of(uid), body(folder, uid))[0] == 200
    assert one(wire, uid)["provenance"] == "api"
    status, answer = wire.ask("PUT", RULES + path_of(uid), body(folder, uid), headers=DISABLE)
    assert status == (409 if wire.since(11) else 500)
    assert "provenance" in answer["message"]


def test_a_recording_rule_is_an_alert_rule_where_it_is_not_known(wire: Wire) -> None:
    rule = body(wire.folder("f"), wire.name("a"), record={"metric": "m", "from": "A"})
    status, answer = wire.ask("POST", RULES, rule)
    if not wire.since(11, 2):
        assert (status, answer["condition"]) == (201, "B")
    elif not wire.since(12, 1):
        assert status == 400  # its feature flag is off
    else:
        assert (status, answer["record"]) == (201, {"metric": "m", "from": "A"})
        cleared = [answer[k] for k in ("condition", "noDataState", "execErrState", "for")]
        assert cleared == ["", "", "", "0s"]


def test_a_rule_may_name_its_receiver_which_must_be_there(wire: Wire) -> None:
    folder, receiver = wire.folder("f"), wire.name("team")
    points = "/v1/provisioning/contact-points"
    point = {"uid": receiver, "name": receiver, "type": "email", "settings": {"addresses": "a@b.c"}}
    wire.make("POST", points, point, undo=points + path_of(receiver))
    absent = body(folder, wire.name("a"), notification_settings={"receiver": "absent"})
    settings = {"receiver": receiver, "group_wait": "90s", "mute_time_intervals": []}
    status, _ = wire.ask("POST", RULES, absent)
    assert status == (400 if wire.since(10, 4) else 201)
    rule = made(wire, folder, "b", notification_settings=settings)
    wire.made.append(RULES + path_of(rule["uid"]))  # before its receiver
    shown = {"receiver": receiver, "group_wait": "1m30s"} if wire.since(10, 4) else None
    assert rule.get("notification_settings") == shown
    status, _ = wire.ask("DELETE", points + path_of(receiver))
    assert status == (409 if wire.since(10, 4) else 202)


def test_a_folder_with_rules_is_deleted_only_by_force(wire: Wire) -> None:
    folder = wire.folder("f")
    uid = made(wire, folder, "a")["uid"]
    assert wire.ask("DELETE", f"/folders/{folder}")[0] == 400
    assert wire.ask("DELETE", f"/folders/{folder}?forceDeleteRules=true")[0] == 200
    assert wire.ask("GET", RULES + path_of(uid))[0] == (404 if wire.since(9, 5) else 500)


def test_who_may_read_and_write_rules(wire: Wire) -> None:
    opened, folder = wire.since(11), wire.folder("f")
    path = RULES + path_of(wire.name("absent"))
    assert wire.ask("GET", path, role="Viewer")[0] == (404 if opened else 403)
    assert wire.ask("PUT", path, body(folder, "x"), role="Viewer")[0] == 403
    assert wire.ask("DELETE", path, role="Viewer")[0] == 403
    assert wire.ask("GET", "/ruler/grafana/api/v1/rules", role="Viewer")[0] == 200
