"""Groups of Grafana-managed rules: written whole, read back, never somebody else's."""

from dataclasses import replace
from typing import Any

import pytest

from obsdash.plan import Blocked, Create, Delete, Plan, Update
from obsdash.resource import FOLDER, Ref, Resource, Spec, alert_group_ref
from obsdash.target import Refused, apply_plan
from tests.doubles.grafana import Fault, GrafanaDouble
from tests.grafana.conftest import Lab

MODERN = (12, 0)


def rule(lab: Lab, uid: str, title: str, expr: str = "up == 0", **more: Any) -> Spec:
    """Return a rule that fires on every value."""
    query = {"refId": "A", "expr": expr, "instant": True, "range": False}
    test = {"refId": "B", "type": "math", "expression": "is_number($A)"}
    return {
        "uid": lab.name(uid),
        "title": title,
        "condition": "B",
        "data": [
            {
                "refId": "A",
                "datasourceUid": "prom",
                "relativeTimeRange": {"from": 600, "to": 0},
                "model": query,
            },
            {"refId": "B", "datasourceUid": "__expr__", "model": test},
        ],
        "noDataState": "OK",
        "execErrState": "OK",
        "for": "5m",
        **more,
    }


def group(lab: Lab, name: str, *rules: Spec, folder: str = "Rules", interval: int = 60) -> Resource:
    path = lab.name(folder)
    spec = {"name": name, "interval": interval, "rules": list(rules)}
    return Resource(alert_group_ref(path, name), spec, path)


def folder_of(resource: Resource) -> Resource:
    return Resource(Ref(FOLDER, resource.folder), {"title": resource.folder})


def sync(lab: Lab, *groups: Resource, **options: Any) -> Any:
    return lab.sync(*{folder_of(g).ref: folder_of(g) for g in groups}.values(), *groups, **options)


def plan(lab: Lab, *groups: Resource, **options: Any) -> Plan:
    return lab.plan(*{folder_of(g).ref: folder_of(g) for g in groups}.values(), *groups, **options)


def stored(lab: Lab, resource: Resource) -> list[Spec]:
    """Return the rules that the server holds of a group, as its list shows them."""
    return [
        rule
        for title, groups in lab.api("GET", "/ruler/grafana/api/v1/rules").items()
        if title == resource.folder
        for found in groups
        for rule in found["rules"]
        if found["name"] == resource.spec["name"]
    ]


def folder_uid(lab: Lab, resource: Resource) -> str:
    hits = lab.api("GET", "/search?type=dash-folder&limit=5000")
    return next(str(hit["uid"]) for hit in hits if hit["title"] == resource.folder)


def made_by_hand(lab: Lab, resource: Resource, rule: Spec, provenance: str = "none") -> None:
    """Make a rule as another tool would."""
    place = {"folderUID": folder_uid(lab, resource), "ruleGroup": resource.spec["name"]}
    headers = {"X-Disable-Provenance": "1"} if provenance == "none" else {}
    status, answer = lab.call("POST", "/v1/provisioning/alert-rules", {**rule, **place}, **headers)
    assert status == 201, answer


def test_after_a_sync_there_is_nothing_to_do(lab: Lab) -> None:
    api = group(lab, "api", rule(lab, "a", "A"), rule(lab, "b", "B", labels={"team": "shop"}))
    other = group(lab, "other", rule(lab, "c", "C"), interval=20)
    report = sync(lab, api, other)
    assert report.ok, report
    again = plan(lab, api, other)
    assert not again, again.actions


def test_each_rule_carries_the_projects_mark_and_the_provenance_of_the_api(lab: Lab) -> None:
    api = group(lab, "api", rule(lab, "a", "A", annotations={"summary": "s"}))
    sync(lab, api)
    (one,) = stored(lab, api)
    assert one["annotations"] == {"summary": "s", "__obsdash__": lab.project}
    assert one["grafana_alert"]["provenance"] == "api"


def test_rules_come_go_and_change_in_one_update(lab: Lab) -> None:
    before = group(lab, "api", rule(lab, "a", "A"), rule(lab, "b", "B"), rule(lab, "c", "C"))
    sync(lab, before)
    after = group(
        lab,
        "api",
        rule(lab, "d", "D", "up == 4"),
        rule(lab, "c", "C", "up == 1", **{"for": "10m"}),
        rule(lab, "a", "A"),
        interval=120,
    )
    (action,) = plan(lab, after).actions
    assert isinstance(action, Update)
    texts = {f"{c.subject} {c.text}".strip() for c in action.changes}
    assert texts - {"rules reordered"} == {
        "interval 1m → 2m",
        'alert "C" for 5m → 10m',
        'alert "C" expression: == 0 → == 1',
        'alert "D" added: up == 4 for 5m',
        'alert "B" removed',
    }
    assert sync(lab, after).ok
    assert not plan(lab, after)


