"""Ctrl-C, kill and two at once: nothing half-written, nothing lost, and the next run converges."""

import json
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.shell import PROGRAM, Said, environment, obsdash, settings, write
from tests.doubles.grafana import GrafanaDouble
from tests.support.servers import wait_until

COUNT = 40

MANY = """\
many = [
    {{"uid": f"d{{n}}", "title": f"{{n}} {title}", "panels": [], "description": "x" * {size}}}
    for n in range({count})
]
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PW", "admin")


def many(title: str = "first", count: int = COUNT, size: int = 0) -> dict[str, str]:
    return {"dashboards/many.py": MANY.format(title=title, count=count, size=size)}


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(child: subprocess.Popen[str]) -> Said:
    out, err = child.communicate(timeout=60)
    said = Said(child.returncode, out, err)
    assert "Traceback" not in said.everything, said.everything
    return said


def whole(folder: Path) -> list[str]:
    """Return what all titles end in, of dashboard files that must be whole documents."""
    files = (folder / "grafana/dashboards").rglob("*.json")
    return [json.loads(file.read_bytes())["title"].partition(" ")[2] for file in files]


@pytest.mark.parametrize("writes", [1, COUNT // 2])
def test_ctrl_c_in_a_sync_to_grafana_ends_calmly_and_the_next_one_completes_it(
    tmp_path: Path, writes: int
) -> None:
    write(tmp_path, many())
    with GrafanaDouble(latency=0.01) as grafana:
        url = f'url = "{grafana.url}", user = "admin", password = "env:PW"'
        write(tmp_path, {"pyproject.toml": settings(f'{{ type = "grafana", {url} }}')})
        knows = threading.Event()

        def hold(method: str, path: str) -> None:
            if len(grafana.store.dashboards) >= writes:
                knows.wait(30)

        grafana.before = hold
        child = started(tmp_path, "sync")
        wait_until(lambda: len(grafana.store.dashboards) >= writes, "dashboards arrive")
        child.send_signal(signal.SIGINT)
        threading.Timer(0.5, knows.set).start()  # it has begun nothing new by then
        said = ended(child)
        assert said.code == 2
        assert "interrupted: obsdash diff shows what is left" in said.out
        there = len(grafana.store.dashboards)
        assert writes <= there < COUNT
        assert f"{grafana.url}: {there} created" in said.out

        again = obsdash("sync")
        assert f"{COUNT - there} created" in again.out
        assert obsdash("diff", "--exit-code").code == 0


@pytest.mark.parametrize("after", [0, 10], ids=["the first call", "many at once"])
def test_ctrl_c_while_a_server_keeps_us_waiting_ends_at_once(tmp_path: Path, after: int) -> None:
    write(tmp_path, many())
    with GrafanaDouble() as grafana:
        hold = threading.Event()

        def slow(method: str, path: str) -> None:
            if len(grafana.calls) > after:
                hold.wait(30)

        grafana.before = slow
        url = f'url = "{grafana.url}", user = "admin", password = "env:PW"'
        write(tmp_path, {"pyproject.toml": settings(f'{{ type = "grafana", {url} }}')})
        child = started(tmp_path, "sync")
        wait_until(lambda: len(grafana.calls) > after, "a call arrives")
        child.send_signal(signal.SIGINT)
        try:
            out, err = child.communicate(timeout=10)
        finally:
            hold.set()
        assert (child.returncode, out, err.strip()) == (2, "", "interrupted")


def test_ctrl_c_in_a_sync_to_a_directory_leaves_whole_files(tmp_path: Path) -> None:
    count = 600
    write(tmp_path, many(count=count, size=2_000))
    child = started(tmp_path, "sync")
    folder = tmp_path / "build/local"
    wait_until(lambda: len(list(folder.rglob("d*.json"))) > 5, "files appear")
    child.send_signal(signal.SIGINT)
    said = ended(child)
    assert said.code in (0, 2)
    there = len(whole(folder))
    if said.code == 2:
        assert there < count
        assert f"build/local: {there} created · interrupted" in said.out
    assert obsdash("sync").code == 0
    assert whole(folder) == ["first"] * count


@pytest.mark.parametrize("command", ["build", "sync"])
def test_a_killed_writer_leaves_whole_files_and_the_next_one_converges(
    tmp_path: Path, command: str
) -> None:
    count = 300
    more = ["--bulk", "--prune"] if command == "sync" else []
    write(tmp_path, many("first", count, 2_000))
    assert obsdash(command).code == 0
    write(tmp_path, many("second", count, 2_000))
    folder = tmp_path / "build/local"
    changed = folder / "grafana/dashboards/d100.json"
    before = changed.stat().st_mtime_ns
    child = started(tmp_path, command, *more)
    wait_until(lambda: changed.stat().st_mtime_ns != before, "files change")
    child.kill()
    child.communicate(timeout=60)
    titles = whole(folder)
    assert len(titles) == count
    assert set(titles) <= {"first", "second"}
    write(tmp_path, many("second", count - 1, 2_000))
    assert obsdash(command, *more).code == 0
    assert whole(folder) == ["second"] * (count - 1)
    left = {file.suffix for file in folder.rglob("*") if file.is_file()}
    assert left <= {".json", ".yaml"}
    assert obsdash("diff", "--exit-code").code == 0


def outcomes(children: Sequence[subprocess.Popen[str]]) -> list[Said]:
    return [ended(child) for child in children]


def test_two_builds_at_once_are_both_right_or_one_says_that_it_waits(tmp_path: Path) -> None:
    write(tmp_path, many("both", 300, 5_000))
    said = outcomes([started(tmp_path, "build") for _ in range(2)])
    for one in said:
        if one.code:
            assert one.code == 2
            assert "another obsdash is writing into" in one.err
            assert "help: wait until it ends, then try again" in one.err
    assert any(one.code == 0 for one in said)
    folder = tmp_path / "build/local"
    assert whole(folder) == ["both"] * 300
    assert obsdash("build", "--check").code == 0
    assert not (folder / ".obsdash.lock").exists()


def test_ctrl_c_in_a_definition_is_no_error_of_the_definition(tmp_path: Path) -> None:
    write(tmp_path, {"dashboards/slow.py": "import time\nopen('begun', 'w')\ntime.sleep(60)\n"})
    child = started(tmp_path, "build")
    wait_until((tmp_path / "begun").exists, "the definition runs")
    child.send_signal(signal.SIGINT)
    said = ended(child)
    assert (said.code, said.out, said.err.strip()) == (2, "", "interrupted")
    assert not (tmp_path / "build").exists()


def test_ctrl_c_in_verify_ends_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "alerts/api.yml": "groups: [{name: api, rules: [{alert: Down, expr: up == 0}]}]\n",
            "pyproject.toml": settings(rest='query = { prometheus = "http://127.0.0.1:1" }\n'),
        },
    )
    child = started(tmp_path, "verify", "--wait", "60s")
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(2)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=10)
    assert (child.returncode, out, err.strip()) == (2, "", "interrupted")
