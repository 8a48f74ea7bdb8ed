"""Rule files on real Prometheus servers: loaded, unchanged, refused, put back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from obsdash.disk.rules import decode_groups, encode_groups
from obsdash.disk.whole import SUFFIX
from obsdash.http import Client, Response
from obsdash.plan import Blocked, Plan, Update
from obsdash.prometheus import PrometheusTarget
from obsdash.prometheus.server import Server
from obsdash.resource import RULE_GROUP, Ref, Resource
from obsdash.target import Applied, Failed, Refused, Report, apply_plan, plan_for
from tests.prometheus.fake import fake_prometheus
from tests.support.servers import Program, prometheus_programs, running_prometheus, wait_until

PREFIX = "obsdash-shop-"


def group(uid: str, *rules: dict[str, Any], **settings: Any) -> Resource:
    return Resource(
        Ref(RULE_GROUP, uid),
        {"name": uid.rpartition("/")[2], **settings, "rules": list(rules or (ALERT,))},
    )


ALERT = {
    "alert": "Down",
    "expr": "sum(up) by (job)  == 0 # nobody home",
    "for": "90s",
    "labels": {"severity": "critical"},
    "annotations": {"summary": "{{ $labels.job }} is down"},
}
RECORD = {"record": "job:up:sum", "expr": "sum by(job)(up)"}
BAD = {"alert": "Bad", "expr": "up", "annotations": {"summary": "{{ $nope }}"}}


@dataclass(frozen=True)
class Place:
    """A running Prometheus and the target for it."""

    server: Program
    rules: Path
    target: PrometheusTarget

    def plan(self, *wanted: Resource, prune: bool = True) -> Plan:
        return plan_for(self.target, wanted, prune=prune)

    def sync(self, *wanted: Resource, prune: bool = True) -> Report:
        return apply_plan(self.plan(*wanted, prune=prune), self.target)

    def loaded(self) -> dict[tuple[str, str], list[str]]:
        with Client(self.server.url) as client:
            groups = client.get_json("/api/v1/rules")["data"]["groups"]
        return {
            (Path(g["file"]).name, g["name"]): [rule["query"] for rule in g["rules"]]
            for g in groups
        }

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.rules.iterdir()}


@pytest.fixture(params=prometheus_programs() or [""])
def binary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Prometheus program; the promtool beside it comes first on PATH."""
    path: str = request.param
    if not path:
        pytest.skip("prometheus is not installed")
    monkeypatch.setenv("PATH", f"{Path(path).parent}:{os.environ['PATH']}")
    return path


@pytest.fixture
def place(binary: str, tmp_path: Path) -> Iterator[Place]:
    with running_prometheus(binary, tmp_path) as server:
        yield at(server, tmp_path / "rules")


