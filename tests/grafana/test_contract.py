"""What holds on every Grafana: from the plan to the server and back."""

from dataclasses import replace

import pytest

from obsdash import secrets
from obsdash.http import Auth
from obsdash.plan import Blocked, Create, Delete, Plan, Update
from obsdash.resource import FOLDER, Ref, Resource
from obsdash.target import Applied, Failed, Refused, apply_plan
from tests.grafana.conftest import Lab


def verbs(plan: Plan) -> dict[str, str]:
    return {str(action.ref): type(action).__name__.lower() for action in plan.actions}


def shop(lab: Lab) -> list[Resource]:
    """Return two of each kind, with references between them."""
    shop, pay = lab.name("Shop"), lab.name("Pay")
    source = lab.datasource("prom", jsonData={"httpMethod": "POST", "timeInterval": "15s"})
    panel = {
        "id": 1,
        "type": "timeseries",
        "title": "p95 → “日本”",
        "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "datasource": {"type": "prometheus", "uid": source.ref.uid},
        "targets": [{"refId": "A", "expr": 'rate(x{a="b"}[5m])'}],
    }
    return [
        lab.folder(shop),
        lab.folder(pay),
        source,
        lab.datasource("loki", type="loki", url="http://127.0.0.1:3100"),
        lab.dashboard("api", shop, panels=[panel], tags=["b", "a"], refresh="30s"),
        lab.dashboard("home", description="at the root"),
    ]


# Everything together


def test_after_a_sync_there_is_nothing_to_do(lab: Lab) -> None:
    resources = shop(lab)
    report = lab.sync(*resources)
    assert report.ok, report
    assert {str(o.ref) for o in report.outcomes} == {str(r.ref) for r in resources}
    plan = lab.plan(*resources)
    assert not plan, plan.actions
    assert set(plan.unchanged) == {r.ref for r in resources}
    assert not set(plan.orphans) & {r.ref for r in resources}


def test_what_is_unchanged_is_not_written(lab: Lab) -> None:
    dashboard = lab.dashboard("api")
    lab.sync(dashboard)
    lab.sync(dashboard)
    assert lab.stored(dashboard)["meta"]["version"] == 1


def test_without_prune_nothing_is_deleted_and_the_orphans_are_named(lab: Lab) -> None:
    resources = shop(lab)
    lab.sync(*resources)
    plan = lab.plan()
    assert not plan
    assert {r.ref for r in resources} <= set(plan.orphans)


def test_prune_deletes_what_is_ours_from_the_dashboards_to_the_folders(lab: Lab) -> None:
    resources = shop(lab)
    lab.sync(*resources)
    plan = lab.plan(prune=True)
    assert set(verbs(plan).values()) == {"delete"}
    report = apply_plan(plan, lab.target())
    assert report.ok, report
    kinds = [outcome.ref.kind for outcome in report.outcomes]
    assert kinds == sorted(kinds, key=["dashboard", "datasource", "folder"].index)
    assert not set(lab.plan().orphans) & {r.ref for r in resources}


def test_what_is_not_ours_is_listed_and_left_alone(lab: Lab) -> None:
    folder, uid = lab.api("POST", "/folders", {"title": lab.name("People")}), lab.name("theirs")
    dashboard = {"dashboard": {"uid": uid, "title": uid}, "folderUid": folder["uid"]}
    lab.api("POST", "/dashboards/db", dashboard)
    source = lab.datasource("their-prom")
    lab.api("POST", "/datasources", source.spec)
    lab.sync(*shop(lab))
    plan = lab.plan(prune=True)
    theirs = {Ref(FOLDER, lab.name("People")), lab.dashboard("theirs").ref, source.ref}
    assert theirs <= set(plan.unmanaged)
    assert apply_plan(plan, lab.target()).ok
    assert lab.stored(lab.dashboard("theirs"))["meta"]["version"] == 1
    assert lab.stored(source)


def test_two_projects_do_not_see_each_others_objects_as_their_own(lab: Lab) -> None:
    resources = shop(lab)
    lab.sync(*resources)
    plan = lab.plan(prune=True, project=f"{lab.project}-2")
    assert not plan
    assert {r.ref for r in resources} <= set(plan.unmanaged)


