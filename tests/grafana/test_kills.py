"""A sync that is killed at any moment: the next one completes it, or a rollback takes it back.

`OBSDASH_TEST_KILLS` says how often. What Grafana takes in one call is whole in between, too.
"""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from obsdash.grafana.kinds import KINDS
from obsdash.journal import Occasion, begun, runs
from obsdash.target import apply_plan, plan_for
from tests.cli.shell import environment, obsdash, settings, write
from tests.grafana.conftest import Lab
from tests.grafana.scenes import Scene, address, after, says, scene

KILLS = int(os.environ.get("OBSDASH_TEST_KILLS", "4"))
LATEST = 0.004  # seconds after a call has arrived: about what the next one takes


@pytest.fixture(scope="module")
def grafana() -> Iterator[Scene]:
    with scene() as found:
        yield found


def test_a_killed_sync_is_completed_by_the_next_or_rolled_back(
    grafana: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = f'url = "{grafana.lab.url}", user = "admin", password = "env:LOGIN"'
    config = settings(f'{{ type = "grafana", {url} }}').replace('"shop"', '"shop-x"')
    write(tmp_path, {"pyproject.toml": config})
    monkeypatch.setenv("LOGIN", "admin")
    for name in ("PW", "SLACK"):
        monkeypatch.setenv(name, address(f"env:{name}"))
    met, pieces, dice = set(), 0, random.Random(9)
    piecemeal = {kind.NAME for kind in KINDS if kind.PIECEMEAL}
    for number in range(KILLS):
        call = dice.choice(grafana.writes) if number % 2 else dice.randint(1, len(grafana.calls))
        killed_sync(grafana, tmp_path, call, dice.uniform(0, LATEST))
        now = says(grafana.double)
        changed = {*now, *grafana.old, *grafana.new}
        half = [r for r in changed if now.get(r) not in (grafana.old.get(r), grafana.new.get(r))]
        assert {ref.kind for ref in half} <= piecemeal, call
        pieces += bool(half)
        run = next(iter(runs(tmp_path)), None)
        met.add(run.state if run else "")
        if number % 3 and run and run.state == "interrupted":
            said = obsdash("rollback", "last")
            assert (said.code, says(grafana.double)) == (0, grafana.old), (call, said)
        report = grafana.sync()
        assert report.ok, (call, report)
        assert says(grafana.double) == grafana.new, call
        for file in tmp_path.glob(".obsdash/journal/*"):
            file.unlink()
    assert "interrupted" in met
    sys.stderr.write(f"{KILLS} kills: {pieces} left an object of several calls half written\n")


def killed_sync(grafana: Scene, root: Path, call: int, delay: float) -> None:
    """Let a process sync; kill it some time after a call of it has arrived."""
    grafana.reset()
    arrived = threading.Event()

    def note(method: str, path: str) -> None:
        if len(grafana.double.calls) == call:
            arrived.set()
            threading.Event().wait(delay / 2)  # so that it may meet this call, or the next

    grafana.double.before = note
    command = [sys.executable, "-m", __name__, grafana.lab.url, str(root)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE) as child:
        arrived.wait(30)
        threading.Event().wait(delay)
        child.kill()
    grafana.double.before = lambda method, path: None


def sync(url: str, root: str) -> None:
    """Sync the scene with a journal, as the command does."""
    lab = Lab(url, tag="x")
    target = lab.target(secrets=address, concurrency=1)
    plan = plan_for(target, after(lab), prune=True)
    with begun(Path(root), Occasion(lab.project, "local"), [plan]) as journal:
        apply_plan(plan, target, note=journal.noting(plan.target))
        journal.end(interrupted=False)


if __name__ == "__main__":
    sync(*sys.argv[1:])
