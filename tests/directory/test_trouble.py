"""A directory target that is stopped half-way or has no room: files stay whole."""

import os
import resource as limits
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from obsdash.directory import DirectoryTarget
from obsdash.disk.whole import SUFFIX
from obsdash.plan import Plan
from obsdash.resource import DASHBOARD, Ref, Resource
from obsdash.target import Applied, Failed, apply_plan, plan_for

COUNT = 200


def dashboards(version: str, count: int = COUNT) -> list[Resource]:
    return [
        Resource(Ref(DASHBOARD, f"d{n}"), {"uid": f"d{n}", "title": version * 500}, "Shop")
        for n in range(count)
    ]


def plan(target: DirectoryTarget, wanted: list[Resource]) -> Plan:
    return plan_for(target, wanted, prune=True)


def texts(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def built(root: Path, wanted: list[Resource]) -> dict[str, bytes]:
    target = DirectoryTarget(root, mount="/m")
    apply_plan(plan(target, wanted), target)
    return texts(root)


KILLED = """
import os, signal, sys
from pathlib import Path
from obsdash.directory import DirectoryTarget
from tests.directory.test_trouble import dashboards, plan
target = DirectoryTarget(Path(sys.argv[1]), mount="/m")
for count, _ in enumerate(target.apply(plan(target, dashboards("new")).actions)):
    if count == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("first", ["", "old"], ids=["fresh", "update"])
@pytest.mark.parametrize("after", [0, 70, COUNT - 1])
def test_a_writer_that_is_killed_leaves_whole_files_and_the_next_one_converges(
    tmp_path: Path, first: str, after: int
) -> None:
    root = tmp_path / "root"
    old = built(root, dashboards(first)) if first else {}
    child = subprocess.run(
        [sys.executable, "-c", KILLED, root, str(after)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    new = built(tmp_path / "new", dashboards("new"))
    for name, text in texts(root).items():
        if name.endswith(".json") and name != ".obsdash.json":
            assert text in (old.get(name), new[name]), name
    fewer = dashboards("new", COUNT - 1)
    assert built(root, fewer) == built(tmp_path / "new", fewer)


def test_ctrl_c_leaves_whole_files_and_an_exact_manifest(tmp_path: Path) -> None:
    target = DirectoryTarget(tmp_path)
    outcomes = target.apply(plan(target, dashboards("new")).actions)
    for _ in range(70):
        next(outcomes)
    with pytest.raises(KeyboardInterrupt):
        outcomes.throw(KeyboardInterrupt())  # type: ignore[attr-defined]
    written = {path.name for path in tmp_path.rglob("d*.json")}
    assert len(written) == 70
    assert {Path(path).name for path in target.files()} == written | {"obsdash.yaml"}
    assert not list(tmp_path.rglob(f"*{SUFFIX}"))
    assert not (tmp_path / ".obsdash.lock").exists()
    assert len(plan(target, dashboards("new")).actions) == COUNT - 70


@contextmanager
def no_room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as on a full disk."""
    soft, hard = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, (soft, hard))


def test_a_file_without_room_fails_alone_and_the_old_one_stays(tmp_path: Path) -> None:
    target = DirectoryTarget(tmp_path, mount="/m")
    old = built(tmp_path, dashboards("o", 3))
    wanted = [*dashboards("n", 2), Resource(Ref(DASHBOARD, "d2"), {"big": "x" * 9000}, "Shop")]
    made = plan(target, wanted)
    with no_room_for(5000):
        outcomes = apply_plan(made, target).outcomes
    assert [type(outcome) for outcome in outcomes] == [Applied, Applied, Failed]
    assert isinstance(outcomes[2], Failed)
    assert outcomes[2].reason == (
        "grafana/dashboards/Shop/d2.json cannot be written: File too large; it is as it was"
    )
    assert texts(tmp_path)["d2.json"] == old["d2.json"]
    assert not list(tmp_path.rglob(f"*{SUFFIX}"))
    assert apply_plan(plan(target, wanted), target).ok


def test_without_room_for_the_manifest_nothing_is_written(tmp_path: Path) -> None:
    target = DirectoryTarget(tmp_path)
    with no_room_for(100):
        outcomes = apply_plan(plan(target, dashboards("n", 3)), target).outcomes
    assert [type(outcome) for outcome in outcomes] == [Failed] * 3
    assert texts(tmp_path) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_we_may_not_write_fails_with_the_reason(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    outcomes = list(
        DirectoryTarget(tmp_path).apply(plan(DirectoryTarget(tmp_path), dashboards("n", 1)).actions)
    )
    tmp_path.chmod(0o755)
    assert isinstance(outcomes[0], Failed)
    assert outcomes[0].reason == f"{tmp_path} cannot be written: Permission denied"


def test_a_file_where_a_folder_should_be_fails_alone(tmp_path: Path) -> None:
    target = DirectoryTarget(tmp_path)
    wanted = [*dashboards("n", 1), Resource(Ref(DASHBOARD, "x"), {}, "Other")]
    made = plan(target, wanted)
    (tmp_path / "grafana/dashboards").mkdir(parents=True)
    (tmp_path / "grafana/dashboards/Shop").touch()
    outcomes = {outcome.ref.uid: outcome for outcome in target.apply(made.actions)}
    assert isinstance(outcomes["d0"], Failed)
    assert isinstance(outcomes["x"], Applied)