def test_titles_are_swapped_and_a_new_rule_takes_over_the_title_of_a_removed_one(lab: Lab) -> None:
    before = group(lab, "api", rule(lab, "a", "A"), rule(lab, "b", "B"), rule(lab, "c", "C"))
    sync(lab, before)
    after = group(lab, "api", rule(lab, "a", "B"), rule(lab, "b", "A"), rule(lab, "d", "C"))
    report = sync(lab, after)
    assert report.ok, report
    assert not plan(lab, after)


def test_two_rules_of_one_title_are_held_by_every_server(lab: Lab) -> None:
    twins = group(lab, "slo", rule(lab, "a", "Burn"), rule(lab, "b", "Burn", "up == 1"))
    report = sync(lab, twins)
    assert report.ok, report
    titles = {one["grafana_alert"]["title"] for one in stored(lab, twins)}
    assert titles == ({"Burn"} if lab.version >= MODERN else {"Burn", "Burn (2)"})
    again = plan(lab, twins)
    assert not again
    if lab.version >= MODERN:
        assert not again.cautions
    else:
        (caution,) = again.cautions
        assert caution.startswith(f"{twins.ref}: Grafana")
        assert caution.endswith("are called, and have the alertname, 'Burn (2)'")


def test_a_title_of_another_group_in_the_folder_stands_in_the_way_where_titles_are_unique(
    lab: Lab,
) -> None:
    groups = [group(lab, "g1", rule(lab, "a", "Down")), group(lab, "g2", rule(lab, "b", "Down"))]
    blocked = [a for a in plan(lab, *groups).actions if isinstance(a, Blocked)]
    if lab.version >= MODERN:
        assert not blocked
        assert sync(lab, *groups).ok
    else:
        (action,) = blocked
        assert action.ref == groups[1].ref
        assert "allows a title once in a folder" in action.reason
        assert str(groups[0].ref) in action.reason


def test_a_group_may_have_a_slash_in_its_name(lab: Lab) -> None:
    odd = group(lab, "a/b #1?", rule(lab, "a", "A"))
    report = sync(lab, odd)
    assert report.ok, report
    assert not plan(lab, odd)
    assert plan(lab).orphans == (odd.ref, folder_of(odd).ref)[::-1]


def test_a_renamed_group_takes_its_rules_along(lab: Lab) -> None:
    old = group(lab, "old", rule(lab, "a", "A"))
    sync(lab, old)
    new = group(lab, "new", rule(lab, "a", "A"))
    report = sync(lab, new, prune=True)
    assert report.ok, report
    assert not stored(lab, old)
    assert not plan(lab, new)


def test_prune_deletes_a_group_that_is_ours_and_nothing_without_it(lab: Lab) -> None:
    api = group(lab, "api", rule(lab, "a", "A"), rule(lab, "b", "B"))
    sync(lab, api)
    kept = lab.plan(folder_of(api))
    assert not kept
    assert kept.orphans == (api.ref,)
    report = lab.sync(folder_of(api), prune=True)
    assert report.ok, report
    assert not stored(lab, api)


def test_a_group_that_a_person_made_is_blocked_until_it_is_adopted(lab: Lab) -> None:
    api = group(lab, "api", rule(lab, "a", "A"))
    lab.sync(folder_of(api))
    made_by_hand(lab, api, rule(lab, "x", "X"))
    (action,) = plan(lab, api).actions
    assert isinstance(action, Blocked)
    assert "--adopt" in action.reason
    report = sync(lab, api, adopt=True)
    assert report.ok, report
    assert [one["grafana_alert"]["title"] for one in stored(lab, api)] == ["A"]


def test_a_rule_that_a_person_added_to_our_group_keeps_it_from_being_overwritten_or_deleted(
    lab: Lab,
) -> None:
    api = group(lab, "api", rule(lab, "a", "A"))
    sync(lab, api)
    made_by_hand(lab, api, rule(lab, "x", "X"))
    changed = group(lab, "api", rule(lab, "a", "A", "up == 1"))
    (action,) = plan(lab, changed).actions
    assert isinstance(action, Blocked)
    pruned = lab.plan(folder_of(api), prune=True)
    assert api.ref not in {action.ref for action in pruned.actions}
    assert api.ref in pruned.unmanaged


def test_a_copy_that_a_person_made_of_our_rule_is_not_ours(lab: Lab) -> None:
    api = group(lab, "api", rule(lab, "a", "A"))
    sync(lab, api)
    copy = group(lab, "copies", rule(lab, "x", "Copy", annotations={"__obsdash__": lab.project}))
    made_by_hand(lab, copy, copy.spec["rules"][0])
    orphans = plan(lab, api).orphans
    assert copy.ref not in orphans


