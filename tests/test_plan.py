"""The plan says what would be done, and nothing else."""

from obsdash.plan import Blocked, Create, Delete, Snapshot, Update, make_plan
from obsdash.resource import FOLDER, Ref, Resource
from tests.support.memory import dashboard


def _live(*resources: Resource) -> Snapshot:
    return Snapshot({resource.ref: resource for resource in resources})


def test_what_is_missing_is_created() -> None:
    plan = make_plan("t", [dashboard("a")], Snapshot())
    assert plan.actions == (Create(dashboard("a")),)


def test_what_is_equal_is_left_alone_and_makes_the_plan_falsy() -> None:
    plan = make_plan("t", [dashboard("a")], _live(dashboard("a")))
    assert not plan
    assert plan.unchanged == (dashboard("a").ref,)


def test_what_differs_is_updated_with_the_changes_in_words() -> None:
    plan = make_plan("t", [dashboard("a", "New")], _live(dashboard("a", "Old")))
    (update,) = plan.actions
    assert isinstance(update, Update)
    assert any("New" in change.text for change in update.changes)


def test_what_is_no_longer_defined_is_an_orphan_and_stays() -> None:
    plan = make_plan("t", [], _live(dashboard("a")))
    assert not plan
    assert plan.orphans == (dashboard("a").ref,)


def test_with_prune_what_is_no_longer_defined_is_deleted() -> None:
    plan = make_plan("t", [], _live(dashboard("a")), prune=True)
    assert plan.actions == (Delete(dashboard("a")),)
    assert plan.orphans == ()


def test_what_may_not_be_written_is_blocked_only_where_it_differs() -> None:
    blocked = {dashboard("a").ref: "it is provisioned", dashboard("b").ref: "it is provisioned"}
    snapshot = Snapshot(
        {dashboard("a").ref: dashboard("a", "Old"), dashboard("b").ref: dashboard("b")},
        blocked=blocked,
    )
    plan = make_plan("t", [dashboard("a", "New"), dashboard("b")], snapshot)
    assert plan.actions == (Blocked(dashboard("a", "New"), "it is provisioned"),)


def test_folders_come_before_dashboards_and_parents_before_children() -> None:
    inner = Resource(Ref(FOLDER, "A/B"), {"title": "B"}, folder="A")
    outer = Resource(Ref(FOLDER, "A"), {"title": "A"})
    plan = make_plan("t", [dashboard("d", folder="A/B"), inner, outer], Snapshot())
    assert [str(action.ref) for action in plan.actions] == ["folder/A", "folder/A/B", "dashboard/d"]


def test_deletions_run_in_reverse() -> None:
    outer = Resource(Ref(FOLDER, "A"), {"title": "A"})
    plan = make_plan("t", [], _live(outer, dashboard("d", folder="A")), prune=True)
    assert [str(action.ref) for action in plan.actions] == ["dashboard/d", "folder/A"]


def test_the_checksum_follows_what_would_be_applied() -> None:
    one = make_plan("t", [dashboard("a")], Snapshot())
    same = make_plan("t", [dashboard("a")], Snapshot(server="another reading"))
    other = make_plan("t", [dashboard("a", "B")], Snapshot())
    assert one.checksum == same.checksum != other.checksum