def test_a_saved_plan_is_applied_to_what_it_was_made_for_only(lab: Lab) -> None:
    dashboard = lab.dashboard("api")
    plan = lab.plan(dashboard)
    body = {"dashboard": {"uid": dashboard.ref.uid, "title": lab.name("by hand")}}
    lab.api("POST", "/dashboards/db", body)
    report = apply_plan(plan, lab.target())
    assert [type(outcome) for outcome in report.outcomes] == [Refused]
    assert lab.stored(dashboard)["dashboard"]["title"] == lab.name("by hand")


# Folders


def test_a_folder_that_was_renamed_in_grafana_gets_its_title_back(lab: Lab) -> None:
    folder = lab.folder(lab.name("Shop"))
    lab.sync(folder, lab.dashboard("api", folder.ref.uid))
    uid = lab.stored(lab.dashboard("api"))["meta"]["folderUid"]
    lab.api("PUT", f"/folders/{uid}", {"title": lab.name("Renamed"), "overwrite": True})
    resources = (folder, lab.dashboard("api", folder.ref.uid))
    assert verbs(lab.plan(*resources))[str(folder.ref)] == "update"
    assert lab.sync(*resources).ok
    assert lab.api("GET", f"/folders/{uid}")["title"] == folder.ref.uid
    assert not lab.plan(*resources)


def test_a_folder_that_people_made_is_used_as_it_is(lab: Lab) -> None:
    theirs = lab.api("POST", "/folders", {"title": lab.name("Shop")})
    dashboard = lab.dashboard("api", lab.name("Shop"))
    assert lab.sync(lab.folder(lab.name("Shop")), dashboard).ok
    assert lab.stored(dashboard)["meta"]["folderUid"] == theirs["uid"]
    lab.sync(prune=True)
    assert lab.api("GET", f"/folders/{theirs['uid']}")["version"] == theirs["version"]


def test_a_folder_with_something_foreign_in_it_is_not_deleted(lab: Lab) -> None:
    folder = lab.folder(lab.name("Shop"))
    lab.sync(folder, lab.dashboard("api", folder.ref.uid))
    uid = lab.stored(lab.dashboard("api"))["meta"]["folderUid"]
    body = {"dashboard": {"uid": lab.name("x"), "title": lab.name("x")}, "folderUid": uid}
    lab.api("POST", "/dashboards/db", body)
    report = lab.sync(prune=True)
    refused = [outcome for outcome in report.outcomes if outcome.ref == folder.ref]
    assert refused == [Refused(folder.ref, "it still holds 1 dashboard")]
    assert lab.stored(lab.dashboard("x"))


def test_a_nested_folder_is_made_where_the_server_can_and_blocked_where_not(lab: Lab) -> None:
    outer = lab.folder(lab.name("Shop"))
    inner = lab.folder(f"{outer.ref.uid}/Payments")
    dashboard = lab.dashboard("pay", inner.ref.uid)
    plan = lab.plan(outer, inner, dashboard)
    if lab.version < (11, 0):
        reasons = {a.ref: a.reason for a in plan.actions if isinstance(a, Blocked)}
        assert reasons.keys() == {inner.ref, dashboard.ref}
        assert "has no folders inside folders" in reasons[inner.ref]
        return
    assert apply_plan(plan, lab.target()).ok
    assert not lab.plan(outer, inner, dashboard)
    assert lab.sync(prune=True).ok


# Dashboards


def test_a_dashboard_carries_its_projects_tag_and_a_message(lab: Lab) -> None:
    dashboard = lab.dashboard("api", tags=["team"])
    lab.sync(dashboard)
    assert lab.stored(dashboard)["dashboard"]["tags"] == ["team", f"obsdash:{lab.project}"]
    version = lab.api("GET", f"/dashboards/uid/{dashboard.ref.uid}/versions/1")
    assert version["message"].startswith(f"obsdash {lab.project} ")


def test_a_changed_dashboard_becomes_one_new_version(lab: Lab) -> None:
    before = lab.dashboard("api")
    lab.sync(before)
    after = lab.dashboard("api", description="new")
    report = lab.sync(after)
    assert report.outcomes == (Applied(after.ref, "updated"),)
    assert lab.stored(after)["meta"]["version"] == 2
    assert not lab.plan(after)


