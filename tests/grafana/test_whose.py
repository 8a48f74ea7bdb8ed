"""Whose an object is, kind by kind and version by version: what is not ours is blocked, and why.

Three holders: a person, another obsdash project, a provisioning file. From the first an object can
be adopted, from the others never; nothing of theirs is deleted.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from obsdash.plan import Blocked, Update
from obsdash.resource import (
    ALERT_RULE_GROUP,
    CONTACT_POINT,
    DASHBOARD,
    DATASOURCE,
    LIBRARY_PANEL,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    Resource,
    Spec,
)
from obsdash.target import apply_plan
from tests.doubles.grafana import GrafanaDouble
from tests.doubles.grafana.store import Integration
from tests.grafana import test_alert_rules as rules
from tests.grafana import test_library_panels as library
from tests.grafana import test_notifications as notify
from tests.grafana.conftest import Lab

VERSIONS = ("9.3.2", "10.4.1", "11.2.0", "12.3.1", "13.1.0-pre")
PROVISIONING = "/v1/provisioning"
BY_HAND = {"X-Disable-Provenance": "true"}
FILED: Spec = {
    "id": 1,
    "orgID": 1,
    "updated": "",
    "labels": {},
    "annotations": {},
    "isPaused": False,
    "keep_firing_for": "0s",
    "notification_settings": None,
    "record": None,
}
READS = ("GET", "HEAD")


@dataclass(frozen=True)
class Case:
    """A kind: one object of it, what it needs to be there, another form of it, and its holders.

    by_hand: makes it as a person does. by_file: as a provisioning file does; None where there is
    no such thing.
    """

    make: Callable[[Lab], Resource]
    change: Callable[[Spec], None]
    by_hand: Callable[[Lab, Resource], tuple[int, Any]]
    by_file: Callable[[GrafanaDouble, Resource], object] | None
    needs: Callable[[Lab], list[Resource]] = lambda lab: []


def changed(case: Case, lab: Lab) -> Resource:
    wanted = case.make(lab)
    spec = deepcopy(wanted.spec)
    case.change(spec)
    return replace(wanted, spec=spec)


def post(path: str, body: Callable[[Resource], Spec]) -> Callable[[Lab, Resource], tuple[int, Any]]:
    return lambda lab, one: lab.call("POST", path, body(one), **BY_HAND)


def put(path: str) -> Callable[[Lab, Resource], tuple[int, Any]]:
    return lambda lab, one: lab.call("PUT", path.format(one.ref.uid), one.spec, **BY_HAND)


def hand_made_rules(lab: Lab, group: Resource) -> tuple[int, Any]:
    lab.sync(rules.folder_of(group))
    for rule in group.spec["rules"]:
        rules.made_by_hand(lab, group, rule)
    return 201, None


def filed_rules(double: GrafanaDouble, group: Resource) -> None:
    (folder,) = (one.uid for one in double.store.folders.values() if one.title == group.folder)
    for rule in group.spec["rules"]:
        where = {"folderUID": folder, "ruleGroup": group.spec["name"]}
        double.provision_rule({**FILED, **rule, **where})


def filed_datasource(double: GrafanaDouble, one: Resource) -> None:
    lab = Lab(double.url, double=double)
    assert lab.call("POST", "/datasources", one.spec)[0] == 200
    double.store.datasources[one.ref.uid].fields["readOnly"] = True


def integration(lab: Lab, text: str = "pager") -> Spec:
    found: Spec = notify.mail(lab, text=text)
    return found


def pager(lab: Lab) -> Resource:
    return notify.point(lab, integration(lab))


def group_of(lab: Lab) -> Resource:
    return rules.group(lab, "api", rules.rule(lab, "a", "A"))


def another_mail(spec: Spec) -> None:
    spec["integrations"][0]["settings"] = {"addresses": "other@example.com"}


CASES = {
    DASHBOARD: Case(
        lambda lab: lab.dashboard("api"),
        lambda spec: spec.update(description="ours"),
        post("/dashboards/db", lambda one: {"dashboard": one.spec}),
        lambda double, one: double.provision(one.spec, "api.json"),
    ),
    DATASOURCE: Case(
        lambda lab: lab.datasource("prom"),
        lambda spec: spec.update(url="http://127.0.0.1:1"),
        post("/datasources", lambda one: one.spec),
        filed_datasource,
    ),
    LIBRARY_PANEL: Case(
        library.panel,
        lambda spec: spec["model"].update(description="ours"),
        post("/library-elements", lambda one: {**one.spec, "uid": one.ref.uid, "kind": 1}),
        None,
    ),
    MUTE_TIMING: Case(
        notify.timing,
        lambda spec: spec.update(time_intervals=[{"weekdays": ["monday"]}]),
        post(f"{PROVISIONING}/mute-timings", lambda one: one.spec),
        lambda double, one: double.provision_timing(one.ref.uid, []),
    ),
    MESSAGE_TEMPLATE: Case(
        lambda lab: notify.template(lab, "a"),
        lambda spec: spec.update(template="ours"),
        put(f"{PROVISIONING}/templates/{{}}"),
        lambda double, one: double.provision_template(one.ref.uid, "theirs"),
    ),
    CONTACT_POINT: Case(
        pager,
        another_mail,
        post(
            f"{PROVISIONING}/contact-points",
            lambda one: {**one.spec["integrations"][0], "name": one.ref.uid},
        ),
        lambda double, one: double.provision_contact_point(
            one.ref.uid, Integration("file", "email", {"addresses": "a@example.com"})
        ),
    ),
    NOTIFICATION_POLICY: Case(
        lambda lab: notify.tree(pager(lab)),
        lambda spec: spec.update(group_by=["job"]),
        put(f"{PROVISIONING}/policies"),
        lambda double, one: double.provision_policies(one.spec),
        needs=lambda lab: [pager(lab)],
    ),
    ALERT_RULE_GROUP: Case(
        group_of,
        lambda spec: spec.update(interval=120),
        hand_made_rules,
        filed_rules,
        needs=lambda lab: [rules.folder_of(group_of(lab))],
    ),
}


@pytest.fixture(params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with GrafanaDouble(request.param) as double:
        yield Lab(double.url, double=double)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def reason(lab: Lab, case: Case, wanted: Resource, **options: Any) -> str:
    """Return why a plan blocks an object, which must be all that it has to do."""
    (action,) = lab.plan(*case.needs(lab), wanted, **options).actions
    assert isinstance(action, Blocked), action
    return action.reason


def stays(lab: Lab, case: Case, wanted: Resource) -> None:
    """Sync and prune, adopting nothing; no call writes or deletes the object."""
    assert lab.double
    for resources in ([*case.needs(lab), wanted], case.needs(lab)):
        plan = lab.plan(*resources, prune=True)
        lab.double.forget_calls()
        apply_plan(plan, lab.target())
        assert {method for method, _ in lab.double.calls} <= {*READS}
    assert wanted.ref in lab.plan(*case.needs(lab)).unmanaged


def test_what_a_person_made_is_blocked_and_stays_until_it_is_adopted(
    server: Lab, case: Case
) -> None:
    server.sync(*case.needs(server))
    status, answer = case.by_hand(server, case.make(server))
    assert status < 300, answer
    wanted = changed(case, server)
    assert reason(server, case, wanted).endswith("--adopt takes it over")
    stays(server, case, wanted)
    (action,) = server.plan(*case.needs(server), wanted, adopt=True).actions
    assert isinstance(action, Update)
    assert server.sync(*case.needs(server), wanted, adopt=True).ok
    assert not server.plan(*case.needs(server), wanted)
    assert wanted.ref in server.plan(*case.needs(server)).orphans


def test_what_another_project_made_is_blocked_from_adoption_too(server: Lab, case: Case) -> None:
    other = f"other-{server.tag}"
    server.sync(*case.needs(server))
    assert server.sync(*case.needs(server), case.make(server), project=other).ok
    wanted = changed(case, server)
    for options in ({}, {"adopt": True}):
        assert reason(server, case, wanted, **options).startswith(
            f"it belongs to the obsdash project {other}"
        )
    stays(server, case, wanted)


def test_what_a_file_provisions_is_blocked_from_adoption_too(server: Lab, case: Case) -> None:
    if case.by_file is None:
        pytest.skip("no file provisions such a thing")
    server.sync(*case.needs(server))
    assert server.double
    case.by_file(server.double, case.make(server))
    wanted = changed(case, server)
    for options in ({}, {"adopt": True}):
        assert reason(server, case, wanted, **options).startswith("Grafana provisions it from ")
    stays(server, case, wanted)


def test_what_says_already_what_is_wanted_is_left_to_whoever_made_it(
    server: Lab, case: Case
) -> None:
    server.sync(*case.needs(server))
    case.by_hand(server, case.make(server))
    wanted = case.make(server)
    assert not server.plan(*case.needs(server), wanted)
    assert not server.plan(*case.needs(server), wanted, adopt=True)
    assert wanted.ref not in server.plan(*case.needs(server)).orphans


@pytest.mark.parametrize(
    ("provenance", "labels", "said"),
    [
        ("converted_prometheus", {}, "it was imported through Grafana's Prometheus import"),
        ("", {"__grafana_origin": "plugin/grafana-slo-app"}, "it belongs to plugin/grafana-slo"),
    ],
)
def test_rules_of_an_import_or_a_plugin_are_blocked_from_adoption_too(
    server: Lab, provenance: str, labels: dict[str, str], said: str
) -> None:
    case = CASES[ALERT_RULE_GROUP]
    assert server.double
    server.sync(*case.needs(server))
    group = case.make(server)
    for rule in group.spec["rules"]:
        rule["labels"] = labels
    filed_rules(server.double, group)
    for key in [*server.double.store.provenances]:
        server.double.store.provenances[key] = provenance
    assert reason(server, case, changed(case, server), adopt=True).startswith(said)
