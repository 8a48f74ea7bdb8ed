"""`obsdash stack backup` and `restore`: what real programs kept comes back."""

import json
import tarfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from obsdash.errors import ObsdashError
from obsdash.stack import archive, nativedata
from obsdash.stack.archive import Contents
from tests.stack.test_native import Stack, get, only, stack
from tests.support.servers import program, wait_until

__all__ = ["stack"]  # the fixture


def silence(address: str) -> None:
    """Put a silence into an Alertmanager."""
    body = {
        "matchers": [{"name": "job", "value": "kept", "isRegex": False}],
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
        "createdBy": "a test",
        "comment": "to be kept",
    }
    connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/v2/silences", json.dumps(body), headers)
    assert connection.getresponse().status == 200
    connection.close()


def silences(stack: Stack) -> list[str]:
    answer = json.loads(get(f"{stack.url('alertmanager')}/api/v2/silences"))
    return [each["comment"] for each in answer]


def samples(stack: Stack, until: float) -> int:
    """Return how many samples of `up` Prometheus has from before a moment."""
    query = quote("sum(count_over_time(up[1h]))")
    answer = json.loads(get(f"{stack.url('prometheus')}/api/v1/query?query={query}&time={until}"))
    result = answer["data"]["result"]
    return int(result[0]["value"][1]) if result else 0


def test_metrics_and_silences_survive_the_loss_of_all_data(stack: Stack) -> None:
    program("prometheus-alertmanager")
    stack.path = only(stack.project / "bin", "prometheus", "prometheus-alertmanager")
    stack.run("up", "--profile", "core")
    stack.hurry()
    silence(stack.url("alertmanager"))
    wait_until(lambda: samples(stack, time.time()) > 4, "there are metrics")
    moment = time.time()
    before = samples(stack, moment)
    file = stack.project / "stack.tar.gz"

    saved = stack.run("backup", str(file))
    assert (saved.returncode, saved.stderr) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert stack.outcomes("status")["prometheus"] == "running"  # again
    stack.run("down", "--volumes", "--yes")
    assert not (stack.state / "prometheus").exists()

    stack.run("up", "--profile", "core")
    assert (samples(stack, moment), silences(stack)) == (0, [])
    restored = stack.run("restore", str(file), "--yes")
    assert (restored.returncode, restored.stderr) == (0, ""), restored
    assert samples(stack, moment) >= before
    assert silences(stack) == ["to be kept"]


def test_restore_asks_before_it_replaces_anything(stack: Stack) -> None:
    done = stack.run("restore", "whatever.tar.gz")
    assert done.returncode == 2
    assert "help: obsdash stack restore FILE --yes" in done.stderr


def test_a_damaged_backup_changes_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    (state / "prometheus" / "data").mkdir(parents=True)
    kept = state / "prometheus" / "data" / "kept"
    kept.write_text("as it was")
    file = tmp_path / "stack.tar.gz"
    list(nativedata.backup(state, file))
    whole = file.read_bytes()
    for damaged in (b"", b"no backup", whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        with pytest.raises(ObsdashError, match="is no backup, or damaged"):
            list(nativedata.restore(state, file))
        assert kept.read_text() == "as it was"
    assert [each.name for each in state.iterdir() if each.is_dir()] == ["prometheus"]


@pytest.mark.parametrize("name", ["../outside", "prometheus/data/../../outside", "/outside"])
def test_a_backup_writes_nothing_outside(tmp_path: Path, name: str) -> None:
    file = tmp_path / "evil.tar.gz"
    with archive.written(file, Contents("native", ("prometheus/data",))) as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(ObsdashError, match="is not what a backup holds"):
        list(nativedata.restore(tmp_path / "state", file))
    assert not (tmp_path / "outside").exists()


def test_a_backup_of_the_other_runtime_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.tar.gz"
    with archive.written(file, Contents("docker", ())):
        pass
    with pytest.raises(ObsdashError, match="is a backup of a stack with --runtime docker"):
        list(nativedata.restore(tmp_path / "state", file))


def test_a_backup_that_cannot_be_written_leaves_no_half_of_it(tmp_path: Path) -> None:
    (tmp_path / "state" / "prometheus" / "data").mkdir(parents=True)
    with pytest.raises(ObsdashError, match="cannot be written: No such file or directory"):
        list(nativedata.backup(tmp_path / "state", tmp_path / "absent" / "b.tar.gz"))


def test_there_is_nothing_to_back_up_before_the_first_start(tmp_path: Path) -> None:
    with pytest.raises(ObsdashError, match="there is nothing in"):
        list(nativedata.backup(tmp_path / "state", tmp_path / "b.tar.gz"))
    assert not (tmp_path / "b.tar.gz").exists()