def test_a_dashboard_moves_between_folders_and_to_the_root(lab: Lab) -> None:
    one, two = lab.folder(lab.name("One")), lab.folder(lab.name("Two"))
    lab.sync(one, two, lab.dashboard("api", one.ref.uid))
    for place, title in ((two.ref.uid, two.ref.uid), ("", "General")):
        moved = lab.dashboard("api", place)
        assert lab.sync(one, two, moved).ok
        meta = lab.stored(moved)["meta"]
        assert place == "" or meta["folderTitle"] == title
        assert bool(meta["folderUid"]) == bool(place)
        assert not lab.plan(one, two, moved)


def test_an_edit_made_meanwhile_is_not_overwritten(lab: Lab) -> None:
    dashboard = lab.dashboard("api")
    lab.sync(dashboard)
    target = lab.target()
    wanted = lab.dashboard("api", description="new")
    update = next(a for a in lab.plan(wanted).actions if isinstance(a, Update))
    edited = {**lab.stored(dashboard)["dashboard"], "description": "by hand"}
    lab.api("POST", "/dashboards/db", {"dashboard": edited})
    (outcome,) = target.apply([update])
    assert isinstance(outcome, Refused)
    assert lab.stored(dashboard)["dashboard"]["description"] == "by hand"


def test_a_save_that_changed_nothing_does_not_stand_in_the_way(lab: Lab) -> None:
    dashboard = lab.dashboard("api")
    lab.sync(dashboard)
    wanted = lab.dashboard("api", description="new")
    update = next(a for a in lab.plan(wanted).actions if isinstance(a, Update))
    lab.api("POST", "/dashboards/db", {"dashboard": lab.stored(dashboard)["dashboard"]})
    assert list(lab.target().apply([update])) == [Applied(wanted.ref, "updated")]


def test_a_foreign_dashboard_of_the_same_uid_is_blocked_until_adopted(lab: Lab) -> None:
    dashboard = lab.dashboard("api", description="ours")
    lab.api("POST", "/dashboards/db", {"dashboard": {**dashboard.spec, "description": "theirs"}})
    (action,) = lab.plan(dashboard).actions
    assert isinstance(action, Blocked)
    assert "--adopt" in action.reason
    assert lab.sync(dashboard, adopt=True).outcomes == (Applied(dashboard.ref, "updated"),)
    assert not lab.plan(dashboard)
    assert verbs(lab.plan(lab.dashboard("api", description="next"))) == {
        str(dashboard.ref): "update"
    }


def test_another_projects_dashboard_is_blocked_even_from_adoption(lab: Lab) -> None:
    lab.sync(lab.dashboard("api"), project=f"{lab.project}-2")
    (action,) = lab.plan(lab.dashboard("api", description="ours"), adopt=True).actions
    assert isinstance(action, Blocked)
    assert f"belongs to the obsdash project {lab.project}-2," in action.reason


def test_a_copy_that_a_person_made_is_no_orphan(lab: Lab) -> None:
    dashboard = lab.dashboard("api")
    lab.sync(dashboard)
    copy = {**lab.stored(dashboard)["dashboard"], "id": None, "version": 0}
    copy |= {"uid": lab.name("copy"), "title": lab.name("Copy of API")}
    assert lab.api("POST", "/dashboards/db", {"dashboard": copy})
    plan = lab.plan(dashboard, prune=True)
    assert not plan
    assert lab.dashboard("copy").ref in plan.unmanaged


def test_a_title_twin_is_found_before_writing_where_it_matters(lab: Lab) -> None:
    first = lab.dashboard("one", title=lab.name("API (v2)"))
    lab.sync(first)
    second = lab.dashboard("two", title=lab.name("api v2"))
    plan = lab.plan(first, second)
    if lab.version < (11, 3):
        (action,) = plan.actions
        assert isinstance(action, Blocked)
        assert str(first.ref) in action.reason
    else:
        assert apply_plan(plan, lab.target()).ok
        assert not lab.plan(first, second)


