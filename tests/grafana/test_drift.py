"""Whose changes are whose: the history of dashboards, on a Grafana of each version."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from obsdash.drift import ASK, Policy
from obsdash.grafana.target import GrafanaTarget
from obsdash.http import Auth
from obsdash.plan import Blocked, Edit, Kept, Plan, Update
from obsdash.render.plan import plan_text
from obsdash.resource import DATASOURCE, FOLDER, Ref, Resource
from obsdash.target import apply_plan, plan_for
from obsdash.undo import undo_plan
from tests.diff.documents import Spec, dashboard, resource
from tests.doubles.grafana import GrafanaDouble
from tests.support.hands import Hands, red

VERSIONS = ("9.3.2", "10.4.0", "11.6.0", "12.3.0", "13.0.0")
MERGE = Policy(merge=True)
OURS, THEIRS = Policy("ours"), Policy("theirs")


@pytest.fixture(name="double", params=VERSIONS)
def _double(request: pytest.FixtureRequest) -> Iterator[GrafanaDouble]:
    with GrafanaDouble(request.param) as double:
        double.person("alice", "Editor")
        double.person("bob", "Editor")
        yield double


@pytest.fixture(name="one")
def _one() -> Iterator[GrafanaDouble]:
    with GrafanaDouble("12.3.0") as double:
        double.person("alice", "Editor")
        double.person("bob", "Editor")
        yield double


def target(double: GrafanaDouble, project: str = "shop", **more: Any) -> GrafanaTarget:
    auth = Auth(user="admin", password="admin")
    return GrafanaTarget(double.url, project=project, auth=auth, **more)


def defined(**changes: Any) -> Resource:
    """Return a dashboard; `unit` is that of its first panel, `red` that of its second."""
    spec: Spec = dashboard(4)
    if "unit" in changes:
        spec["panels"][0]["fieldConfig"]["defaults"]["unit"] = changes.pop("unit")
    if "red" in changes:
        red("Errors", changes.pop("red"))(spec)
    folder = changes.pop("folder", "")
    return resource({**spec, **changes}, folder=folder)


def sync(double: GrafanaDouble, one: Resource, policy: Policy = ASK) -> Plan:
    there = target(double)
    wanted = [one, *folders(one.folder)]
    plan = plan_for(there, wanted, policy)
    assert apply_plan(plan, there).ok
    return plan


def folders(title: str) -> list[Resource]:
    return [Resource(Ref(FOLDER, title), {"title": title})] if title else []


def diff(double: GrafanaDouble, one: Resource, policy: Policy = ASK) -> Plan:
    return plan_for(target(double), [one, *folders(one.folder)], policy)


def edits(plan: Plan) -> list[tuple[str, str, str]]:
    """Return who changed what, in the order of the versions."""
    one = (*plan.actions, *plan.kept)[0]
    assert isinstance(one, Update | Blocked | Kept)
    assert one.sides
    found = sorted(one.sides.edits, key=lambda edit: edit.save.version if edit.save else 0)
    return [(by(edit), edit.change.subject, edit.change.text) for edit in found]


def by(edit: Edit) -> str:
    return f"{edit.save.by} {edit.save.version}" if edit.save else "?"


def yours(plan: Plan) -> list[str]:
    one = (*plan.actions, *plan.kept)[0]
    assert isinstance(one, Update | Blocked | Kept)
    assert one.sides
    return [change.text for change in one.sides.yours]


def test_an_edit_is_told_apart_from_your_changes_and_refused(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    plan = diff(double, defined(unit="ms"))
    [blocked] = plan.actions
    assert isinstance(blocked, Blocked)
    assert "edited in Grafana by alice: --take ours" in blocked.reason
    assert edits(plan) == [("alice 2", 'panel "Errors"', "threshold red 0.8 → 0.9")]
    assert yours(plan) == ['unit "reqps" → "ms"']
    [edit] = blocked.sides.edits if blocked.sides else ()
    assert str(edit.change.origin) == "dashboards/api.py:101"


def test_an_edit_of_what_is_defined_unchanged_shows_as_well(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    plan = diff(double, defined())
    assert len(edits(plan)) == 1
    assert yours(plan) == []


@pytest.mark.parametrize("policy", [ASK, OURS, THEIRS, MERGE])
def test_a_save_that_changes_nothing_is_no_edit(double: GrafanaDouble, policy: Policy) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", as_the_editor_does)
    plan = diff(double, defined(unit="ms"), policy)
    [update] = plan.actions
    assert isinstance(update, Update)
    assert update.sides is None
    assert apply_plan(plan, target(double)).ok


def as_the_editor_does(document: dict[str, Any]) -> None:
    """Fill in and take away what Grafana's editor does on every save."""
    document |= {"weekStart": "", "liveNow": False, "fiscalYearStartMonth": 0}
    for panel in document["panels"]:
        panel["pluginVersion"] = "9.3.2"
        panel["fieldConfig"]["defaults"]["thresholds"]["steps"][0].pop("value", None)
        panel["gridPos"]["y"] += 1


