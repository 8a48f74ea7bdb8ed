"""A bad rule never reaches Prometheus, and good ones arrive whole, whatever breaks on the way.

OBSDASH_TEST_FAULTS=all runs 200 schedules, else there are fewer; `pytest -s` prints how many.
"""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from obsdash.disk.rules import encode_groups
from obsdash.http import Client
from obsdash.plan import Plan
from obsdash.prometheus import PrometheusTarget, sync
from obsdash.resource import Resource
from obsdash.target import Applied, Failed, Outcome, Refused, plan_for
from tests.doubles.prometheus import running_double
from tests.prometheus.faults import DISK_FAULTS, RELOAD_FAULTS, KilledError, Steps, faulty
from tests.prometheus.test_target import ALERT, BAD, PREFIX, RECORD, group
from tests.support.servers import prometheus_programs, running_prometheus

OLD = (group("api/errors"), group("host/disk", RECORD), group("last/one"))
GOOD = (group("api/errors", RECORD), group("host/disk", ALERT), group("new/one"))
WRONG = (group("api/errors", BAD), group("host/disk", ALERT), group("new/one"))

ALL, SAMPLE = 200, 30


@dataclass(frozen=True)
class Schedule:
    """What is wanted, on how many servers, who checks it first, and what breaks when."""

    bad: bool
    checked: bool
    servers: int
    linked: bool
    fault: str
    at: int


@dataclass
class World:
    """Servers that read one folder, with the old rules loaded."""

    rules: Path
    urls: list[str]

    def target(self) -> PrometheusTarget:
        return PrometheusTarget(
            self.urls[0], self.rules, replicas=tuple(self.urls[1:]), prefix=PREFIX
        )

    def plan(self, *wanted: Resource) -> Plan:
        return plan_for(self.target(), wanted, prune=True)

    def files(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.rules.glob("*.yml")}

    def loaded(self, url: str) -> dict[str, list[str]]:
        with Client(url) as client:
            groups = client.get_json("/api/v1/rules")["data"]["groups"]
        return {Path(g["file"]).name: sorted(r["name"] for r in g["rules"]) for g in groups}

    def reset(self) -> None:
        """Have the old rules loaded, and nothing else there."""
        for file in self.rules.iterdir():
            file.unlink()
        for name, content in contents(OLD).items():
            (self.rules / name).write_bytes(content)
        for url in self.urls:
            with Client(url) as client:
                assert client.post("/-/reload").status == 200


def contents(groups: tuple[Resource, ...]) -> dict[str, bytes]:
    """Return the files of groups, of which each has its own."""
    return {
        f"{PREFIX}{one.ref.uid.partition('/')[0]}.yml": encode_groups([one.spec]) for one in groups
    }


def names(groups: tuple[Resource, ...]) -> dict[str, list[str]]:
    return {
        f"{PREFIX}{one.ref.uid.partition('/')[0]}.yml": [
            rule.get("alert") or rule["record"] for rule in one.spec["rules"]
        ]
        for one in groups
    }


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[int, bool], World]]:
    """One and two doubles, with a folder and with a link to one."""
    with ExitStack() as stack:
        made = {}
        for servers in (1, 2):
            for linked in (False, True):
                root = tmp_path_factory.mktemp("world")
                (root / "rules").mkdir()
                (root / "link").symlink_to(root / "rules")
                doubles = [
                    stack.enter_context(running_double(root / "rules")) for _ in range(servers)
                ]
                rules = root / ("link" if linked else "rules")
                made[servers, linked] = World(rules, [double.url for double in doubles])
        yield made


def carried_out(world: World, wanted: tuple[Resource, ...], steps: Steps) -> list[Outcome]:
    """Sync while the steps decide; what a process that is gone had told so far."""
    plan = world.plan(*wanted)
    found: list[Outcome] = []
    with faulty(steps, world.rules), suppress(KilledError, KeyboardInterrupt):
        found.extend(world.target().apply(plan.actions))
    return found


def schedules(
    worlds: dict[tuple[int, bool], World], patch: pytest.MonkeyPatch
) -> Iterator[Schedule]:
    """Yield every fault at every step of every kind of sync."""
    for bad in (False, True):
        for checked in (False, True):
            for servers, linked in ((1, False), (2, False), (1, True)):
                world = worlds[servers, linked]
                world.reset()
                check(patch, checked)
                steps = Steps()
                carried_out(world, WRONG if bad else GOOD, steps)
                for at, what in enumerate(steps.seen):
                    for fault in RELOAD_FAULTS if what == "reload" else DISK_FAULTS:
                        yield Schedule(bad, checked, servers, linked, fault, at)


def check(patch: pytest.MonkeyPatch, checked: bool) -> None:
    """Have promtool there or not; in its place, who judges is the double's own rule."""
    patch.setattr(sync, "program_for", lambda *_: "promtool" if checked else None)
    patch.setattr("shutil.which", lambda _: None)
    patch.setattr(sync, "promtool_problems", _judged)