def test_a_dashboard_titled_like_a_folder_is_found_before_writing(lab: Lab) -> None:
    folder = lab.folder(lab.name("Shop"))
    dashboard = lab.dashboard("shop", folder.ref.uid, title=folder.ref.uid)
    lab.sync(folder)
    plan = lab.plan(folder, dashboard)
    if lab.version < (11, 3):
        (action,) = plan.actions
        assert isinstance(action, Blocked)
        assert "titled like a folder" in action.reason
    else:
        assert apply_plan(plan, lab.target()).ok


def test_what_the_server_rewrites_or_refuses_is_reported_in_words(lab: Lab) -> None:
    dashboard = lab.dashboard("api", refresh="1s")
    (outcome,) = lab.sync(dashboard).outcomes
    assert isinstance(outcome, Failed)
    words = "interval is too low" if lab.version >= (13, 0) else '"1s" → "5s"'
    assert words in outcome.reason


def test_a_refusal_is_reported_in_grafanas_words_and_the_others_go_on(lab: Lab) -> None:
    bad = lab.dashboard("x" * 40)
    good = lab.dashboard("good")
    outcomes = {outcome.ref: outcome for outcome in lab.sync(bad, good).outcomes}
    assert outcomes[good.ref] == Applied(good.ref, "created")
    failed = outcomes[bad.ref]
    assert isinstance(failed, Failed)
    assert "uid too long" in failed.reason


def test_a_dashboard_for_a_folder_that_nobody_makes_fails_alone(lab: Lab) -> None:
    lost, good = lab.dashboard("lost", lab.name("Nowhere")), lab.dashboard("good")
    outcomes = {outcome.ref: outcome for outcome in lab.sync(lost, good).outcomes}
    assert isinstance(outcomes[lost.ref], Failed)
    assert outcomes[good.ref] == Applied(good.ref, "created")


def test_an_editors_token_is_enough_for_dashboards_and_folders(lab: Lab) -> None:
    """Such a token is denied what does not exist yet, not told that it is absent."""
    auth = Auth(token=lab.token("Editor"))
    folder = lab.folder(lab.name("Shop"))
    resources = (folder, lab.dashboard("api", folder.ref.uid), lab.dashboard("home"))
    assert lab.sync(*resources, auth=auth).ok
    assert not lab.plan(*resources, auth=auth)
    assert lab.sync(prune=True, auth=auth).ok


def test_what_a_token_may_not_do_is_said_object_by_object(lab: Lab) -> None:
    report = lab.sync(lab.dashboard("api"), auth=Auth(token=lab.token("Viewer")))
    (outcome,) = report.outcomes
    assert isinstance(outcome, Failed)
    assert "dashboards:create" in outcome.reason


# Data sources


def test_a_data_source_is_told_its_secrets_and_the_plan_is_not(lab: Lab) -> None:
    source = lab.datasource("prom", {"basicAuthPassword": "env:PW"}, basicAuth=True)
    source = replace(source, spec={**source.spec, "basicAuthUser": "u"})
    plan = lab.plan(source)
    assert "value of" not in repr(plan)
    assert apply_plan(plan, lab.target()).ok
    assert lab.stored(source)["secureJsonFields"] == {"basicAuthPassword": True}
    assert not lab.plan(source)


def test_an_unset_secret_fails_before_anything_is_written(lab: Lab) -> None:
    source = lab.datasource("prom", {"basicAuthPassword": "env:PW"})
    report = lab.sync(source, secrets=lambda reference: secrets.resolve(reference, {}))
    (outcome,) = report.outcomes
    assert outcome == Failed(source.ref, "the secret env:PW is not set", "export PW=…")
    assert lab.stored(source) is None


def test_a_data_source_is_replaced_as_a_whole(lab: Lab) -> None:
    old = {"httpMethod": "POST", "timeInterval": "15s"}
    lab.sync(lab.datasource("prom", jsonData=old, basicAuth=True))
    source = lab.datasource("prom", jsonData={"httpMethod": "GET"}, url="http://127.0.0.1:9191")
    assert lab.sync(source).outcomes == (Applied(source.ref, "updated"),)
    stored = lab.stored(source)
    assert stored["jsonData"] == {"httpMethod": "GET", "obsdash": lab.project}
    assert stored["basicAuth"] is False
    assert not lab.plan(source)