def test_ours_overwrites_and_the_next_diff_is_empty(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    plan = sync(double, defined(unit="ms"), OURS)
    [update] = plan.actions
    assert isinstance(update, Update)
    assert [edit.fate for edit in update.sides.edits] == ["overwritten"] if update.sides else False
    assert diff(double, defined(unit="ms")).in_sync


def test_theirs_writes_nothing(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    double.forget_calls()
    plan = sync(double, defined(unit="ms"), THEIRS)
    assert [type(one) for one in (*plan.actions, *plan.kept)] == [Kept]
    assert not plan.in_sync
    assert {method for method, _ in double.calls} == {"GET"}


def test_a_merge_has_both_and_the_edit_stays_an_edit_until_it_is_defined(
    double: GrafanaDouble,
) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    for unit in ("ms", "s", "h"):
        sync(double, defined(unit=unit), MERGE)
        live = double.store.dashboards["api"].data["panels"]
        assert live[0]["fieldConfig"]["defaults"]["unit"] == unit
        assert live[1]["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"] == 0.9
        plan = diff(double, defined(unit=unit))
        assert edits(plan) == [("alice 2", 'panel "Errors"', "threshold red 0.8 → 0.9")]
        assert yours(plan) == []
        assert diff(double, defined(unit=unit), MERGE).actions == ()
    assert diff(double, defined(unit="h", red=0.9)).in_sync


def test_what_both_changed_is_refused_in_a_merge_until_a_side_is_taken(
    double: GrafanaDouble,
) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    Hands(double.url).edit("api", lambda document: document.update(title="By hand"))
    wanted = defined(red=0.7)
    plan = diff(double, wanted, MERGE)
    [blocked] = plan.actions
    assert isinstance(blocked, Blocked)
    assert "the definition changed, too" in blocked.reason
    assert [edit.collides for edit in blocked.sides.edits] == [False, True] if blocked.sides else 0
    sync(double, wanted, Policy("ours", merge=True))
    live = double.store.dashboards["api"].data
    assert (live["title"], steps(live)[1]["value"]) == ("By hand", 0.7)
    assert edits(diff(double, wanted)) == [("alice 3", "", 'title "API" → "By hand"')]


def steps(document: dict[str, Any]) -> Any:
    return document["panels"][1]["fieldConfig"]["defaults"]["thresholds"]["steps"]


def test_a_collision_that_was_left_to_them_collides_again(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    wanted = defined(red=0.7, unit="ms")
    sync(double, wanted, Policy("theirs", merge=True))
    plan = diff(double, wanted, MERGE)
    assert isinstance(plan.actions[0], Blocked)
    assert yours(plan) == ["threshold red 0.8 → 0.7"]


def test_each_edit_has_its_author(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    Hands(double.url, "bob", "bob").edit("api", lambda document: document.update(title="Bob's"))
    Hands(double.url).edit("api", red("Requests", 0.5))
    assert edits(diff(double, defined())) == [
        ("alice 2", 'panel "Errors"', "threshold red 0.8 → 0.9"),
        ("bob 3", "", 'title "API" → "Bob\'s"'),
        ("alice 4", 'panel "Requests"', "threshold red 0.8 → 0.5"),
    ]


def test_an_edit_that_was_taken_back_is_none(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    Hands(double.url).edit("api", red("Errors", 0.8))
    [update] = diff(double, defined(unit="ms")).actions
    assert isinstance(update, Update)


def test_an_edit_that_the_definition_took_over_is_none(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    assert diff(double, defined(red=0.9)).in_sync
    [update] = diff(double, defined(red=0.9, unit="ms")).actions
    assert isinstance(update, Update)


def test_restoring_an_old_version_is_an_edit(double: GrafanaDouble) -> None:
    sync(double, defined())
    sync(double, defined(red=0.9))
    Hands(double.url).restore("api", 1)
    plan = diff(double, defined(red=0.9))
    assert edits(plan) == [("alice 3", 'panel "Errors"', "threshold red 0.9 → 0.8")]
    Hands(double.url).restore("api", 2)
    assert diff(double, defined(red=0.9)).in_sync


def test_a_rollback_brings_an_edit_back_as_an_edit(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    there = target(double)
    done = sync(double, defined(unit="ms"), OURS)
    assert diff(double, defined(unit="ms")).in_sync
    assert apply_plan(undo_plan(done, there, refused=()), there).ok
    plan = diff(double, defined(unit="ms"))
    assert edits(plan) == [("alice 2", 'panel "Errors"', "threshold red 0.8 → 0.9")]
    assert yours(plan) == ['unit "reqps" → "ms"']


def test_a_rollback_refuses_what_was_edited_since_a_merge(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    there = target(double)
    done = sync(double, defined(unit="ms"), MERGE)
    Hands(double.url).edit("api", lambda document: document.update(title="Since"))
    [blocked] = undo_plan(done, there, refused=()).actions
    assert isinstance(blocked, Blocked)
    assert "changed since" in blocked.reason


def test_moving_to_another_folder_is_an_edit(one: GrafanaDouble) -> None:
    sync(one, defined(folder="Shop"))
    admin = Hands(one.url, "admin", "admin")
    admin.call("POST", "folders", {"title": "Elsewhere", "uid": "elsewhere"})
    admin.move("api", "elsewhere")
    plan = diff(one, defined(folder="Shop"))
    assert edits(plan) == [("admin 2", "", 'folder "Shop" → "Elsewhere"')]
    sync(one, defined(folder="Shop", unit="ms"), MERGE)
    assert one.store.dashboards["api"].folder == "elsewhere"
    assert edits(diff(one, defined(folder="Shop", unit="ms"))) == edits(plan)


def test_a_folder_that_the_definition_changed_is_no_edit(one: GrafanaDouble) -> None:
    sync(one, defined(folder="Shop"))
    Hands(one.url).edit("api", as_the_editor_does)
    plan = diff(one, defined(folder="Other"))
    update = plan.actions[-1]
    assert isinstance(update, Update)
    assert update.sides is None


def two_way(double: GrafanaDouble, there: GrafanaTarget, one: Resource) -> str:
    plan = plan_for(there, [one])
    [update] = plan.actions
    assert isinstance(update, Update)
    return plan.two_way[one.ref]


def test_where_the_base_is_purged_the_plan_is_two_way_and_says_so(double: GrafanaDouble) -> None:
    sync(double, defined())
    double.store.keep_versions = 2
    for value in (0.9, 0.95, 0.99):
        Hands(double.url).edit("api", red("Errors", value))
    why = two_way(double, target(double), defined(unit="ms"))
    assert why == "what obsdash saved is no longer in its history"


def test_what_was_never_ours_is_two_way(one: GrafanaDouble) -> None:
    Hands(one.url, "admin", "admin").call("POST", "dashboards/db", {"dashboard": dashboard(4)})
    there = target(one, adopt=True)
    assert two_way(one, there, defined(unit="ms")) == "obsdash has not saved it yet"
    assert apply_plan(plan_for(there, [defined(unit="ms")]), there).ok
    Hands(one.url).edit("api", red("Errors", 0.9))
    assert len(edits(diff(one, defined(unit="ms")))) == 1, "adopted, it has a base"


def test_after_the_project_was_renamed_the_old_saves_are_not_ours(one: GrafanaDouble) -> None:
    sync(one, defined())
    there = target(one, project="store", adopt=True)
    [blocked] = plan_for(there, [defined(unit="ms")]).actions
    assert isinstance(blocked, Blocked)
    assert "belongs to the obsdash project shop" in blocked.reason
    unmark = lambda document: document.update(tags=["shop", "api"])  # noqa: E731
    Hands(one.url).edit("api", unmark)
    assert two_way(one, there, defined(unit="ms")) == "obsdash has not saved it yet"


def test_a_save_of_another_project_in_between_is_an_edit(one: GrafanaDouble) -> None:
    sync(one, defined())
    unmark = lambda document: document.update(tags=["shop", "api"])  # noqa: E731
    mark = lambda document: document.update(tags=["shop", "api", "obsdash:shop"])  # noqa: E731
    Hands(one.url).edit("api", unmark)
    other = target(one, project="store", adopt=True)
    assert apply_plan(plan_for(other, [defined(red=0.9)]), other).ok
    Hands(one.url).edit("api", mark)
    assert edits(diff(one, defined())) == [("admin 3", 'panel "Errors"', "threshold red 0.8 → 0.9")]


@pytest.mark.parametrize("saved", [1, 2])
def test_a_tool_that_writes_our_message_again_is_not_us(double: GrafanaDouble, saved: int) -> None:
    for unit in ("s", "ms")[:saved]:
        sync(double, defined(unit=unit))
    kept = Hands(double.url).call("GET", f"dashboards/uid/api/versions/{saved}")["message"]
    assert kept.startswith("obsdash shop ")
    Hands(double.url).edit("api", red("Errors", 0.9), kept)
    plan = diff(double, defined(unit=unit))
    assert edits(plan) == [(f"alice {saved + 1}", 'panel "Errors"', "threshold red 0.8 → 0.9")]
    assert yours(plan) == []


def test_histories_are_read_only_of_what_differs(one: GrafanaDouble) -> None:
    sync(one, defined())
    Hands(one.url).edit("api", as_the_editor_does)
    one.forget_calls()
    assert diff(one, defined()).in_sync
    assert not [path for _, path in one.calls if "versions" in path]


def test_a_history_that_may_not_be_read_makes_the_plan_two_way(
    one: GrafanaDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(one, defined())
    viewer = GrafanaTarget(one.url, project="shop", auth=Auth(token=one.token("Viewer")))
    why = two_way(one, viewer, defined(unit="ms"))
    assert why == "its history may not be read: that needs the permission to write it"


def test_merged_edits_are_not_lost_when_the_history_is(one: GrafanaDouble) -> None:
    sync(one, defined())
    Hands(one.url).edit("api", red("Errors", 0.9))
    sync(one, defined(unit="ms"), MERGE)
    one.store.dashboards["api"].versions = one.store.dashboards["api"].versions[-1:]
    [blocked] = diff(one, defined(unit="s")).actions
    assert isinstance(blocked, Blocked)
    assert "no longer in its history: --take ours" in blocked.reason
    sync(one, defined(unit="s"), OURS)
    assert diff(one, defined(unit="s")).in_sync


def test_an_edit_after_the_plan_was_made_is_refused_by_the_apply(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    plan = diff(double, defined(unit="ms"), MERGE)
    Hands(double.url).edit("api", red("Errors", 0.95))
    before = copy.deepcopy(double.store.dashboards["api"].data)
    report = apply_plan(plan, target(double))
    assert not report.ok
    assert double.store.dashboards["api"].data == before


@pytest.mark.parametrize("name", ["Anonymous", None])
def test_who_has_been_deleted_since_is_unknown(double: GrafanaDouble, name: Any) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", red("Errors", 0.9))
    double.store.dashboards["api"].versions[-1].by = name
    plan = diff(double, defined())
    assert edits(plan) == [(" 2", 'panel "Errors"', "threshold red 0.8 → 0.9")]
    [blocked] = plan.actions
    assert isinstance(blocked, Blocked)
    assert blocked.reason.startswith("edited in Grafana: --take ours")
    assert "edited in Grafana by an unknown user at " in plan_text(plan, color=False, noise=False)


class Robot(Hands):
    """A program with a token, which is its login here."""

    @property
    def _authorization(self) -> str:
        return f"Bearer {self.login}"


def test_a_service_account_is_an_author_like_others(one: GrafanaDouble) -> None:
    sync(one, defined())
    Robot(one.url, one.token("Editor")).edit("api", red("Errors", 0.9))
    assert edits(diff(one, defined())) == [
        ("sa-editor 2", 'panel "Errors"', "threshold red 0.8 → 0.9")
    ]


def test_a_history_that_comes_in_pages_is_read_to_its_end(
    double: GrafanaDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("obsdash.grafana.history.PAGE", 3)
    sync(double, defined())
    for value in (0.81, 0.82, 0.83, 0.84, 0.9):
        Hands(double.url).edit("api", red("Errors", value))
    assert edits(diff(double, defined())) == [
        ("alice 6", 'panel "Errors"', "threshold red 0.8 → 0.9")
    ]
    double.forget_calls()
    diff(double, defined())
    assert len([path for _, path in double.calls if "/versions?" in path]) == 3


def test_a_version_says_who_saved_it_however_it_was_said(one: GrafanaDouble) -> None:
    """What a person writes into the message of a save makes it no save of ours."""
    sync(one, defined())
    for message in (
        "",
        "obsdash",
        "obsdash shop",
        "obsdash shop 0123",
        "obsdash other 0123456789ab",
    ):
        live = Hands(one.url).call("GET", "dashboards/uid/api")["dashboard"]
        red("Errors", 0.9)(live)
        Hands(one.url).call("POST", "dashboards/db", {"dashboard": live, "message": message})
    assert edits(diff(one, defined())) == [("alice 2", 'panel "Errors"', "threshold red 0.8 → 0.9")]


def test_other_kinds_are_two_way_and_say_so(one: GrafanaDouble) -> None:
    source = {"uid": "pg", "name": "pg", "type": "postgres", "access": "proxy", "url": "a"}
    wanted = Resource(Ref(DATASOURCE, "pg"), source)
    assert apply_plan(plan_for(target(one), [wanted]), target(one)).ok
    plan = plan_for(target(one), [Resource(wanted.ref, {**source, "url": "b"})])
    assert plan.two_way == {wanted.ref: "Grafana keeps no history of it"}
    assert "edits cannot be told from your changes: datasource/pg" in plan_text(
        plan, color=False, noise=False
    )


def test_who_saved_last_is_known_of_what_is_live(double: GrafanaDouble) -> None:
    sync(double, defined())
    Hands(double.url).edit("api", as_the_editor_does)
    live = target(double).read([defined()]).live[defined().ref]
    assert live.saved.startswith("by alice at 20")
    assert live.saved.endswith(" UTC")