def test_another_projects_group_is_blocked_even_from_adoption(lab: Lab) -> None:
    api = group(lab, "api", rule(lab, "a", "A"))
    sync(lab, api, project=f"other-{lab.tag}")
    changed = group(lab, "api", rule(lab, "a", "A", "up == 1"))
    (action,) = plan(lab, changed, adopt=True).actions
    assert isinstance(action, Blocked)
    assert f"other-{lab.tag}" in action.reason


def test_a_rule_of_a_foreign_group_is_not_taken_from_it(lab: Lab) -> None:
    theirs = group(lab, "theirs", rule(lab, "a", "A"))
    lab.sync(folder_of(theirs))
    made_by_hand(lab, theirs, rule(lab, "a", "A"))
    ours = group(lab, "ours", rule(lab, "a", "A"))
    (action,) = plan(lab, ours).actions
    assert isinstance(action, Blocked)
    assert str(theirs.ref) in action.reason


def test_what_was_changed_since_the_plan_was_made_is_left_alone(lab: Lab) -> None:
    api = group(lab, "api", rule(lab, "a", "A"))
    sync(lab, api)
    wanted = group(lab, "api", rule(lab, "a", "A", "up == 1"))
    saved = plan(lab, wanted)
    sync(lab, group(lab, "api", rule(lab, "a", "A", "up == 2")))
    (outcome,) = apply_plan(saved, lab.target()).outcomes
    assert isinstance(outcome, Refused)


def test_what_an_old_server_cannot_hold_is_blocked_with_the_version_that_can(lab: Lab) -> None:
    data = rule(lab, "r", "R")["data"][:1]
    record = {"metric": "job:up", "from": "A", "target_datasource_uid": "prom"}
    groups = [
        group(lab, "records", {**rule(lab, "r", "job:up"), "data": data, "record": record}),
        group(lab, "keeps", rule(lab, "k", "Keeps", keep_firing_for="10m")),
    ]
    found = plan(lab, *groups).actions
    rules = [action for action in found if action.ref.kind != FOLDER]
    if lab.version >= MODERN:
        assert all(isinstance(action, Create) for action in rules)
        assert sync(lab, *groups).ok
        assert not plan(lab, *groups)
    else:
        assert all(isinstance(a, Blocked) and " has)" in a.reason for a in rules)


@pytest.mark.parametrize("version", ["12.0.0", "12.1.0"])
def test_recording_rules_need_12_1(version: str) -> None:
    with GrafanaDouble(version) as server:
        lab = Lab(server.url, double=server)
        data = rule(lab, "r", "R")["data"][:1]
        record = {"metric": "job:up", "from": "A", "target_datasource_uid": "prom"}
        records = group(lab, "g", {**rule(lab, "r", "job:up"), "data": data, "record": record})
        (action,) = (a for a in plan(lab, records).actions if a.ref == records.ref)
        if version == "12.0.0":
            assert isinstance(action, Blocked)
            assert action.reason.endswith("records = false leaves them to Prometheus")
        else:
            assert sync(lab, records).ok
            assert not plan(lab, records)


def test_a_rule_that_ends_with_its_series_makes_no_difference_where_that_is_unknown(
    lab: Lab,
) -> None:
    api = group(lab, "api", rule(lab, "a", "A", missingSeriesEvalsToResolve=1))
    assert sync(lab, api).ok
    assert not plan(lab, api)


def test_the_order_of_rules_is_kept_where_the_server_keeps_one(lab: Lab) -> None:
    first, second = rule(lab, "a", "A"), rule(lab, "b", "B")
    sync(lab, group(lab, "api", first, second))
    turned = group(lab, "api", second, first)
    changes = [
        c.text for a in plan(lab, turned).actions if isinstance(a, Update) for c in a.changes
    ]
    assert changes == (["rules reordered"] if lab.version >= MODERN else [])
    assert sync(lab, turned).ok
    assert not plan(lab, turned)


def test_a_deleted_group_is_put_back_as_it_was(lab: Lab) -> None:
    api = group(lab, "api", rule(lab, "a", "A", labels={"x": "y"}))
    sync(lab, api)
    (action,) = (a for a in lab.plan(folder_of(api), prune=True).actions)
    assert isinstance(action, Delete)
    lab.sync(folder_of(api), prune=True)
    report = sync(lab, replace(action.live, marks={}))
    assert report.ok, report
    assert not plan(lab, api)


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.NOT_FOUND])
def test_a_server_that_shows_no_rules_is_no_trouble_for_a_project_without(
    double: Lab, fault: Fault
) -> None:
    server, denied = double.double, list[str]()
    assert server

    def deny(_: str, path: str) -> None:
        if "/ruler/grafana" in path:
            server.faults[len(server.calls)] = fault
            denied.append(path)

    server.before = deny
    assert not double.plan()
    assert denied
