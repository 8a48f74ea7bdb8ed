"""Library panels, on every Grafana: delivered, known again, compared, deleted."""

from typing import Any

from obsdash.plan import Blocked, Update
from obsdash.resource import LIBRARY_PANEL, Ref, Resource
from obsdash.target import Applied, Failed, Refused, apply_plan
from tests.grafana.conftest import Lab

Json = Any


def panel(lab: Lab, text: str = "p95", folder: str = "", **model: Any) -> Resource:
    uid = lab.name(text)
    document = {"type": "timeseries", "title": text, "targets": [{"refId": "A", "expr": "up"}]}
    spec = {"name": uid, "model": {**document, **model}}
    return Resource(Ref(LIBRARY_PANEL, uid), spec, folder)


def showing(lab: Lab, *panels: Resource, text: str = "api", folder: str = "") -> Resource:
    """Return a dashboard that shows library panels, the last one in a collapsed row."""
    refs = [
        {
            "id": number,
            "title": one.spec["model"]["title"],
            "gridPos": {"x": 0, "y": number, "w": 12, "h": 8},
            "libraryPanel": {"uid": one.ref.uid, "name": one.spec["name"]},
        }
        for number, one in enumerate(panels, 1)
    ]
    row = {"id": 99, "type": "row", "title": "More", "collapsed": True, "panels": refs[-1:]}
    return lab.dashboard(text, folder, panels=[*refs[:-1], row])


def element(lab: Lab, resource: Resource) -> Json:
    answer = lab.api("GET", f"/library-elements/{resource.ref.uid}")
    return answer and answer["result"]


def edit(lab: Lab, resource: Resource, **fields: Any) -> None:
    """Save a library panel as another client would."""
    now = element(lab, resource)
    body = {"name": now["name"], "kind": 1, "version": now["version"], "model": now["model"]}
    where = {"folderUid": now["folderUid"]} if now["folderUid"] != "general" else {}
    assert (
        lab.call("PATCH", f"/library-elements/{now['uid']}", {**body, **where, **fields})[0] == 200
    )


def test_after_a_sync_there_is_nothing_to_do(lab: Lab) -> None:
    shop = lab.folder(lab.name("Shop"))
    one, two = panel(lab, folder=shop.ref.uid, description="95 of 100"), panel(lab, "two")
    resources = [shop, one, two, showing(lab, one, two, folder=shop.ref.uid)]
    report = lab.sync(*resources)
    assert report.ok, report
    plan = lab.plan(*resources)
    assert not plan, plan.actions
    assert element(lab, one)["meta"]["connectedDashboards"] == 1
    assert element(lab, one)["version"] == 1


def test_the_mark_stands_where_people_read_and_is_no_difference(lab: Lab) -> None:
    plain, told = panel(lab), panel(lab, "told", description="Why it rises")
    lab.sync(plain, told)
    mark = f"obsdash:{lab.project}/{told.ref.uid}"
    assert element(lab, told)["description"] == f"Why it rises\n\n{mark}"
    assert element(lab, plain)["description"] == f"obsdash:{lab.project}/{plain.ref.uid}"
    copied = panel(lab, "told", description=f"Why it rises\n\n{mark}")  # as exported from there
    assert not lab.plan(plain, copied)
    lab.sync(plain, panel(lab, "told", description=f"Why it falls\n\n{mark}"))
    assert element(lab, told)["description"] == f"Why it falls\n\n{mark}"


def test_an_edit_is_told_in_the_words_of_panels_and_taken_back(lab: Lab) -> None:
    mine = panel(lab)
    lab.sync(mine)
    model = element(lab, mine)["model"]
    changed = {**model, "targets": [{"refId": "A", "expr": "down"}], "id": 7, "libraryPanel": {}}
    edit(lab, mine, name=f"{mine.spec['name']} by hand", model=changed)
    plan = lab.plan(mine)
    (action,) = plan.actions
    assert isinstance(action, Update)
    told = [f"{change.subject} {change.text}".strip() for change in action.changes]
    assert told[0] == f'renamed from "{mine.spec["name"]} by hand"'
    assert told[1].startswith('panel "p95" query A: ')
    assert len(told) == 2, told
    assert apply_plan(plan, lab.target()).ok
    assert not lab.plan(mine)


def test_what_changed_since_the_plan_is_refused(lab: Lab) -> None:
    mine = panel(lab)
    lab.sync(mine)
    plan = lab.plan(panel(lab, unit="s"))
    edit(lab, mine, name=f"{mine.spec['name']} by hand")
    (outcome,) = apply_plan(plan, lab.target()).outcomes
    assert isinstance(outcome, Refused)
    assert element(lab, mine)["name"] == f"{mine.spec['name']} by hand"


def test_it_moves_into_another_folder(lab: Lab) -> None:
    shop = lab.folder(lab.name("Shop"))
    lab.sync(panel(lab))
    moved = panel(lab, folder=shop.ref.uid)
    assert lab.sync(shop, moved).ok
    assert element(lab, moved)["meta"]["folderName"] == shop.ref.uid
    assert not lab.plan(shop, moved)


