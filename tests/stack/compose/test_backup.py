"""`stack/backup.sh` on a Docker of the test's own, whose volumes are folders."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.stack.compose.conftest import STACK, program
from tests.support.servers import Program, free_port, running, wait_until

# Knows what the script asks of Docker; a container's /data is the folder of volumes.
_DOCKER = """#!/bin/bash
set -eu
echo "$*" >>{root}/asked
case "$1 $2" in
  "volume ls") ls {root}/volumes ;;
  "ps --quiet") cat {root}/running ;;
  "run --rm")
    while [ "$1" != "busybox:{busybox}" ]; do shift; done
    shift
    "${{@//\\/data/{root}/volumes}}" ;;
esac
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a machine: `volumes`, `running`, and `asked`, what Docker was told."""
    lines = (STACK / "versions.env").read_text().splitlines()
    busybox = next(line for line in lines if line.startswith("BUSYBOX")).partition("=")[2]
    (tmp_path / "volumes").mkdir()
    (tmp_path / "running").write_text("")
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(_DOCKER.format(root=tmp_path, busybox=busybox))
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}:{os.environ['PATH']}")
    return tmp_path


def volume(root: Path, name: str, **files: str) -> Path:
    folder = root / "volumes" / f"obsdash-dev_{name}"
    folder.mkdir(exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text)
    return folder


def backup(action: str, file: Path) -> subprocess.CompletedProcess[str]:
    command = [str(STACK / "backup.sh"), action, str(file)]
    return subprocess.run(command, capture_output=True, text=True)


def test_what_was_saved_comes_back_and_what_came_later_is_gone(root: Path) -> None:
    grafana = volume(root, "grafana-data", db="before")
    assert backup("save", root / "b.tar.gz").returncode == 0
    volume(root, "grafana-data", db="after", more="later")
    assert backup("load", root / "b.tar.gz").returncode == 0
    assert {each.name: each.read_text() for each in grafana.iterdir()} == {"db": "before"}


def test_only_the_volumes_of_the_file_are_put_back(root: Path) -> None:
    volume(root, "grafana-data", db="before")
    backup("save", root / "b.tar.gz")
    later = volume(root, "loki-data", chunk="later")
    done = backup("load", root / "b.tar.gz")
    assert done.stdout == "put back: obsdash-dev_grafana-data\n"
    assert (later / "chunk").read_text() == "later"


def test_a_volume_that_is_not_here_is_refused_before_anything_is_touched(root: Path) -> None:
    gone = volume(root, "loki-data", chunk="1")
    grafana = volume(root, "grafana-data", db="before")
    backup("save", root / "b.tar.gz")
    shutil.rmtree(gone)
    (grafana / "db").write_text("after")
    done = backup("load", root / "b.tar.gz")
    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no volume obsdash-dev_loki-data here\n")
    assert (grafana / "db").read_text() == "after"


def test_what_runs_is_stopped_first_and_started_again(root: Path) -> None:
    volume(root, "grafana-data", db="x")
    (root / "running").write_text("one\ntwo\n")
    backup("save", root / "b.tar.gz")
    asked = [line.partition(" --")[0] for line in (root / "asked").read_text().splitlines()]
    assert asked == ["volume ls", "ps", "stop one two", "run", "start one two"]


def test_a_backup_is_for_its_owner_only(root: Path) -> None:
    volume(root, "grafana-data", db="x")
    backup("save", root / "b.tar.gz")
    assert (root / "b.tar.gz").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "no archive"])
def test_a_file_that_is_no_backup_is_refused(root: Path, text: str) -> None:
    grafana = volume(root, "grafana-data", db="x")
    (root / "b.tar.gz").write_text(text)
    assert backup("load", root / "b.tar.gz").returncode == 2
    assert (grafana / "db").exists()


def test_a_machine_without_a_stack_is_told_so(root: Path) -> None:
    done = backup("save", root / "b.tar.gz")
    assert done.returncode == 2
    assert done.stderr.startswith("error: obsdash-dev has no data here\n")


def test_a_prometheus_that_was_put_back_has_its_samples(root: Path) -> None:
    """A real one: scraped, stopped, saved, emptied, put back, started, asked for the past."""
    data = volume(root, "prometheus-data")
    with prometheus(root, data) as server:
        wait_until(lambda: samples(server) > 0, "a sample")
        end = time.time()
    assert backup("save", root / "b.tar.gz").returncode == 0
    shutil.rmtree(data)
    data.mkdir()
    with prometheus(root, data) as server:
        assert samples(server, end) == 0
    assert backup("load", root / "b.tar.gz").returncode == 0
    with prometheus(root, data) as server:
        assert samples(server, end) > 0


@contextmanager
def prometheus(root: Path, data: Path) -> Iterator[Program]:
    port = free_port()
    config = root / "prometheus.yml"
    target = f"[{{targets: ['127.0.0.1:{port}']}}]"
    config.write_text(
        "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
        f"scrape_configs: [{{job_name: self, static_configs: {target}}}]\n"
    )
    command = (
        *(program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={data}"),
        f"--web.listen-address=127.0.0.1:{port}",
    )
    with running(command, port, "/-/ready", root / "prometheus.log") as server:
        yield server


def samples(server: Program, at: float | None = None) -> int:
    """Return how many samples of its own it has, of now or of a time that has passed."""
    query = {"query": "up", **({"time": str(at)} if at else {})}
    with urlopen(f"{server.url}/api/v1/query?{urlencode(query)}") as answer:
        return len(json.load(answer)["data"]["result"])