@pytest.fixture
def without_promtool(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def at(server: Program, rules: Path, replicas: tuple[str, ...] = ()) -> Place:
    target = PrometheusTarget(server.url, rules, replicas=replicas, prefix=PREFIX)
    return Place(server, rules, target)


def reasons(report: Report) -> list[str]:
    return [o.reason for o in report.outcomes if isinstance(o, Failed | Refused)]


def verbs(report: Report) -> list[str]:
    return [outcome.verb for outcome in report.outcomes if isinstance(outcome, Applied)]


def test_rules_are_loaded_and_the_next_plan_is_empty(place: Place) -> None:
    wanted = (
        group("api/latency", ALERT, RECORD, interval="30s", limit=10),
        group("api/errors"),
        group("host/disk", RECORD),
    )
    report = place.sync(*wanted)
    assert verbs(report) == ["created"] * 3, reasons(report)
    assert sorted(place.loaded()) == [
        ("obsdash-shop-api.yml", "errors"),
        ("obsdash-shop-api.yml", "latency"),
        ("obsdash-shop-host.yml", "disk"),
    ]
    again = place.plan(*wanted)
    assert not again
    assert len(again.unchanged) == 3
    assert again.server.startswith("Prometheus ")


def test_a_change_is_loaded(place: Place) -> None:
    place.sync(group("api/errors"))
    (action,) = place.plan(group("api/errors", RECORD)).actions
    assert isinstance(action, Update)
    assert place.sync(group("api/errors", RECORD)).ok
    assert place.loaded() == {("obsdash-shop-api.yml", "errors"): ["sum by (job) (up)"]}


def test_a_file_goes_with_its_last_group(place: Place) -> None:
    place.sync(group("api/errors"), group("api/latency"))
    assert verbs(place.sync(group("api/errors"))) == ["deleted"]
    assert [name for _, name in place.loaded()] == ["errors"]
    assert place.sync().ok
    assert place.loaded() == {}
    assert place.files() == {}


def test_what_others_wrote_is_listed_and_left_alone(place: Place) -> None:
    own = "groups: [{name: g, rules: [{record: 'a:b', expr: up}]}]"
    (place.rules / "team.yml").write_text(own)
    assert place.sync(group("api/errors")).ok
    assert place.plan().unmanaged == (Ref(RULE_GROUP, "team/g"),)
    place.sync()
    assert place.files() == {"team.yml": own}
    assert list(place.loaded()) == [("team.yml", "g")]


def test_what_the_api_hides_is_read_from_our_file(binary: str, tmp_path: Path) -> None:
    shown = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    if "version 2." in shown.stdout + shown.stderr:
        pytest.skip("query_offset and labels of groups came with Prometheus 2.53 and 3.0")
    wanted = group("api/errors", query_offset="1m", labels={"team": "shop"})
    with running_prometheus(binary, tmp_path) as server:
        place = at(server, tmp_path / "rules")
        assert place.sync(wanted).ok
        assert not place.plan(wanted)
        changed = group("api/errors", query_offset="2m", labels={"team": "shop"})
        assert len(place.plan(changed).actions) == 1


def test_the_labels_of_a_group_reach_every_version(place: Place) -> None:
    wanted = group("api/errors", ALERT, RECORD, labels={"team": "shop"})
    assert verbs(place.sync(wanted)) == ["created"]
    with Client(place.server.url) as client:
        (loaded,) = client.get_json("/api/v1/rules")["data"]["groups"]
    assert all(rule["labels"]["team"] == "shop" for rule in loaded["rules"])
    assert not place.plan(wanted)


def test_a_plan_says_which_running_alerts_a_change_resets(place: Place) -> None:
    firing = {"alert": "Now", "expr": "vector(1)"}
    pending = {"alert": "Soon", "expr": "vector(1)", "for": "1h"}
    place.sync(group("api/live", firing, pending, interval="1s"))

    def words(*rules: dict[str, Any], **settings: Any) -> list[str]:
        (action,) = place.plan(group("api/live", *rules, interval="1s", **settings)).actions
        assert isinstance(action, Update)
        return [f"{change.subject} {change.text}".strip() for change in action.changes]

    relabelled = {**firing, "labels": {"team": "shop"}}
    wait_until(
        lambda: (
            any("resets" in text for text in words(relabelled, pending))
            and any("ends" in text for text in words(firing))
        ),
        "both alerts are under way",
    )
    assert words(relabelled, pending) == ['alert "Now" label team "shop" added; resets 1 firing']
    assert words(firing) == ['alert "Soon" removed: ends 1 pending']
    assert words(firing, pending, labels={"team": "shop"}) == [
        'label team "shop" added to all 2 rules; resets 1 pending, 1 firing'
    ]
    assert words({**firing, "expr": "vector(2)"}, pending) == [
        'alert "Now" expression: vector 1 → 2'
    ]


def test_a_group_without_rules_is_no_eternal_change(place: Place) -> None:
    empty = Resource(Ref(RULE_GROUP, "api/none"), {"name": "none", "rules": []})
    assert place.sync(empty, group("api/errors")).ok
    assert not place.plan(empty, group("api/errors"))


def test_a_bad_rule_is_refused_with_the_reason_and_the_old_ones_stay(place: Place) -> None:
    place.sync(group("api/errors"), group("host/disk", RECORD))
    before = place.files(), place.loaded()
    report = place.sync(group("api/errors", BAD), group("api/latency"), group("host/disk", RECORD))
    assert len(reasons(report)) == 2
    for reason in reasons(report):
        assert "obsdash-shop-api.yml" in reason
        assert 'undefined variable "$nope"' in reason
        assert "the old rules stay loaded" in reason
        assert str(place.rules) not in reason
        assert SUFFIX not in reason
    assert (place.files(), place.loaded()) == before


def test_a_bad_file_does_not_stop_good_ones(place: Place) -> None:
    report = place.sync(group("api/errors", BAD), group("host/disk", RECORD))
    assert (len(verbs(report)), len(reasons(report))) == (1, 1)
    assert list(place.loaded()) == [("obsdash-shop-host.yml", "disk")]


def test_without_promtool_a_refused_file_keeps_its_old_rules_and_the_others_are_loaded(
    place: Place, without_promtool: None
) -> None:
    place.sync(group("api/errors"), group("host/disk", RECORD))
    old = place.files()["obsdash-shop-api.yml"]
    report = place.sync(group("api/errors", BAD), group("new/file"))
    (reason,) = reasons(report)
    assert "refuses the rules: its log has the reason; the old rules stay loaded" in reason
    (failed,) = (o for o in report.outcomes if isinstance(o, Failed))
    assert "promtool" in failed.help
    assert verbs(report) == ["created", "deleted"]
    assert place.files()["obsdash-shop-api.yml"] == old
    assert sorted(place.loaded()) == [
        ("obsdash-shop-api.yml", "errors"),
        ("obsdash-shop-new.yml", "file"),
    ]
    with Client(place.server.url) as client:
        status = client.get_json("/api/v1/status/runtimeinfo")["data"]
    assert status["reloadConfigSuccess"]


def test_a_newer_servers_rules_are_not_judged_by_an_older_promtool(
    binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    (old / "promtool").write_text("#!/bin/sh\necho 'promtool, version 1.0.0'; exit 1\n")
    (old / "promtool").chmod(0o755)
    monkeypatch.setenv("PATH", f"{old}:/usr/bin:/bin")
    with running_prometheus(binary, tmp_path) as server:
        assert at(server, tmp_path / "rules").sync(group("api/errors")).ok


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"alert": "A"}, "rule 1, 'A': expr is missing"),
        ({"alert": "A", "record": "a:b", "expr": "up"}, "it must have either alert or record"),
        ({"expr": "up"}, "it must have either alert or record"),
        ({"alert": "A", "expr": "up", "for": "5 min"}, "for '5 min' is not a duration"),
        ({"record": "a:b", "expr": "up", "for": "5m"}, "it cannot have the key 'for'"),
        ({"alert": "A", "expr": "up", "severity": "x"}, "it cannot have the key 'severity'"),
        ({"alert": "A", "expr": "up", "labels": {"__name__": "x"}}, "__name__ cannot be a label"),
        ({"alert": "A", "expr": "up", "labels": {"a": ["x"]}}, "labels must hold texts only"),
        ({"alert": "A", "expr": "up", "annotations": ["x"]}, "annotations is not a mapping"),
    ],
)
def test_a_wrong_structure_is_blocked_in_the_plan_and_stops_nothing_else(
    tmp_path: Path, rule: dict[str, Any], sentence: str
) -> None:
    """Whether or not promtool is there."""
    (tmp_path / "rules").mkdir()
    with fake_prometheus() as url:
        target = PrometheusTarget(url, tmp_path / "rules", prefix=PREFIX)
        made = plan_for(target, [group("api/bad", rule), group("api/good")])
    blocked, good = made.actions
    assert isinstance(blocked, Blocked)
    assert sentence in blocked.reason
    assert not isinstance(good, Blocked)


