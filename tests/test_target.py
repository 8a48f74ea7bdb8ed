"""A plan is applied exactly, or refused object by object."""

import pytest

from obsdash.plan import Action, Delete, Update
from obsdash.target import (
    Applied,
    Failed,
    Outcome,
    Refused,
    Report,
    apply_plan,
    plan_again,
    plan_for,
)
from tests.support.memory import MemoryTarget, dashboard


def test_after_a_sync_the_next_plan_is_empty() -> None:
    target = MemoryTarget({dashboard("b").ref: dashboard("b", "Old")})
    wanted = [dashboard("a"), dashboard("b", "New")]
    report = apply_plan(plan_for(target, wanted), target)
    assert report.ok
    assert [outcome.verb for outcome in report.outcomes if isinstance(outcome, Applied)] == [
        "created",
        "updated",
    ]
    assert not plan_for(target, wanted)


def test_an_empty_plan_does_not_even_read() -> None:
    target = MemoryTarget({dashboard("a").ref: dashboard("a")})
    plan = plan_for(target, [dashboard("a")])
    target.read = None  # type: ignore[method-assign, assignment]
    assert apply_plan(plan, target) == Report("memory")


@pytest.mark.parametrize(
    ("live_then", "live_now", "reason"),
    [
        (None, dashboard("a", "Theirs"), "it was created by someone else"),
        (dashboard("a", "Old"), dashboard("a", "Theirs"), "it was changed since the plan was made"),
        (dashboard("a", "Old"), None, "it was deleted since the plan was made"),
    ],
)
def test_what_changed_since_the_plan_is_refused_and_the_rest_applied(
    live_then: object, live_now: object, reason: str
) -> None:
    ref = dashboard("a").ref
    target = MemoryTarget({ref: live_then} if live_then else {})  # type: ignore[dict-item]
    plan = plan_for(target, [dashboard("a", "Ours"), dashboard("b")])
    target.live = {ref: live_now} if live_now else {}  # type: ignore[dict-item]
    report = apply_plan(plan, target)
    assert report.outcomes == (
        Refused(ref, reason, stale=True),
        Applied(dashboard("b").ref, "created"),
    )
    assert target.live.get(ref) == live_now


def test_what_became_blocked_since_the_plan_is_refused() -> None:
    target = MemoryTarget()
    plan = plan_for(target, [dashboard("a")])
    target.blocked = {dashboard("a").ref: "it is provisioned"}
    refused = Refused(dashboard("a").ref, "it is provisioned", stale=True)
    assert apply_plan(plan, target).outcomes == (refused,)


def test_what_was_refused_because_it_changed_is_planned_anew() -> None:
    gone, kept = dashboard("gone"), dashboard("kept", "Old")
    target = MemoryTarget({gone.ref: gone, kept.ref: kept})
    plan = plan_for(target, [dashboard("kept", "Ours"), dashboard("new")], prune=True)
    theirs = {one.ref: one for one in (dashboard("gone", "Theirs"), dashboard("kept", "Theirs"))}
    target.live |= theirs
    report = apply_plan(plan, target)
    anew = plan_again(plan, target, report.outcomes)
    assert [(type(action), str(action.ref)) for action in anew.actions] == [
        (Update, "dashboard/kept"),
        (Delete, "dashboard/gone"),
    ]
    assert apply_plan(anew, target).ok
    assert target.live.keys() == {kept.ref, dashboard("new").ref}


def test_a_ctrl_c_while_an_outcome_is_noted_loses_none() -> None:
    target, noted = MemoryTarget(), list[Outcome]()

    def note(outcome: Outcome) -> None:
        if not noted:
            noted.append(outcome)
            raise KeyboardInterrupt
        noted.append(outcome)

    plan = plan_for(target, [dashboard(name) for name in "abc"])
    report = apply_plan(plan, target, note=note)
    assert report.interrupted
    assert {outcome.ref for outcome in report.outcomes} == target.live.keys()
    assert {outcome.ref for outcome in noted} == target.live.keys()


def test_a_failure_of_one_object_does_not_stop_the_others() -> None:
    target = MemoryTarget(broken={dashboard("a").ref})
    report = apply_plan(plan_for(target, [dashboard("a"), dashboard("b")]), target)
    assert report.outcomes == (
        Failed(dashboard("a").ref, "the disk is full"),
        Applied(dashboard("b").ref, "created"),
    )
    assert not report.ok


def test_an_interrupt_keeps_what_is_known() -> None:
    def interrupt(action: Action) -> None:
        if action.ref.uid == "b":
            raise KeyboardInterrupt

    target = MemoryTarget(before_each=interrupt)
    wanted = [dashboard("a"), dashboard("b"), dashboard("c")]
    report = apply_plan(plan_for(target, wanted), target)
    assert report.interrupted
    assert not report.ok
    assert report.outcomes == (Applied(dashboard("a").ref, "created"),)
    assert [action.ref.uid for action in plan_for(target, wanted).actions] == ["b", "c"]