def _judged(_promtool: str, files: list[Path], _features: str) -> dict[Path, str]:
    return {file: "undefined variable" for file in files if b"$nope" in file.read_bytes()}


def test_whatever_breaks_the_rules_are_the_old_ones_or_the_new_ones(
    worlds: dict[tuple[int, bool], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = list(schedules(worlds, monkeypatch))
    number = ALL if os.environ.get("OBSDASH_TEST_FAULTS") == "all" else SAMPLE
    chosen = random.Random(7).sample(found, number)
    broken = []
    for schedule in chosen:
        check(monkeypatch, schedule.checked)
        try:
            _holds(worlds[schedule.servers, schedule.linked], schedule)
        except AssertionError as error:
            broken.append((schedule, str(error).splitlines()[0]))
    print(f"\n{len(chosen)} of {len(found)} schedules: {len(chosen) - len(broken)} held")  # noqa: T201
    assert not broken, "\n".join(map(str, broken))


def _holds(world: World, schedule: Schedule) -> None:
    """Run a schedule and raise AssertionError with the first sentence that is not true."""
    wanted = WRONG if schedule.bad else GOOD
    world.reset()
    outcomes = carried_out(world, wanted, Steps(schedule.fault, schedule.at))
    _nothing_bad_is_loaded(world)
    _files_are_whole(world, wanted)
    said = " ".join(o.reason for o in outcomes if isinstance(o, Failed | Refused))
    killed = not outcomes
    if schedule.checked or not (killed or "could not be put back" in said):
        assert not _bad_on_disk(world), "a bad rule is on disk"
    if not killed and "the old files are back, but" not in said and "put back" not in said:
        _disk_is_loaded(world)
    _outcomes_are_true(world, outcomes)
    carried_out(world, wanted, Steps())  # again, nothing broken
    assert not _bad_on_disk(world), "the next run leaves a bad rule on disk"
    _disk_is_loaded(world)
    carried_out(world, GOOD, Steps())
    assert not world.plan(*GOOD), "the next sync converges"
    carried_out(world, OLD, Steps())
    left = {file.name for file in world.rules.iterdir()} - contents(OLD).keys()
    assert not left, f"left behind: {left}"


def _nothing_bad_is_loaded(world: World) -> None:
    for url in world.urls:
        for file, rules in world.loaded(url).items():
            assert rules in (names(OLD).get(file), names(GOOD).get(file)), f"{file} has {rules}"


def _files_are_whole(world: World, wanted: tuple[Resource, ...]) -> None:
    for name, content in world.files().items():
        assert content in (contents(OLD).get(name), contents(wanted).get(name)), f"{name} is torn"


def _bad_on_disk(world: World) -> bool:
    return any(b"$nope" in content for content in world.files().values())


def _disk_is_loaded(world: World) -> None:
    """Whether a server that is started again would have what it has."""
    for url in world.urls:
        loaded = world.loaded(url)
        for name, content in world.files().items():
            rules = next(
                (names(some)[name] for some in (OLD, GOOD) if contents(some).get(name) == content),
                None,
            )
            assert loaded.get(name) == rules, f"{name} on disk is not what is loaded"
        assert loaded.keys() == world.files().keys(), "files come or go at the next start"


def _outcomes_are_true(world: World, outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        name = f"{PREFIX}{outcome.ref.uid.partition('/')[0]}.yml"
        if isinstance(outcome, Applied):
            assert world.files().get(name) == contents(GOOD).get(name), f"{name} is not applied"
            for url in world.urls:
                assert world.loaded(url).get(name) == names(GOOD).get(name), f"{name} not loaded"
        elif isinstance(outcome, Failed) and "the old rules stay loaded" in outcome.reason:
            assert world.files().get(name) == contents(OLD).get(name), f"{name} is not the old one"
            for url in world.urls:
                assert world.loaded(url).get(name) == names(OLD).get(name), f"{name} not the old"


def test_the_same_holds_on_a_real_prometheus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without promtool, where Prometheus itself is the judge, as the double was above."""
    programs = prometheus_programs()
    if not programs:
        pytest.skip("prometheus is not installed")
    with running_prometheus(programs[-1], tmp_path) as server:
        world = World(tmp_path / "rules", [server.url])
        world.reset()
        steps = Steps()
        check(monkeypatch, checked=False)
        carried_out(world, WRONG, steps)
        last = steps.seen.index("reload")
        for fault in RELOAD_FAULTS:
            _holds(world, Schedule(True, False, 1, False, fault, last))
        for at, fault in enumerate(DISK_FAULTS, last - len(DISK_FAULTS)):
            _holds(world, Schedule(True, False, 1, False, fault, at))