def test_secrets_that_are_added_or_no_longer_defined_are_a_change(lab: Lab) -> None:
    lab.sync(lab.datasource("prom", {"httpHeaderValue1": "env:A", "httpHeaderValue2": "env:B"}))
    source = lab.datasource("prom", {"httpHeaderValue1": "env:A", "httpHeaderValue3": "env:C"})
    (action,) = lab.plan(source).actions
    assert isinstance(action, Update)
    assert {change.text for change in action.changes} == {
        "secret httpHeaderValue2 removed",
        "secret httpHeaderValue3 added (env:C)",
    }
    assert lab.sync(source).ok
    stored = lab.stored(source)["secureJsonFields"]
    assert stored == {"httpHeaderValue1": True, "httpHeaderValue3": True}
    assert not lab.plan(source)


def test_being_the_default_is_not_touched_where_it_is_not_defined(lab: Lab) -> None:
    source = lab.datasource("prom")
    lab.sync(source)
    stored = lab.stored(source)
    lab.api("PUT", f"/datasources/uid/{source.ref.uid}", {**stored, "isDefault": True})
    assert not lab.plan(source)
    lab.sync(lab.datasource("prom", url="http://127.0.0.1:9191"))
    assert lab.stored(source)["isDefault"] is True


def test_a_data_source_of_the_same_name_is_found_before_writing(lab: Lab) -> None:
    lab.api("POST", "/datasources", lab.datasource("theirs", name=lab.name("Prometheus")).spec)
    (action,) = lab.plan(lab.datasource("prom", name=lab.name("Prometheus"))).actions
    assert isinstance(action, Blocked)
    assert lab.name("theirs") in action.reason


def test_a_foreign_data_source_of_the_same_uid_is_blocked_until_adopted(lab: Lab) -> None:
    source = lab.datasource("prom")
    lab.api("POST", "/datasources", {**source.spec, "url": "http://127.0.0.1:1"})
    (action,) = lab.plan(source).actions
    assert isinstance(action, Blocked)
    assert lab.sync(source, adopt=True).ok
    assert lab.stored(source)["url"] == "http://127.0.0.1:9090"
    assert not lab.plan(source)


def test_a_data_source_that_was_changed_meanwhile_is_left_alone(lab: Lab) -> None:
    source = lab.datasource("prom")
    lab.sync(source)
    wanted = lab.datasource("prom", url="http://127.0.0.1:9191")
    update = next(a for a in lab.plan(wanted).actions if isinstance(a, Update))
    edited = {**lab.stored(source), "url": "http://127.0.0.1:9292"}
    lab.api("PUT", f"/datasources/uid/{source.ref.uid}", edited)
    (outcome,) = lab.target().apply([update])
    assert isinstance(outcome, Refused)
    assert lab.stored(source)["url"] == "http://127.0.0.1:9292"


def test_a_data_source_with_an_odd_uid_is_found_again(lab: Lab) -> None:
    if lab.version >= (12, 0):
        pytest.skip("Grafana checks uids of data sources since 12.0")
    source = lab.datasource("a b?c#d")
    assert lab.sync(source).ok
    assert not lab.plan(source)
    assert lab.sync(prune=True).ok
    assert lab.stored(lab.datasource("a%20b%3Fc%23d")) is None


# Apply


def test_deleting_what_is_gone_already_is_no_trouble(lab: Lab) -> None:
    dashboard = lab.dashboard("api")
    lab.sync(dashboard)
    plan = lab.plan(prune=True)
    deletions = [a for a in plan.actions if isinstance(a, Delete)]
    lab.api("DELETE", f"/dashboards/uid/{dashboard.ref.uid}")
    assert list(lab.target().apply(deletions)) == [Applied(dashboard.ref, "deleted")]


def test_many_dashboards_are_written_at_once_and_each_arrives(lab: Lab) -> None:
    folder = lab.folder(lab.name("Many"))
    many = [lab.dashboard(f"d{n}", folder.ref.uid, tags=[str(n)]) for n in range(40)]
    report = lab.sync(folder, *many)
    assert report.ok, [o for o in report.outcomes if not isinstance(o, Applied)]
    assert not lab.plan(folder, *many)
    assert isinstance(lab.plan(lab.dashboard("d40")).actions[0], Create)
