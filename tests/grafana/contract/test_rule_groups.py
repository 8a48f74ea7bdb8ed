"""Groups of Grafana-managed rules, call by call, and the ruler's list of all."""

from typing import Any

from tests.grafana.contract.conftest import Wire, path_of
from tests.grafana.contract.test_rules import DISABLE, QUERY, THRESHOLD, body, made, one

RULER = "/ruler/grafana/api/v1/rules"


def group_path(folder: str, group: str = "g") -> str:
    return "/v1/provisioning/folder" + path_of(folder) + "/rule-groups" + path_of(group)


def uids(wire: Wire, path: str) -> list[str]:
    return [rule["uid"] for rule in wire.get(path)["rules"]]


def put(wire: Wire, path: str, rules: Any, interval: int = 60, **options: Any) -> tuple[int, Any]:
    return wire.ask("PUT", path, {"interval": interval, "rules": rules}, **options)


def listed(wire: Wire, folder: str) -> dict[str, Any]:
    """Return the groups of a folder from the ruler's list of all, by name."""
    return {group["name"]: group for group in wire.get(RULER).get(folder, [])}


def three(wire: Wire, folder: str) -> list[str]:
    """Make three rules in one group, return their uids."""
    return [str(made(wire, folder, text)["uid"]) for text in "abc"]


def test_a_group_is_what_its_rules_say_and_the_first_one_sets_a_minute(wire: Wire) -> None:
    folder = wire.folder("f")
    known = three(wire, folder)
    group = wire.get(group_path(folder))
    assert (group["title"], group["folderUid"], group["interval"]) == ("g", folder, 60)
    assert uids(wire, group_path(folder)) == known
    assert "provenance" not in group["rules"][0]
    assert wire.ask("GET", group_path(folder, "absent"))[0] == 404


def test_without_rules_only_the_interval_changes(wire: Wire) -> None:
    folder = wire.folder("f")
    known = three(wire, folder)
    path = group_path(folder)
    assert wire.ask("PUT", path, {"interval": 120})[1]["rules"] is None
    assert put(wire, path, [], 90)[0] == 200
    assert wire.get(path)["interval"] == 90
    assert uids(wire, path) == known
    assert made(wire, folder, "d")["uid"] in uids(wire, path)
    assert wire.get(path)["interval"] == 90


def test_an_interval_is_a_multiple_of_ten_seconds(wire: Wire) -> None:
    path = group_path(wire.folder("f"))
    for interval in (7, 0, -10):
        status, answer = put(wire, path, [], interval)
        assert status == 400
        assert "divided exactly by scheduler interval: 10" in answer["message"]
    assert wire.ask("PUT", path, {"interval": "60", "rules": []})[0] == 400


def test_a_short_list_deletes_the_others(wire: Wire) -> None:
    folder = wire.folder("f")
    first, second, third = three(wire, folder)
    path = group_path(folder)
    assert put(wire, path, [body(folder, first), body(folder, third)])[0] == 200
    assert set(uids(wire, path)) == {first, third}
    assert wire.ask("GET", "/v1/provisioning/alert-rules" + path_of(second))[0] >= 400


def test_the_order_is_stored_by_newer_versions_only(wire: Wire) -> None:
    folder = wire.folder("f")
    known = three(wire, folder)
    path, sent = group_path(folder), [known[2], known[0], known[1]]
    assert put(wire, path, [body(folder, uid) for uid in sent])[0] == 200
    assert uids(wire, path) == (sent if wire.since(11, 5) else known)
    rules = listed(wire, folder)["g"]["rules"]
    assert [rule["grafana_alert"]["uid"] for rule in rules] == uids(wire, path)


def test_the_answer_is_what_was_sent_not_what_is_stored(wire: Wire) -> None:
    folder = wire.folder("f")
    uid = made(wire, folder, "a")["uid"]
    status, answer = put(wire, group_path(folder), [{"uid": uid, "title": "New", "data": []}])
    assert status == 200
    (echo,) = answer["rules"]
    assert (echo["id"], echo["condition"], echo["data"], echo["for"]) == (0, "", [], "0s")
    stored = one(wire, uid)
    assert (stored["title"], stored["condition"], len(stored["data"])) == ("New", "B", 2)
    assert (stored["noDataState"], stored["for"]) == ("NoData", "0s")
    assert "labels" not in stored


def test_a_rule_that_is_new_is_made_or_must_come_without_a_uid(wire: Wire) -> None:
    folder = wire.folder("f")
    path, uid = group_path(folder), wire.name("new")
    status, answer = put(wire, path, [body(folder, uid)])
    assert status == (200 if wire.since(11, 5) else 500), answer
    status, _ = put(wire, path, [body(folder, "", title="Made")])
    assert status == 200
    (rule,) = wire.get(path)["rules"]
    assert (rule["title"], rule["folderUID"], rule["ruleGroup"]) == ("Made", folder, "g")