def test_a_namespace_that_cannot_be_a_files_name_is_blocked(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    with fake_prometheus() as url:
        target = PrometheusTarget(url, tmp_path / "rules", prefix=PREFIX)
        (action,) = plan_for(target, [group("../x/errors")]).actions
    assert isinstance(action, Blocked)
    assert "cannot be the name of a file" in action.reason


def test_rules_that_are_loaded_from_elsewhere_show_that_the_folder_is_the_wrong_one(
    binary: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with running_prometheus(binary, tmp_path) as server:
        report = at(server, other).sync(group("api/errors"))
    (failed,) = report.outcomes
    assert isinstance(failed, Failed)
    assert "did not load obsdash-shop-api.yml; the old rules stay loaded" in failed.reason
    assert "its rule_files are" in failed.help
    assert list(other.iterdir()) == []


def test_a_server_without_reload_gets_checked_files_and_says_what_is_left_to_do(
    binary: str, tmp_path: Path
) -> None:
    with running_prometheus(binary, tmp_path, lifecycle=False) as server:
        place = at(server, tmp_path / "rules")
        report = place.sync(group("api/errors"), group("bad/rule", BAD))
        assert len(reasons(report)) == 2
        assert 'undefined variable "$nope"' in reasons(report)[0]
        assert "written and checked, but not loaded" in reasons(report)[1]
        assert list(place.files()) == ["obsdash-shop-api.yml"]
        (action,) = place.plan(group("api/errors")).actions
        assert isinstance(action, Update), "the next diff says that it is not loaded"
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: bool(place.loaded()), "Prometheus loads the rules after SIGHUP")
        assert not place.plan(group("api/errors"))


def test_without_reload_and_promtool_nothing_is_written(
    binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_prometheus(binary, tmp_path, lifecycle=False) as server:
        monkeypatch.setenv("PATH", "")
        place = at(server, tmp_path / "rules")
        assert "nothing can check the rules" in reasons(place.sync(group("api/errors")))[0]
        assert place.files() == {}


def test_a_file_that_is_not_what_is_loaded_shows_and_is_put_right(place: Place) -> None:
    wanted = group("api/errors", ALERT, RECORD)
    place.sync(wanted)
    file = place.rules / "obsdash-shop-api.yml"
    good = file.read_text()
    for damage in (good.replace("== 0", "== 1"), "groups: [", "", "groups: []"):
        file.write_text(damage)
        (action,) = place.plan(wanted).actions
        assert isinstance(action, Update), damage
        assert "file on disk" in str(action.changes)
        assert place.sync(wanted).ok
        assert file.read_text() == good
    file.unlink()
    assert place.sync(wanted).ok
    assert file.read_text() == good


def test_a_file_that_is_not_loaded_yet_shows_and_is_loaded(place: Place) -> None:
    wanted = group("api/errors")
    (place.rules / "obsdash-shop-api.yml").write_bytes(encode_groups([wanted.spec]))
    assert len(place.plan(wanted).actions) == 1
    assert place.sync(wanted).ok
    assert not place.plan(wanted)


@pytest.mark.parametrize(
    "text", ["groups: [", "groups: [{name: g, rules: [{record: a, expr: up}]}]"]
)
def test_a_stray_file_of_ours_can_be_pruned(place: Place, text: str) -> None:
    (place.rules / "obsdash-shop-old.yml").write_text(text)
    assert len(place.plan(prune=False).orphans) == 1
    assert verbs(place.sync()) == ["deleted"]
    assert place.files() == {}


def test_a_reformatted_file_is_left_alone(place: Place) -> None:
    place.sync(group("api/errors"))
    file = place.rules / "obsdash-shop-api.yml"
    file.write_text("# by ada\n" + file.read_text())
    assert not place.plan(group("api/errors"))


def test_a_replica_that_has_other_rules_shows_and_is_reloaded(binary: str, tmp_path: Path) -> None:
    other = tmp_path / "replica"
    other.mkdir()
    (other / "rules").symlink_to(tmp_path / "rules")
    with (
        running_prometheus(binary, tmp_path) as server,
        running_prometheus(binary, other) as replica,
    ):
        wanted = group("api/errors")
        assert at(server, tmp_path / "rules").sync(wanted).ok
        both = at(server, tmp_path / "rules", (replica.url,))
        (action,) = both.plan(wanted).actions
        assert isinstance(action, Update)
        assert both.sync(wanted).ok
        assert at(replica, tmp_path / "rules").loaded()
        assert not both.plan(wanted)


def test_ctrl_c_puts_the_old_rules_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.sync(group("api/errors"))
    before = place.files(), place.loaded()
    made = place.plan(group("api/errors", RECORD), group("new/one"))
    reload, calls = Server.reload, []

    def interrupted(self: Server) -> Response:
        calls.append(self)
        answer = reload(self)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(Server, "reload", interrupted)
    assert apply_plan(made, place.target).interrupted
    assert (place.files(), place.loaded()) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from obsdash.prometheus.server import Server
from tests.prometheus.test_target import ALERT, RECORD, PrometheusTarget, PREFIX, group, plan_for
Server.reload = lambda self: os.kill(os.getpid(), signal.SIGKILL)
target = PrometheusTarget(sys.argv[1], Path(sys.argv[2]), prefix=PREFIX)
plan = plan_for(target, [group("api/errors", RECORD), group("new/one")], prune=True)
list(target.apply(plan.actions))
"""


def test_a_sync_that_is_killed_is_seen_and_finished_by_the_next(place: Place) -> None:
    wanted = (group("api/errors", RECORD), group("new/one"))
    place.sync(group("api/errors"))
    child = subprocess.run(
        [sys.executable, "-c", KILLED, place.server.url, place.rules],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    for name, text in place.files().items():
        if name.endswith(".yml"):
            assert decode_groups(text.encode()), "files are whole"
    (place.rules / f"obsdash-shop-x.yml{SUFFIX}").write_text("groups: [")  # killed while writing
    assert len(place.plan(*wanted).actions) == 2
    assert place.sync(*wanted).ok
    assert not place.plan(*wanted)
    assert sorted(place.files()) == ["obsdash-shop-api.yml", "obsdash-shop-new.yml"]
