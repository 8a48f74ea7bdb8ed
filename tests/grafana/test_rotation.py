"""Secrets that nobody can compare: the plan says so, and they are written again when told."""

from dataclasses import replace

from obsdash.plan import Blocked, Plan, Update
from obsdash.planfile import dump_plans, load_plans
from obsdash.resource import Ref, Resource
from obsdash.target import Applied, Failed, apply_plan, plan_for
from obsdash.undo import rotated_secrets, undo_plan
from tests.doubles.grafana import Fault
from tests.grafana.conftest import Lab

SECRETS = {"httpHeaderValue1": "env:HEADER", "password": "env:PW"}


def source(lab: Lab) -> Resource:
    return lab.datasource("pg", SECRETS, jsonData={"httpHeaderName1": "X-Shop"})


def rotation(lab: Lab, *resources: Resource) -> Plan:
    return plan_for(lab.target(), resources, rotate=True)


def test_a_plan_names_what_has_secrets_that_it_cannot_see(lab: Lab) -> None:
    pg, plain = source(lab), lab.datasource("plain")
    lab.sync(pg, plain)
    plan = lab.plan(pg, plain)
    assert not plan
    assert plan.unseen == (pg.ref,)


def test_all_secrets_are_written_again_and_nothing_else_changes(lab: Lab) -> None:
    pg, plain, board = source(lab), lab.datasource("plain"), lab.dashboard("api")
    lab.sync(pg, plain, board)
    plan = rotation(lab, pg, plain, board)
    (action,) = plan.actions
    assert isinstance(action, Update)
    assert [change.text for change in action.changes] == [
        "secret httpHeaderValue1 will be written again (env:HEADER)",
        "secret password will be written again (env:PW)",
    ]
    assert plan.unseen == ()
    target = lab.target(secrets=lambda reference: f"new value of {reference}")
    assert apply_plan(plan, target).outcomes == (Applied(pg.ref, "updated"),)
    assert not lab.plan(pg, plain, board)
    if lab.double:
        stored = lab.double.store.datasources[pg.ref.uid].secrets
        assert stored == {name: f"new value of {ref}" for name, ref in SECRETS.items()}


def test_a_saved_plan_does_the_same(lab: Lab) -> None:
    pg = source(lab)
    lab.sync(pg)
    saved = load_plans(dump_plans("shop", "prod", [rotation(lab, pg)])).plans[0]
    assert saved == rotation(lab, pg)
    target = lab.target(secrets=lambda reference: f"new value of {reference}")
    assert apply_plan(saved, target).ok
    if lab.double:
        stored = lab.double.store.datasources[pg.ref.uid].secrets
        assert stored["password"] == "new value of env:PW"


def test_with_another_change_both_are_told(lab: Lab) -> None:
    pg = source(lab)
    lab.sync(pg)
    changed = replace(pg, spec={**pg.spec, "url": "http://127.0.0.1:9091"})
    (action,) = rotation(lab, changed).actions
    assert isinstance(action, Update)
    assert [change.text.partition(" ")[0] for change in action.changes] == [
        "url",
        "secret",
        "secret",
    ]


def test_what_must_not_be_written_is_blocked(lab: Lab) -> None:
    pg = source(lab)
    lab.api("POST", "/datasources", {**pg.spec, "secureJsonData": {"password": "x"}})
    same = replace(pg, secrets={"password": "env:PW"})
    assert not lab.plan(same)
    (action,) = rotation(lab, same).actions
    assert isinstance(action, Blocked)


def test_a_rollback_says_that_the_new_secret_stays(lab: Lab) -> None:
    pg = source(lab)
    lab.sync(pg)
    plan = rotation(lab, pg)
    assert apply_plan(plan, lab.target()).ok
    assert not undo_plan(plan, lab.target(), refused=())
    assert list(rotated_secrets(plan)) == [(pg.ref, "httpHeaderValue1"), (pg.ref, "password")]


def test_an_answer_that_never_came_is_no_success(double: Lab) -> None:
    pg = source(double)
    double.sync(pg)
    plan = rotation(double, pg)
    assert double.double
    for number in range(1, 60):
        double.double.faults[number] = Fault.LOST
    calls = double.double.calls

    def only_puts(method: str, path: str) -> None:
        number = len(calls)
        if method == "PUT":
            double.double.faults[number] = Fault.LOST  # type: ignore[union-attr]
        else:
            double.double.faults.pop(number, None)  # type: ignore[union-attr]

    double.double.forget_calls()
    double.double.before = only_puts
    (outcome,) = apply_plan(plan, double.target()).outcomes
    assert isinstance(outcome, Failed)
    assert outcome.reason.endswith("whether it was done is not known")
    assert Ref(pg.ref.kind, pg.ref.uid) == outcome.ref