def test_out_of_a_folder_it_moves_or_the_failure_says_that_the_server_did_not(lab: Lab) -> None:
    shop = lab.folder(lab.name("Shop"))
    lab.sync(shop, panel(lab, folder=shop.ref.uid))
    (outcome,) = lab.sync(shop, panel(lab)).outcomes
    if lab.version >= (11, 0):
        assert isinstance(outcome, Applied)
    else:
        assert isinstance(outcome, Failed)
        assert "but folder none → " in outcome.reason


def test_prune_deletes_it_after_the_dashboards_that_show_it(lab: Lab) -> None:
    mine = panel(lab)
    lab.sync(mine, showing(lab, mine))
    assert mine.ref in lab.plan().orphans
    report = lab.sync(prune=True)
    assert report.ok, report
    assert [outcome.ref.kind for outcome in report.outcomes] == ["dashboard", "library-panel"]
    assert element(lab, mine) is None


def test_it_is_not_deleted_while_a_dashboard_of_others_shows_it(lab: Lab) -> None:
    mine = panel(lab)
    lab.sync(mine)
    theirs = showing(lab, mine, text="theirs")
    lab.api("POST", "/dashboards/db", {"dashboard": theirs.spec})
    (outcome,) = lab.sync(prune=True).outcomes
    assert outcome == Refused(mine.ref, "1 dashboard shows it")
    assert element(lab, mine)


def test_what_is_not_ours_is_listed_blocked_and_taken_over_only_when_told(lab: Lab) -> None:
    mine = panel(lab, unit="s")
    body = {"uid": mine.ref.uid, "name": "theirs", "kind": 1, "model": {"type": "stat"}}
    lab.api("POST", "/library-elements", {**body, "name": mine.spec["name"]})
    assert mine.ref in lab.plan().unmanaged
    (action,) = lab.plan(mine).actions
    assert isinstance(action, Blocked)
    assert action.reason.endswith("--adopt takes it over")
    lab.sync(prune=True)
    assert element(lab, mine)["version"] == 1
    assert lab.sync(mine, adopt=True).ok
    assert not lab.plan(mine)


def test_a_copy_that_a_person_made_is_not_ours(lab: Lab) -> None:
    mine = panel(lab)
    lab.sync(mine)
    copy = {**element(lab, mine), "uid": lab.name("copy"), "name": lab.name("copy")}
    lab.api("POST", "/library-elements", {k: copy[k] for k in ("uid", "name", "kind", "model")})
    plan = lab.plan(mine, prune=True)
    assert not plan
    assert Ref(LIBRARY_PANEL, lab.name("copy")) in plan.unmanaged


def test_another_projects_is_blocked(lab: Lab) -> None:
    mine = panel(lab)
    lab.sync(mine)
    other = panel(lab, unit="s")
    (action,) = lab.plan(other, project=f"{lab.project}-2", adopt=True).actions
    assert isinstance(action, Blocked)
    assert f"it belongs to the obsdash project {lab.project}" in action.reason


def test_of_a_reference_only_the_uid_and_the_name_count(lab: Lab) -> None:
    mine = panel(lab)
    dashboard = showing(lab, mine, mine)
    lab.sync(mine, dashboard)
    saved = lab.stored(dashboard)["dashboard"]
    full = {"meta": {"folderName": "General"}, "version": 3, "model": {"type": "stat"}}
    for holder in (saved["panels"], saved["panels"][1]["panels"]):
        holder[0]["libraryPanel"] |= full
        holder[0] |= {"type": "library-panel-ref", "targets": []}
    lab.api("POST", "/dashboards/db", {"dashboard": saved})
    assert not lab.plan(mine, dashboard)


def test_a_dashboard_is_not_saved_without_the_panels_that_it_shows(lab: Lab) -> None:
    dashboard = showing(lab, panel(lab))
    (outcome,) = lab.sync(dashboard).outcomes
    assert isinstance(outcome, Failed)
    assert outcome.reason == f"it shows the library panel {panel(lab).ref.uid}, which is not there"
    assert lab.stored(dashboard) is None


def test_a_name_that_is_taken_in_the_folder_is_found_before_anything_is_written(lab: Lab) -> None:
    mine = panel(lab)
    body = {"uid": lab.name("x"), "name": mine.spec["name"], "kind": 1, "model": {"type": "stat"}}
    lab.api("POST", "/library-elements", body)
    (action,) = lab.plan(mine).actions
    if lab.version < (11, 0):
        assert isinstance(action, Blocked)
        assert f"library-panel/{lab.name('x')} has it" in action.reason
    else:
        assert not isinstance(action, Blocked)


def test_many_library_panels_come_in_pages(double: Lab) -> None:
    for number in range(501):
        body = {"uid": f"u{number}", "name": f"n{number}", "kind": 1, "model": {"type": "stat"}}
        double.api("POST", "/library-elements", body)
    found = double.target().read([]).unmanaged
    assert len([ref for ref in found if ref.kind == LIBRARY_PANEL]) == 501


def test_a_token_that_may_not_list_them_does_for_a_project_without_any(double: Lab) -> None:
    from tests.doubles.grafana import Fault

    calls = double.double.calls if double.double else []
    double.target().read([])
    number = next(n for n, (_, path) in enumerate(calls, 1) if path.startswith("/api/library-"))
    assert double.double
    double.double.forget_calls()
    double.double.faults[number] = Fault.FORBIDDEN
    assert double.target().read([]).live == {}
