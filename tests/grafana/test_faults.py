"""Whatever goes wrong in the middle of a sync: no half object, no wrong report, and it converges.

By default each call of a sync meets one fault, and each fault meets many calls. With
`OBSDASH_TEST_FAULTS=all` every call meets every fault.
"""

import copy
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from obsdash.errors import TargetError
from obsdash.resource import DASHBOARD, DATASOURCE, FOLDER, Ref, Resource
from obsdash.target import Applied, Outcome, Report
from tests.doubles.grafana import Fault, GrafanaDouble
from tests.doubles.grafana.store import Dashboard, Datasource, Folder
from tests.grafana.conftest import Lab

ALL = os.environ.get("OBSDASH_TEST_FAULTS") == "all"
UNKNOWN = "is not known"  # what a report says when it cannot tell
TIMEOUT = 0.5  # seconds, where the fault is that no answer comes


def before(lab: Lab) -> list[Resource]:
    """Return what is there when the sync begins: two of each kind, one of them to be deleted."""
    return [
        lab.folder("Old"),
        lab.folder("Kept"),
        lab.datasource("gone"),
        lab.datasource("changed", {"password": "env:PW"}, url="http://127.0.0.1:1"),
        lab.dashboard("gone", "Old"),
        lab.dashboard("changed", "Kept", description="old"),
    ]


def after(lab: Lab) -> list[Resource]:
    """Return what the sync is to make of it: all kinds created, changed, kept and deleted."""
    return [
        lab.folder("Kept"),
        lab.folder("New"),
        lab.datasource("changed", {"password": "env:PW"}, url="http://127.0.0.1:2"),
        lab.datasource("new", {"password": "env:PW"}),
        lab.dashboard("changed", "New", description="new"),
        lab.dashboard("new", "New", tags=["a"]),
        lab.dashboard("root"),
    ]


State = dict[str, dict[str, Any]]


@dataclass
class Scene:
    """A server in its first state, and what it should look like before and after."""

    lab: Lab
    double: GrafanaDouble
    first: State
    old: dict[Ref, Any]
    new: dict[Ref, Any]
    calls: int

    def reset(self) -> None:
        for kind, objects in copy.deepcopy(self.first).items():
            setattr(self.double.store, kind, objects)
        self.double.faults.clear()
        self.double.forget_calls()

    def sync(self, **options: Any) -> Report:
        return self.lab.sync(*after(self.lab), prune=True, concurrency=1, **options)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with GrafanaDouble("9.3.2") as double:
        lab = Lab(double.url, double=double, tag="x")
        assert lab.sync(*before(lab)).ok
        scene = Scene(lab, double, {}, says(double), {}, 0)
        store = double.store
        kinds = ("folders", "datasources", "dashboards")
        scene.first = {kind: copy.deepcopy(getattr(store, kind)) for kind in kinds}
        scene.reset()
        assert scene.sync().ok
        scene.new, scene.calls = says(double), len(double.calls)
        yield scene


def says(double: GrafanaDouble) -> dict[Ref, Any]:
    """Return what the server says of each object, without what counts writes."""
    store = double.store
    found: dict[Ref, Any] = {}
    for item in (*store.folders.values(), *store.datasources.values(), *store.dashboards.values()):
        match item:
            case Folder(title=title):
                found[Ref(FOLDER, title)] = title
            case Datasource(fields=fields, secrets=secrets):
                steady = {k: v for k, v in fields.items() if k != "version"}
                found[Ref(DATASOURCE, fields["uid"])] = (steady, dict(secrets))
            case Dashboard(uid=uid, folder=folder, data=data):
                steady = {k: v for k, v in data.items() if k not in ("id", "version")}
                found[Ref(DASHBOARD, uid)] = (folder, steady)
    return found


def cases(calls: int, fault: Fault) -> Iterator[int]:
    """Yield the calls at which a fault is tried."""
    shift = list(Fault).index(fault)
    step = 1 if ALL else len(Fault)
    yield from range(1 + shift % step, calls + 1, step)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
def test_a_fault_leaves_each_object_whole_and_a_second_run_converges(
    scene: Scene, fault: Fault
) -> None:
    tried = 0
    for number in cases(scene.calls, fault):
        scene.reset()
        scene.double.faults[number] = fault
        place = f"{fault.name} at call {number}"
        outcomes = faulty_run(scene, fault)
        for ref, now in _objects(scene).items():
            assert now in (scene.old.get(ref), scene.new.get(ref)), f"{place}: half of {ref}"
        for outcome in outcomes:
            assert _is_right(scene, outcome), f"{place}: {outcome}"
        scene.double.faults.clear()
        assert scene.sync().ok, f"{place}: the second run does not repair it"
        assert says(scene.double) == scene.new, f"{place}: the second run ends elsewhere"
        assert not scene.lab.plan(*after(scene.lab)), place
        tried += 1
    assert tried >= 3


def faulty_run(scene: Scene, fault: Fault) -> tuple[Outcome, ...]:
    """Sync; a server that cannot be read at all is a TargetError, and nothing is written."""
    options = {"timeout": TIMEOUT} if fault is Fault.TIMEOUT else {}
    try:
        return scene.sync(**options).outcomes
    except TargetError:
        unread: tuple[Outcome, ...] = ()
    assert says(scene.double) == scene.old
    return unread


def _objects(scene: Scene) -> dict[Ref, Any]:
    """Return every object that is there or ever was, None for what is not there now."""
    now = says(scene.double)
    return {ref: now.get(ref) for ref in {*now, *scene.old, *scene.new}}


def _is_right(scene: Scene, outcome: Outcome) -> bool:
    """Whether a report tells the truth about an object."""
    now = says(scene.double).get(outcome.ref)
    if isinstance(outcome, Applied):
        return bool(now == scene.new.get(outcome.ref))
    return bool(UNKNOWN in outcome.reason or now == scene.old.get(outcome.ref))
