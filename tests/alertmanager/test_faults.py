"""A bad routing never stays, and a good one arrives whole, whatever breaks on the way.

OBSDASH_TEST_FAULTS=all runs every schedule, else there are fewer; `pytest -s` prints how many.
"""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from obsdash.alertmanager import AlertmanagerTarget, sync
from obsdash.alertmanager.files import encode
from obsdash.alertmanager.server import Server
from obsdash.plan import Update
from obsdash.resource import Spec
from obsdash.target import Applied, Failed, Outcome
from tests.alertmanager.test_target import wanted
from tests.alertmanager.test_trouble import TEXT, fake_alertmanager, loads, metrics
from tests.prometheus.faults import DISK_FAULTS, RELOAD_FAULTS, KilledError, Steps, faulty
from tests.support.servers import Answer, Asked

SAMPLE = 40


def spec(receiver: str) -> Spec:
    return {"route": {"receiver": receiver}, "receivers": [{"name": receiver}]}


OLD, GOOD, BAD = (spec(name) for name in ("old", "good", "bad"))
CONTENTS = {name: encode(spec(name), "shop") for name in ("old", "good", "bad")}


@dataclass
class Alertmanager:
    """One that loads whatever is in the file but a bad routing."""

    file: Path
    loaded: bytes = CONTENTS["old"]

    def reload(self, asked: Asked) -> Answer:
        content = self.file.read_bytes()
        if content == CONTENTS["bad"]:
            return 500, TEXT, b"failed to reload config: bad"
        self.loaded = content
        return 200, TEXT, b""

    def metrics(self, asked: Asked) -> Answer:
        return 200, TEXT, metrics(loads(self.loaded))


@dataclass(frozen=True)
class Schedule:
    """What is wanted, on how many Alertmanagers, who checks it first, what breaks when."""

    bad: bool
    checked: bool
    servers: int
    fault: str
    at: int


@dataclass
class World:
    """Alertmanagers that read one file."""

    servers: list[Alertmanager]
    urls: list[str]

    @property
    def file(self) -> Path:
        return self.servers[0].file

    def target(self) -> AlertmanagerTarget:
        first, *others = self.urls
        return AlertmanagerTarget(first, self.file, project="shop", replicas=tuple(others))

    def reset(self) -> None:
        for left in self.file.parent.iterdir():
            left.unlink()
        self.file.write_bytes(CONTENTS["old"])
        for server in self.servers:
            server.loaded = CONTENTS["old"]

    def sync(self, name: str, steps: Steps) -> list[Outcome]:
        """Sync while the steps decide; what a process that is gone had told so far."""
        action = Update(desired=wanted(spec(name)), live=wanted(OLD), changes=())
        found: list[Outcome] = []
        with faulty(steps, self.file.parent, Server), suppress(KilledError, KeyboardInterrupt):
            found.extend(self.target().apply([action]))
        return found


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, World]]:
    with ExitStack() as stack:
        made = {}
        for number in (1, 2):
            file = tmp_path_factory.mktemp("am") / "alertmanager.yml"
            servers = [Alertmanager(file) for _ in range(number)]
            urls = [
                stack.enter_context(
                    fake_alertmanager({"/-/reload": one.reload, "/metrics": one.metrics})
                )
                for one in servers
            ]
            made[number] = World(servers, urls)
        yield made


def check(patch: pytest.MonkeyPatch, checked: bool) -> None:
    """Have amtool there or not; in its place judges a rule of ours."""
    patch.setattr(
        "obsdash.alertmanager.target.program_for", lambda *_: "amtool" if checked else None
    )
    patch.setattr(
        sync,
        "amtool_problem",
        lambda _amtool, file: "bad" if file.read_bytes() == CONTENTS["bad"] else "",
    )


def schedules(worlds: dict[int, World], patch: pytest.MonkeyPatch) -> Iterator[Schedule]:
    """Yield every fault at every step of every kind of sync."""
    for bad in (False, True):
        for checked in (False, True):
            for number, world in worlds.items():
                world.reset()
                check(patch, checked)
                steps = Steps()
                world.sync("bad" if bad else "good", steps)
                for at, what in enumerate(steps.seen):
                    for fault in RELOAD_FAULTS if what == "reload" else DISK_FAULTS:
                        yield Schedule(bad, checked, number, fault, at)


def test_whatever_breaks_the_routing_is_the_old_one_or_the_new_one(
    worlds: dict[int, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = list(schedules(worlds, monkeypatch))
    every = os.environ.get("OBSDASH_TEST_FAULTS") == "all"
    chosen = found if every else random.Random(7).sample(found, SAMPLE)
    broken = []
    for schedule in chosen:
        check(monkeypatch, schedule.checked)
        try:
            _holds(worlds[schedule.servers], schedule)
        except AssertionError as error:
            broken.append((schedule, str(error).splitlines()[0]))
    print(f"\n{len(chosen)} of {len(found)} schedules: {len(chosen) - len(broken)} held")  # noqa: T201
    assert len(found) > 50
    assert not broken, "\n".join(map(str, broken))


def _holds(world: World, schedule: Schedule) -> None:
    """Run a schedule and raise AssertionError with the first sentence that is not true."""
    name = "bad" if schedule.bad else "good"
    world.reset()
    outcomes = world.sync(name, Steps(schedule.fault, schedule.at))
    said = " ".join(one.reason for one in outcomes if isinstance(one, Failed))
    on_disk = world.file.read_bytes()
    assert on_disk in CONTENTS.values(), "the file is torn"
    for server in world.servers:
        assert server.loaded in (CONTENTS["old"], CONTENTS["good"]), "a bad routing is loaded"
    if outcomes and "could not be put back" not in said:
        assert on_disk != CONTENTS["bad"], "a bad routing is on disk"
        if "the old file is back, but" not in said:
            for server in world.servers:
                assert server.loaded == on_disk, "what is on disk is not what is loaded"
    if any(isinstance(one, Applied) for one in outcomes):
        assert on_disk == CONTENTS["good"], "what is said to be applied is not on disk"
    if "the old configuration stays loaded" in said:
        assert on_disk == CONTENTS["old"], "the old one is not on disk"
    world.sync(name, Steps())  # again, nothing broken
    assert world.file.read_bytes() != CONTENTS["bad"], "the next run leaves a bad one on disk"
    world.sync("good", Steps())
    for server in world.servers:
        assert server.loaded == world.file.read_bytes() == CONTENTS["good"], "it converges"
    left = {path.name for path in world.file.parent.iterdir()} - {world.file.name}
    assert left <= {".obsdash.lock"}, f"left behind: {left}"
