"""What a run changed is put back; what someone changed since is not."""

from dataclasses import replace

import pytest

from obsdash.plan import Action, Blocked, Create, Delete, Plan, Update
from obsdash.resource import DATASOURCE, FOLDER, Ref, Resource
from obsdash.target import apply_plan, plan_for
from obsdash.undo import lost_secrets, undo_plan
from tests.support.memory import MemoryTarget, dashboard

FOLDER_SHOP = Resource(Ref(FOLDER, "Shop"), {"title": "Shop"})
BEFORE = [dashboard("changed", "Old"), dashboard("gone"), dashboard("same")]
WANTED = [FOLDER_SHOP, dashboard("changed", "New"), dashboard("made", folder="Shop"), BEFORE[2]]


def synced() -> tuple[MemoryTarget, Plan]:
    target = MemoryTarget({resource.ref: resource for resource in BEFORE})
    plan = plan_for(target, WANTED, prune=True)
    assert apply_plan(plan, target).ok
    return target, plan


def undo(target: MemoryTarget, plan: Plan) -> Plan:
    return undo_plan(plan, target, refused=())


def test_a_rollback_restores_everything_and_can_be_rolled_back_itself() -> None:
    target, plan = synced()
    after = dict(target.live)
    back = undo(target, plan)
    assert apply_plan(back, target).ok
    assert target.live == {resource.ref: resource for resource in BEFORE}
    assert not undo(target, plan), "there is nothing left to put back"
    assert apply_plan(undo(target, back), target).ok
    assert target.live == after


def test_what_refers_to_a_folder_goes_before_it() -> None:
    target, plan = synced()
    deleted = [a.ref.kind for a in undo(target, plan).actions if isinstance(a, Delete)]
    assert deleted == ["dashboard", "folder"]


@pytest.mark.parametrize(
    ("uid", "now", "reason"),
    [
        ("changed", dashboard("changed", "By hand"), 'changed since: title "New" → "By hand"'),
        ("changed", None, "it was deleted since"),
        ("made", dashboard("made", "By hand", folder="Shop"), "changed since: title"),
        ("gone", dashboard("gone", "By hand"), "it was made anew since"),
    ],
)
def test_what_someone_changed_since_is_left_alone_and_the_rest_put_back(
    uid: str, now: Resource | None, reason: str
) -> None:
    target, plan = synced()
    ref = dashboard(uid).ref
    target.live.pop(ref, None)
    if now:
        target.live[ref] = now
    back = undo(target, plan)
    [blocked] = [action for action in back.actions if isinstance(action, Blocked)]
    assert blocked.ref == ref
    assert reason in blocked.reason
    apply_plan(back, target)
    assert target.live.get(ref) == now
    others = {r.ref: r for r in BEFORE if r.ref != ref}
    assert others.items() <= target.live.items()


def test_what_someone_put_back_already_needs_nothing() -> None:
    target, plan = synced()
    target.live[BEFORE[0].ref] = BEFORE[0]
    del target.live[dashboard("made").ref]
    back = undo(target, plan)
    assert {action.ref.uid for action in back.actions} == {"Shop", "gone"}
    assert back.unchanged == (BEFORE[0].ref,)


@pytest.mark.parametrize("steps", range(5))
def test_a_run_that_died_at_any_step_is_put_back(steps: int) -> None:
    left = steps

    def die(action: Action) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    target = MemoryTarget({resource.ref: resource for resource in BEFORE}, before_each=die)
    plan = plan_for(target, WANTED, prune=True)
    apply_plan(plan, target)
    target.before_each = lambda action: None
    assert apply_plan(undo(target, plan), target).ok
    assert target.live == {resource.ref: resource for resource in BEFORE}


def test_what_was_refused_is_none_of_the_runs_business() -> None:
    target, plan = synced()
    back = undo_plan(plan, target, refused={dashboard("made").ref})
    assert dashboard("made").ref not in {action.ref for action in back.actions}


def test_an_edit_after_the_rollback_was_planned_is_refused() -> None:
    target, plan = synced()
    back = undo(target, plan)
    edited = dashboard("changed", "By hand")
    target.live[edited.ref] = edited
    assert not apply_plan(back, target).ok
    assert target.live[edited.ref] == edited


def test_what_may_not_be_written_is_blocked_even_when_it_would_be_deleted() -> None:
    target, plan = synced()
    target.blocked = {dashboard("made").ref: "it is provisioned"}
    blocked = [action for action in undo(target, plan).actions if isinstance(action, Blocked)]
    assert [(action.ref.uid, action.reason) for action in blocked] == [
        ("made", "it is provisioned")
    ]


def test_a_secret_that_nobody_knows_any_more_is_named_and_left_out() -> None:
    shown = Resource(Ref(DATASOURCE, "pg"), {"type": "postgres"}, secrets={"password": ""})
    target = MemoryTarget({}, kinds=(DATASOURCE,))
    done = Plan("memory", (Delete(shown),))
    back = undo(target, done)
    assert back.actions == (Create(replace(shown, secrets={})),)
    assert list(lost_secrets(back, done)) == [(shown.ref, "password")]


def test_a_secret_that_the_server_still_has_stays() -> None:
    shown = Resource(Ref(DATASOURCE, "pg"), {"url": "old"}, secrets={"password": ""})
    wanted = replace(shown, spec={"url": "new"}, secrets={"password": "env:PG"})
    live = replace(wanted, secrets={"password": ""})
    target = MemoryTarget({live.ref: live}, kinds=(DATASOURCE,))
    done = Plan("memory", (Update(shown, wanted, ()),))
    [action] = undo(target, done).actions
    assert isinstance(action, Update)
    assert action.desired.secrets == {"password": ""}
    assert action.live.secrets == {"password": "env:PG"}, "for a rollback of the rollback"
    assert not list(lost_secrets(undo(target, done), done))