def test_two_rules_exchange_titles_from_9_4_on(wire: Wire) -> None:
    folder = wire.folder("f")
    first, second, _ = three(wire, folder)
    swapped = [body(folder, first, title=second), body(folder, second, title=first)]
    status, _ = put(wire, group_path(folder), swapped)
    assert status == (200 if wire.since(9, 4) else 500)
    assert one(wire, first)["title"] == (second if wire.since(9, 4) else first)


def test_a_refused_group_is_left_as_it_was(wire: Wire) -> None:
    folder = wire.folder("f")
    first, _, _ = three(wire, folder)
    path = group_path(folder)
    before = wire.get(path)
    bad = body(folder, "", title="x", data=[])
    assert put(wire, path, [body(folder, first, title="New"), bad])[0] == 400
    assert put(wire, path, [body(folder, first), body(folder, first)])[0] == 409
    assert wire.get(path) == before


def test_a_rule_of_another_group_or_folder_moves_here(wire: Wire) -> None:
    folder, other = wire.folder("f"), wire.folder("g")
    uid = made(wire, folder, "a")["uid"]
    for path in (group_path(folder, "h"), group_path(other, "a/b % ü")):
        assert put(wire, path, [body(folder, uid)])[0] == 200
        assert uids(wire, path) == [uid]
    assert wire.ask("GET", group_path(folder))[0] == 404
    stored = one(wire, uid)
    assert (stored["folderUID"], stored["ruleGroup"]) == (other, "a/b % ü")


def test_a_whole_group_is_deleted_from_11_on(wire: Wire) -> None:
    folder = wire.folder("f")
    uid = made(wire, folder, "a")["uid"]
    status, _ = wire.ask("DELETE", group_path(folder))
    assert status == (204 if wire.since(11) else 404)
    assert (uid in str(wire.get(RULER))) == (not wire.since(11))
    assert wire.ask("DELETE", group_path(folder, "absent"))[0] == 404


def test_the_header_gives_a_group_back_to_the_ui_where_it_counts(wire: Wire) -> None:
    folder = wire.folder("f")
    uid = made(wire, folder, "a")["uid"]
    assert put(wire, group_path(folder), [body(folder, uid)], headers=DISABLE)[0] == 200
    assert one(wire, uid).get("provenance") == (None if wire.since(10) else "api")
    assert put(wire, group_path(folder), [body(folder, uid)])[0] == 200
    assert one(wire, uid)["provenance"] == "api"


def test_the_ruler_lists_all_with_who_provisioned_them(wire: Wire) -> None:
    folder = wire.folder("f")
    uid = made(wire, folder, "a", ruleGroup="g1")["uid"]
    made(wire, folder, "b", ruleGroup="g2", headers=DISABLE)
    groups = listed(wire, folder)
    assert set(groups) == {"g1", "g2"}
    (rule,) = groups["g1"]["rules"]
    alert = rule["grafana_alert"]
    assert (groups["g1"]["interval"], rule["for"]) == ("1m", "1h")
    assert rule["labels"] == {"severity": "critical"}
    assert (alert["uid"], alert["title"], alert["namespace_uid"]) == (uid, uid, folder)
    assert (alert["provenance"], alert["version"], alert["intervalSeconds"]) == ("api", 1, 60)
    assert alert["data"] == one(wire, uid)["data"]
    assert "provenance" not in groups["g2"]["rules"][0]["grafana_alert"]


def test_a_rule_of_the_ui_is_taken_over_by_a_group_write(wire: Wire) -> None:
    folder, source = wire.folder("f"), wire.name("prom")
    prometheus = {"uid": source, "name": source, "type": "prometheus", "access": "proxy"}
    document = {**prometheus, "url": "http://127.0.0.1:9"}
    wire.make("POST", "/datasources", document, undo=f"/datasources/uid/{source}")
    alert = {
        "title": wire.name("ui"),
        "condition": "B",
        "no_data_state": "NoData",
        "exec_err_state": "Alerting",
        "data": [{**QUERY, "datasourceUid": source}, THRESHOLD],
    }
    group = {"name": "ui", "interval": "1m", "rules": [{"for": "5m", "grafana_alert": alert}]}
    wire.make("POST", RULER + path_of(folder), group)
    (uid,) = uids(wire, group_path(folder, "ui"))
    assert "provenance" not in one(wire, uid)
    assert put(wire, group_path(folder, "ui"), [body(folder, uid)])[0] == 200
    assert one(wire, uid)["provenance"] == "api"
