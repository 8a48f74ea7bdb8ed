"""What a run did to objects of every kind is put back: what it made, changed and deleted."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pytest

from obsdash.plan import Create, Delete, Plan, Update
from obsdash.resource import DATASOURCE, KINDS, NOTIFICATION_POLICY, Resource
from obsdash.target import apply_plan
from obsdash.undo import undo_plan
from tests.grafana.conftest import Lab
from tests.grafana.test_alert_rules import folder_of
from tests.grafana.test_whose import CASES, PROVISIONING, changed, group_of, pager


@pytest.fixture
def site(lab: Lab) -> Iterator[Lab]:
    """Return a server, and leave no notification objects of ours there."""
    yield lab
    if not lab.double:
        lab.call("DELETE", f"{PROVISIONING}/policies")
        for kind in ("contact-points", "templates", "mute-timings"):
            for item in lab.api("GET", f"{PROVISIONING}/{kind}") or ():
                if lab.tag in item["name"]:
                    name = item["uid"] if kind == "contact-points" else quote(item["name"], "")
                    lab.call("DELETE", f"{PROVISIONING}/{kind}/{name}")


def before(lab: Lab) -> list[Resource]:
    """Return one object of each kind that Grafana has."""
    made = {case.make(lab).ref: case.make(lab) for case in CASES.values()}
    folder = folder_of(group_of(lab))
    return sorted([*made.values(), folder], key=lambda one: KINDS.index(one.ref.kind))


def after(lab: Lab) -> list[Resource]:
    """Return all of them in another form."""
    return [folder_of(group_of(lab)), *(changed(case, lab) for case in CASES.values())]


def done(lab: Lab, resources: Sequence[Resource], *, prune: bool = False) -> Plan:
    """Sync; return the plan that was carried out."""
    plan = lab.plan(*resources, prune=prune)
    report = apply_plan(plan, lab.target())
    assert report.ok, report
    return plan


def undo(lab: Lab, plan: Plan) -> Plan:
    """Put back what a plan did; return the plan that did so."""
    back = undo_plan(plan, lab.target(), refused=())
    report = apply_plan(back, lab.target())
    assert report.ok, report
    return back


def test_every_kind_is_as_it_was_before_a_run(site: Lab) -> None:
    first, second = before(site), after(site)
    made = done(site, first)
    assert {type(action) for action in made.actions} == {Create}
    assert {action.ref.kind for action in made.actions} == {one.ref.kind for one in first}

    edited = done(site, second)
    assert {type(action) for action in edited.actions} == {Update}
    assert len(edited.actions) == len(CASES)
    undo(site, edited)
    assert not site.plan(*first)

    removed = done(site, [], prune=True)
    assert {type(action) for action in removed.actions} == {Delete}
    assert not {one.ref for one in first} & {*site.plan().orphans}
    undo(site, removed)
    assert not site.plan(*first)

    undo(site, made)
    left = {*site.plan().orphans, *site.plan(*first).unchanged}
    assert not left & {one.ref for one in first}


def test_what_somebody_changed_since_stays(site: Lab) -> None:
    point, other = pager(site), CASES[DATASOURCE].make(site)
    tree = CASES[NOTIFICATION_POLICY].make(site)
    done(site, [point, other, tree])
    edited = done(site, [point, changed(CASES[DATASOURCE], site), tree])
    body = {**other.spec, "url": "http://127.0.0.1:2"}
    assert site.call("PUT", f"/datasources/uid/{other.ref.uid}", body)[0] == 200
    back = undo_plan(edited, site.target(), refused=())
    report = apply_plan(back, site.target())
    assert site.stored(other)["url"] == "http://127.0.0.1:2"
    assert not report.ok or not report.outcomes
