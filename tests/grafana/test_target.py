"""What only the double can be made to do: files, memory, locks, a Ctrl-C, odd answers."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from obsdash.errors import TargetError
from obsdash.grafana.server import Server
from obsdash.grafana.twins import slug
from obsdash.http import Auth
from obsdash.plan import Blocked, Create, Plan
from obsdash.resource import Ref, Resource
from obsdash.target import Applied, Failed, apply_plan
from tests.doubles.grafana import Fault, GrafanaDouble
from tests.grafana.conftest import Lab


def reason(plan: Plan) -> str:
    """Return why the only action is blocked."""
    (action,) = plan.actions
    assert isinstance(action, Blocked)
    return action.reason


def served(lab: Lab) -> GrafanaDouble:
    assert lab.double
    return lab.double


def number_of(lab: Lab, method: str, path: str, *resources: Resource) -> int:
    """Return the number of a call in a sync of these, by trying it on another double."""
    with GrafanaDouble() as trial:
        other = replace(lab, url=trial.url, double=trial)
        other.sync(*resources, concurrency=1)
        calls = [(verb, place.partition("?")[0]) for verb, place in trial.calls]
    return calls.index((method, path)) + 1


# Files


def test_a_provisioned_dashboard_is_blocked_and_its_file_named(double: Lab) -> None:
    wanted = double.dashboard("api", description="ours")
    served(double).provision({**wanted.spec, "description": "theirs"}, "Shop/api.json")
    assert reason(double.plan(wanted)) == (
        "Grafana provisions it from Shop/api.json: change it there, or remove it there first"
    )
    assert "provisions" in reason(double.plan(wanted, adopt=True))


def test_a_provisioned_dashboard_that_says_what_is_wanted_is_fine(double: Lab) -> None:
    wanted = double.dashboard("api")
    served(double).provision(wanted.spec, "api.json")
    assert not double.plan(wanted)


def test_a_read_only_data_source_is_blocked(double: Lab) -> None:
    source = double.datasource("prom")
    double.sync(source)
    served(double).store.datasources[source.ref.uid].fields["readOnly"] = True
    changed = double.datasource("prom", url="http://127.0.0.1:1")
    assert "provisions it from a file" in reason(double.plan(changed))


# Reading


def test_the_version_is_shown_and_found_where_health_hides_it(double: Lab) -> None:
    assert double.plan().server == "Grafana 9.3.2"
    served(double).store.hide_version = True
    assert double.plan().server == "Grafana 9.3.2"


def test_a_version_that_is_hidden_from_us_everywhere_counts_as_a_new_one(double: Lab) -> None:
    server = served(double)
    server.store.hide_version = True

    def deny(_: str, path: str) -> None:
        if "/frontend/settings" in path:
            server.faults[len(server.calls)] = Fault.FORBIDDEN

    server.before = deny
    assert double.plan().server == "Grafana"


def test_versions_are_read_as_grafana_writes_them() -> None:
    for text, numbers in (
        ("9.3.2", (9, 3, 2)),
        ("12.4.0-9812.patch1", (12, 4, 0)),
        ("13.0.1+security-01", (13, 0, 1)),
        ("11.3", (11, 3, 0)),
    ):
        assert Server(text).version == numbers
    assert str(Server("")) == "Grafana"
    assert not Server("").unique_titles
    assert Server("11.2.9").unique_titles
    assert not Server("11.3.0").unique_titles


def test_what_a_plan_does_not_change_is_not_looked_at_again_when_it_is_applied(
    double: Lab,
) -> None:
    many = [double.dashboard(f"d{n}") for n in range(10)]
    double.sync(*many)
    target = double.target()
    plan = double.plan(*many[1:], double.dashboard("d0", description="new"))
    served(double).forget_calls()
    assert apply_plan(plan, target).ok
    looked = [path for method, path in served(double).calls if "/dashboards/uid/" in path]
    assert {path.rpartition("/")[2] for path in looked} == {many[0].ref.uid}


def test_an_equal_dashboard_is_kept_in_memory_once(double: Lab) -> None:
    wanted = double.dashboard("api", tags=[], panels=[{"id": 1, "type": "text"}])
    double.sync(wanted)
    live = double.target().read([wanted]).live[wanted.ref]
    assert live.spec is wanted.spec


def test_a_folder_that_the_search_does_not_show_yet_is_found() -> None:
    with GrafanaDouble("13.1.0") as newer:
        lab = Lab(newer.url, double=newer)
        newer.lag()
        resources = (lab.folder("Shop"), lab.dashboard("api", "Shop"))
        assert lab.sync(*resources).ok
        assert not lab.plan(*resources)


def test_what_grafana_remembers_as_denied_is_asked_for_once_more(double: Lab) -> None:
    wanted = double.dashboard("api")
    double.sync(wanted)
    served(double).forget_calls()
    double.plan(wanted, concurrency=1)
    calls = [path for _, path in served(double).calls]
    number = calls.index(f"/api/dashboards/uid/{wanted.ref.uid}") + 1
    served(double).forget_calls()
    served(double).faults = {number: Fault.FORBIDDEN}
    assert not double.plan(wanted, concurrency=1)
    assert double.pauses == [10.0]


def test_what_stays_denied_is_blocked_with_grafanas_words(double: Lab) -> None:
    wanted = double.dashboard("api")
    double.sync(wanted)
    served(double).store.denied.add(wanted.ref.uid)
    assert "Permissions needed: dashboards:read" in reason(double.plan(wanted))


def test_a_dashboard_titled_like_its_new_folder_is_found_before_writing(double: Lab) -> None:
    folder, dashboard = double.folder("Shop"), double.dashboard("shop", "Shop", title="shop")
    blocked = [a for a in double.plan(folder, dashboard).actions if isinstance(a, Blocked)]
    assert [action.ref for action in blocked] == [dashboard.ref]


def test_wrong_credentials_fail_as_a_whole_and_show_nothing_of_themselves(double: Lab) -> None:
    for auth in (Auth(token="glsa_wrong"), Auth(user="admin", password="wrong"), None):
        with pytest.raises(TargetError) as caught:
            double.plan(auth=auth)
        assert "(401)" in caught.value.message
        assert "wrong" not in caught.value.message


def test_a_search_that_lags_behind_keeps_no_empty_folder() -> None:
    with GrafanaDouble("13.1.0") as newer:
        lab = Lab(newer.url, double=newer)
        lab.sync(lab.folder("Shop"), lab.dashboard("api", "Shop"))
        plan, target = lab.plan(prune=True), lab.target(pause=lambda seconds: newer.catch_up())
        newer.lag()
        assert apply_plan(plan, target).ok


# Writing


def test_a_save_that_waits_in_a_git_workflow_is_no_success(double: Lab) -> None:
    served(double).store.git_workflow = True
    (outcome,) = double.sync(double.dashboard("api")).outcomes
    assert isinstance(outcome, Failed)
    assert "has not saved it" in outcome.reason
    assert [method for method, _ in served(double).calls].count("POST") == 1


def test_a_locked_database_is_tried_again(double: Lab) -> None:
    wanted = double.dashboard("api")
    number = number_of(double, "POST", "/api/dashboards/db", wanted)
    for fault in (Fault.INTERNAL, Fault.PRECONDITION):
        with GrafanaDouble() as fresh:
            lab = replace(double, url=fresh.url, double=fresh, pauses=[])
            fresh.faults = {number: fault}
            assert lab.sync(wanted, concurrency=1).outcomes == (Applied(wanted.ref, "created"),)
            assert lab.pauses == [0.25]


def test_an_answer_that_is_lost_does_not_make_a_second_version(double: Lab) -> None:
    wanted = double.dashboard("api")
    number = number_of(double, "POST", "/api/dashboards/db", wanted)
    for fault in (Fault.LOST, Fault.HALF):
        with GrafanaDouble() as fresh:
            lab = replace(double, url=fresh.url, double=fresh)
            fresh.faults = {number: fault}
            assert lab.sync(wanted, concurrency=1).ok
            assert lab.stored(wanted)["meta"]["version"] == 1


def test_a_server_that_dies_in_the_middle_is_reported_object_by_object(double: Lab) -> None:
    many = [double.dashboard(f"d{n}") for n in range(6)]
    target = double.target(concurrency=1)
    plan = double.plan(*many)
    posts = 0

    def die(method: str, path: str) -> None:
        nonlocal posts
        posts += method == "POST"
        if posts > 2:
            number = len(served(double).calls)
            served(double).faults = dict.fromkeys(range(number, number + 999), Fault.RESET)

    served(double).before = die
    outcomes = apply_plan(plan, target).outcomes
    assert [type(o) for o in outcomes] == [Applied] * 2 + [Failed] * 4
    assert all("closed the connection" in o.reason for o in outcomes if isinstance(o, Failed))
    served(double).before = lambda method, path: None
    served(double).faults = {}
    assert double.sync(*many).ok
    assert not double.plan(*many)


def test_a_folder_moved_in_grafana_comes_back_to_its_place() -> None:
    with GrafanaDouble("12.3.1") as newer:
        lab = Lab(newer.url, double=newer)
        inner, outer = lab.folder("Shop"), lab.folder("Other")
        lab.sync(inner, outer)
        uids = {folder.title: uid for uid, folder in newer.store.folders.items()}
        lab.api("POST", f"/folders/{uids['Shop']}/move", {"parentUid": uids["Other"]})
        assert {str(a.ref) for a in lab.plan(inner, outer).actions} == {"folder/Shop"}
        assert lab.sync(inner, outer).ok
        assert newer.store.folders[uids["Shop"]].parent == ""
        assert not lab.plan(inner, outer)


# Ctrl-C


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT be a KeyboardInterrupt, also where the test runner ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_what_is_under_way_and_starts_nothing_more(double: Lab) -> None:
    many = [double.dashboard(f"d{n}") for n in range(24)]
    target, plan = double.target(pause=None), double.plan(*many)
    posts = 0

    def interrupt(method: str, path: str) -> None:
        nonlocal posts
        posts += method == "POST"
        if (method, posts) == ("POST", 3):
            os.kill(os.getpid(), signal.SIGINT)

    served(double).latency = 0.02
    served(double).before = interrupt
    report = apply_plan(plan, target)
    served(double).before = lambda method, path: None
    assert report.interrupted
    assert all(isinstance(outcome, Applied) for outcome in report.outcomes)
    stored = set(served(double).store.dashboards)
    assert {outcome.ref.uid for outcome in report.outcomes} == stored
    assert 3 <= len(stored) < 24
    second = double.plan(*many)
    assert {a.ref.uid for a in second.actions if isinstance(a, Create)} == {
        resource.ref.uid for resource in many
    } - stored
    assert apply_plan(second, double.target()).ok


# Titles


def test_titles_are_equal_as_grafana_compares_them() -> None:
    assert slug("API (v2)") == slug("api  V2") == slug("Api: v2!")
    assert slug("R&D") == slug("r and d")
    assert slug("Café") == slug("cafe")
    assert slug("日本") != slug("中国")
    assert slug("a_b") != slug("a b")


def test_two_wanted_dashboards_of_one_title_are_found_before_writing(double: Lab) -> None:
    one, two = double.dashboard("one", title="Same"), double.dashboard("two", title="same")
    plan = double.plan(one, two)
    blocked = [action for action in plan.actions if isinstance(action, Blocked)]
    assert [action.ref for action in blocked] == [two.ref]
    assert str(one.ref) in blocked[0].reason


def test_dashboards_for_a_folder_that_exists_twice_are_blocked() -> None:
    with GrafanaDouble("12.3.1") as newer:
        lab = Lab(newer.url, double=newer)
        for uid in ("a", "b"):
            lab.api("POST", "/folders", {"uid": uid, "title": "Shop"})
        assert "several folders" in reason(lab.plan(lab.dashboard("api", "Shop")))
        assert Ref("folder", "Shop") in lab.plan().unmanaged
