"""The routing on real Alertmanagers: loaded, unchanged, refused, put back."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from obsdash.alertmanager import AlertmanagerTarget
from obsdash.alertmanager.files import encode
from obsdash.alertmanager.server import Server
from obsdash.disk import yaml
from obsdash.disk.whole import SUFFIX
from obsdash.http import Client, Response
from obsdash.plan import Blocked, Plan, Update
from obsdash.planfile import dump_plans
from obsdash.resource import ALERTMANAGER, Ref, Resource, Spec
from obsdash.target import Applied, Failed, Refused, Report, apply_plan, plan_for
from obsdash.undo import undo_plan
from tests.support.servers import Program, alertmanager_programs, running_alertmanager

SENTINEL = "s3cr3t-sentinel"
NOBODY = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


@dataclass(frozen=True)
class Place:
    """A running Alertmanager and the target for it."""

    server: Program
    file: Path
    target: AlertmanagerTarget

    def plan(self, spec: Spec) -> Plan:
        return plan_for(self.target, [wanted(spec)])

    def sync(self, spec: Spec) -> Report:
        return apply_plan(self.plan(spec), self.target)

    def adopting(self) -> "Place":
        return at(self.server, self.file, adopt=True)

    def loaded(self) -> Any:
        with Client(self.server.url) as client:
            status = client.get_json("/api/v2/status")
        return yaml.load(status["config"]["original"].encode())

    def load(self, text: str) -> None:
        """Do what somebody else would: write the file and have it loaded."""
        self.file.write_text(text, encoding="utf-8")
        with Client(self.server.url) as client:
            assert client.post("/-/reload").status == 200

    def held(self) -> tuple[bytes, Any]:
        return self.file.read_bytes(), self.loaded()


@pytest.fixture(params=alertmanager_programs() or [""])
def binary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """An Alertmanager program; the amtool beside it comes first on PATH."""
    path: str = request.param
    if not path:
        pytest.skip("no Alertmanager is installed, and OBSDASH_TEST_ALERTMANAGER_BIN names none")
    monkeypatch.setenv("PATH", f"{Path(path).parent}:{os.environ['PATH']}")
    return path


@pytest.fixture
def place(binary: str, tmp_path: Path) -> Iterator[Place]:
    """An Alertmanager whose file is ours and notifies nobody."""
    text = encode(yaml.load(NOBODY.encode()), "shop").decode()
    with running_alertmanager(binary, tmp_path, text) as server:
        yield at(server, tmp_path / "alertmanager.yml")


@pytest.fixture
def without_amtool(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def at(server: Program, file: Path, *, adopt: bool = False) -> Place:
    target = AlertmanagerTarget(server.url, file, project="shop", adopt=adopt)
    return Place(server, file, target)


def wanted(spec: Spec) -> Resource:
    return Resource(Ref(ALERTMANAGER, "main"), spec)


def routing(**changes: Any) -> Spec:
    """Return a routing with a bit of everything, some of it changed."""
    return {
        "global": {"resolve_timeout": "5m"},
        "route": {
            "receiver": "slack",
            "group_wait": "30s",
            "routes": [{"receiver": "pager", "matchers": ['severity="critical"']}],
        },
        "inhibit_rules": [
            {
                "source_matchers": ['severity="critical"'],
                "target_matchers": ['severity="warning"'],
                "equal": ["job"],
            }
        ],
        "receivers": [
            {"name": "slack", "slack_configs": [{"api_url_file": "/s/slack", "channel": "#a"}]},
            {"name": "pager", "webhook_configs": [{"url": "http://127.0.0.1:9/hook"}]},
        ],
        **changes,
    }


def broken(spec: Spec) -> Spec:
    return {**spec, "route": {**spec["route"], "receiver": "nobody-at-all"}}


def texts(plan: Plan) -> list[str]:
    return [c.text for a in plan.actions if isinstance(a, Update) for c in a.changes]


def reasons(report: Report) -> list[str]:
    return [o.reason for o in report.outcomes if isinstance(o, Failed | Refused)]


def test_routing_is_loaded_and_the_next_plan_is_empty(place: Place) -> None:
    made = place.plan(routing())
    assert made.server.startswith("Alertmanager 0.")
    report = apply_plan(made, place.target)
    assert report.outcomes == (Applied(Ref(ALERTMANAGER, "main"), "updated"),)
    assert [r["name"] for r in place.loaded()["receivers"]] == ["slack", "pager"]
    assert not place.plan(routing())
    assert sorted(p.name for p in place.file.parent.iterdir() if "obsdash" in p.name) == []


def test_a_change_is_told_in_few_words(place: Place) -> None:
    place.sync(routing())
    new = routing()
    new["route"]["group_wait"] = "10s"
    new["route"]["routes"][0]["receiver"] = "slack"
    new["receivers"][0]["slack_configs"][0]["channel"] = "#b"
    assert texts(place.plan(new)) == [
        "root route: group_wait 30s → 10s",
        'alerts with severity="critical" now go to "slack" instead of "pager"',
        'receiver "slack": slack channel "#a" → "#b"',
    ]
    assert place.sync(new).ok
    assert not place.plan(new)


def test_a_file_written_another_way_is_in_sync(place: Place) -> None:
    spec = routing()
    spec["route"]["routes"] = [{"receiver": "pager", "match": {"severity": "critical"}}]
    place.load("# by ada\n" + yaml.dump(spec).decode())
    assert not place.plan(routing()), "nobody's file may be left as it is"


def test_the_permissions_of_the_file_stay(place: Place) -> None:
    for mode in (0o600, 0o640, 0o664):
        place.file.chmod(mode)
        assert place.sync(routing(route={"receiver": "slack", "group_wait": f"{mode}s"})).ok
        assert stat.S_IMODE(place.file.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_of_the_file_stays(place: Place) -> None:
    os.chown(place.file, 65534, 65534)
    assert place.sync(routing()).ok
    assert (place.file.stat().st_uid, place.file.stat().st_gid) == (65534, 65534)


def test_a_link_stays_one(place: Place, tmp_path: Path) -> None:
    real = tmp_path / "real" / "am.yml"
    real.parent.mkdir()
    place.file.rename(real)
    place.file.symlink_to(real)
    assert at(place.server, place.file).sync(routing()).ok
    assert place.file.is_symlink()
    assert "slack" in real.read_text()


def test_what_amtool_refuses_is_not_written(place: Place) -> None:
    if not shutil.which("amtool"):
        pytest.skip("amtool is not installed")
    place.sync(routing())
    before = place.held()
    (reason,) = reasons(place.sync(broken(routing())))
    assert reason.startswith('amtool refuses the configuration: undefined receiver "nobody-at-all"')
    assert reason.endswith("; the old configuration stays loaded")
    assert place.held() == before


def test_what_alertmanager_refuses_is_put_back(place: Place, without_amtool: None) -> None:
    place.sync(routing())
    before = place.held()
    report = place.sync(broken(routing()))
    (reason,) = reasons(report)
    assert "refuses the configuration: " in reason
    assert 'undefined receiver "nobody-at-all"' in reason
    assert reason.endswith("; the old configuration stays loaded")
    (failed,) = report.outcomes
    assert isinstance(failed, Failed)
    assert "amtool" in failed.help
    assert place.held() == before
    assert not place.plan(routing())


def test_an_older_amtool_does_not_judge_a_newer_server(
    binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    (old / "amtool").write_text("#!/bin/sh\necho 'amtool, version 0.1.0'; exit 1\n")
    (old / "amtool").chmod(0o755)
    monkeypatch.setenv("PATH", f"{old}:/usr/bin:/bin")
    text = encode(yaml.load(NOBODY.encode()), "shop").decode()
    with running_alertmanager(binary, tmp_path, text) as server:
        assert at(server, tmp_path / "alertmanager.yml").sync(routing()).ok


def test_a_foreign_file_is_left_alone_until_it_is_adopted(place: Place) -> None:
    place.load(NOBODY)
    (action,) = place.plan(routing()).actions
    assert isinstance(action, Blocked)
    assert action.reason.startswith("obsdash did not write ")
    assert "--adopt takes it over" in action.reason
    assert not place.sync(routing()).ok
    assert place.file.read_text() == NOBODY
    assert place.adopting().sync(routing()).ok
    copy = place.file.with_name("alertmanager.yml.before-obsdash")
    assert copy.read_text() == NOBODY
    assert not place.plan(routing()), "from now on it is ours"


def test_a_file_that_is_adopted_again_overwrites_no_copy(place: Place) -> None:
    for number, text in enumerate((NOBODY, f"# two\n{NOBODY}", NOBODY)):
        place.load(text)
        assert place.adopting().sync(routing()).ok, number
    copies = {p.name: p.read_text() for p in place.file.parent.glob("*before-obsdash*")}
    assert copies == {
        "alertmanager.yml.before-obsdash": NOBODY,
        "alertmanager.yml.before-obsdash-1": f"# two\n{NOBODY}",
    }


def test_another_projects_file_is_never_taken_over(place: Place) -> None:
    place.load(encode(yaml.load(NOBODY.encode()), "other").decode())
    (action,) = place.adopting().plan(routing()).actions
    assert isinstance(action, Blocked)
    assert action.reason.endswith("belongs to project other")


def test_a_file_that_is_not_what_is_loaded_shows_and_is_put_right(place: Place) -> None:
    place.sync(routing())
    good = place.file.read_text()
    for state, text in (
        ("differs from what is loaded", good.replace("30s", "31s")),
        ("differs from what is loaded", f"{good.splitlines()[0]}\nroute: ["),
        ("is absent", None),
    ):
        place.file.write_text(text) if text else place.file.unlink()
        assert texts(place.plan(routing())) == [f"file on disk {state}"]
        assert place.sync(routing()).ok
        assert place.file.read_text() == good


def test_a_file_that_is_not_loaded_yet_shows_and_is_loaded(place: Place) -> None:
    place.sync(routing())
    new = routing()
    new["route"]["group_wait"] = "1m"
    place.file.write_bytes(encode(new, "shop"))
    assert texts(place.plan(new)) == [
        "root route: group_wait 30s → 1m",
        "file on disk is not loaded",
    ]
    assert place.sync(new).ok
    assert place.loaded()["route"]["group_wait"] == "1m"


def test_a_file_that_alertmanager_does_not_read_is_named(place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    before = place.held()
    (reason,) = reasons(at(place.server, other).sync(routing()))
    assert f"did not load {other}; the old configuration stays loaded" in reason
    assert not other.exists()
    assert place.held() == before


def with_secret(value: str) -> Spec:
    spec = routing()
    spec["receivers"][1]["webhook_configs"][0]["url"] = f"http://127.0.0.1:9/{value}"
    spec["receivers"][0]["slack_configs"][0] = {"api_url": f"http://127.0.0.1:9/{value}"}
    spec["global"]["smtp_auth_password"] = value
    spec["receivers"][0]["email_configs"] = [
        {"to": "a@b", "from": "c@d", "smarthost": "h:25", "auth_password": value}
    ]
    return spec


def test_secrets_that_changed_are_named_and_never_shown(place: Place) -> None:
    """What is live is shown in plans and reports; what is defined refers to secrets."""
    place.load(encode(with_secret(SENTINEL), "shop").decode())
    assert not place.plan(with_secret(SENTINEL))
    made = place.plan(with_secret("new"))
    assert texts(made) == [
        "differs in secrets, which are not shown: global.smtp_auth_password,"
        " receivers[pager].webhook_configs[0].url,"
        " receivers[slack].email_configs[0].auth_password,"
        " receivers[slack].slack_configs[0].api_url"
    ]
    assert SENTINEL.encode() not in dump_plans("shop", "prod", [made])
    assert apply_plan(made, place.target).ok
    assert not place.plan(with_secret("new"))


@pytest.mark.usefixtures("without_amtool")
@pytest.mark.parametrize("loaded", [True, False])
def test_no_secret_is_in_a_plan_or_an_outcome(place: Place, loaded: bool) -> None:
    place.load(encode(with_secret(SENTINEL), "shop").decode())
    if not loaded:
        place.file.write_bytes(encode(with_secret(f"{SENTINEL}2"), "shop"))
    made = place.plan(routing())
    assert SENTINEL.encode() not in dump_plans("shop", "prod", [made])
    odd = routing()
    odd["receivers"][0]["slack_configs"] = [{"api_url": f"::{SENTINEL}"}]
    (reason,) = reasons(place.sync(odd))
    assert 'parse "<secret>"' in reason
    assert SENTINEL not in reason


def test_what_is_shown_in_place_of_a_secret_is_not_written(place: Place) -> None:
    (action,) = place.plan(with_secret("<secret>")).actions
    assert isinstance(action, Blocked)
    assert "is <secret>, which is what Alertmanager shows" in action.reason


def test_an_undo_puts_the_routing_back_and_says_where_it_cannot(place: Place) -> None:
    first = routing(receivers=[{"name": "slack"}, {"name": "pager"}])
    second = {**first, "inhibit_rules": []}
    place.sync(first)
    made = place.plan(second)
    assert apply_plan(made, place.target).ok
    assert apply_plan(undo_plan(made, place.target, refused=()), place.target).ok
    assert not place.plan(first)
    place.file.write_text("route: []\n")
    made = place.adopting().plan(second)
    assert apply_plan(made, place.adopting().target).ok
    (action,) = undo_plan(made, place.target, refused=()).actions
    assert isinstance(action, Blocked)
    assert action.reason == "no file held it as it was loaded"


def test_templates_named_beside_the_file_are_no_change(place: Place) -> None:
    place.sync(routing(templates=["notify/*.tmpl"]))
    place.file.write_text("route: []\n")
    assert texts(place.adopting().plan(routing(templates=["notify/*.tmpl"]))) == [
        "file on disk differs from what is loaded"
    ]


def test_ctrl_c_puts_the_old_configuration_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.sync(routing())
    before = place.held()
    made = place.plan(routing(inhibit_rules=[]))
    reload, calls = Server.reload, []

    def interrupted(self: Server) -> Response:
        calls.append(self)
        answer = reload(self)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(Server, "reload", interrupted)
    assert apply_plan(made, place.target).interrupted
    assert place.held() == before


KILLED = """
import os, signal, sys
from pathlib import Path
from obsdash.alertmanager.server import Server
from tests.alertmanager.test_target import AlertmanagerTarget, plan_for, routing, wanted
Server.reload = lambda self: os.kill(os.getpid(), signal.SIGKILL)
target = AlertmanagerTarget(sys.argv[1], Path(sys.argv[2]), project="shop")
list(target.apply(plan_for(target, [wanted(routing())]).actions))
"""


def test_a_sync_that_is_killed_is_seen_and_finished_by_the_next(place: Place) -> None:
    child = subprocess.run(
        [sys.executable, "-c", KILLED, place.server.url, place.file],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    assert place.file.read_bytes() == encode(routing(), "shop"), "the file is whole"
    place.file.with_name(place.file.name + SUFFIX).write_text("half")
    assert "file on disk is not loaded" in texts(place.plan(routing()))
    assert place.sync(routing()).ok
    assert not place.plan(routing())


def test_a_plan_that_no_longer_holds_is_refused(place: Place) -> None:
    made = place.plan(routing())
    place.load(encode(routing(inhibit_rules=[]), "shop").decode())
    (outcome,) = apply_plan(made, place.target).outcomes
    assert isinstance(outcome, Refused)
    assert "it was changed since the plan was made" in outcome.reason


def test_without_routing_the_file_is_nobodys_business(place: Place) -> None:
    place.sync(routing())
    made = plan_for(place.target, [], prune=True)
    assert (made.actions, made.orphans) == ((), ())
    assert made.unmanaged == (Ref(ALERTMANAGER, "main"),)


def test_a_saved_plan_holds_what_is_needed(place: Place) -> None:
    made = place.plan(routing())
    assert orjson.loads(dump_plans("shop", "prod", [made]))
    assert apply_plan(replace(made), place.target).ok
