"""The double of a Prometheus does with rule files what real ones do."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from obsdash.disk.rules import encode_groups
from obsdash.http import Client
from tests.doubles.prometheus import running_double
from tests.prometheus.test_target import ALERT, BAD, RECORD
from tests.support.servers import free_port, prometheus_programs, running_prometheus

GOOD = encode_groups([{"name": "g", "interval": "30s", "limit": 3, "rules": [ALERT, RECORD]}])
WRONG = encode_groups([{"name": "g", "rules": [BAD]}])


@pytest.fixture(params=["double", *prometheus_programs()])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    (tmp_path / "rules").mkdir()
    if request.param == "double":
        with running_double(tmp_path / "rules") as double, Client(double.url) as client:
            yield client
    else:
        with running_prometheus(request.param, tmp_path) as real, Client(real.url) as client:
            yield client


def names(client: Client) -> list[tuple[str, str]]:
    groups = client.get_json("/api/v1/rules")["data"]["groups"]
    return [(Path(group["file"]).name, group["name"]) for group in groups]


def test_files_are_loaded_when_it_is_told_to(server: Client, tmp_path: Path) -> None:
    (tmp_path / "rules" / "a.yml").write_bytes(GOOD)
    assert names(server) == []
    assert server.post("/-/reload").status == 200
    (group,) = server.get_json("/api/v1/rules")["data"]["groups"]
    assert (group["interval"], group["limit"]) == (30, 3)
    alert, record = group["rules"]
    assert alert["query"].startswith("sum")
    assert (alert["type"], alert["name"], alert["duration"]) == ("alerting", "Down", 90)
    assert alert["labels"] == ALERT["labels"]
    assert alert["annotations"] == ALERT["annotations"]
    assert (record["type"], record["name"]) == ("recording", "job:up:sum")
    assert "labels" not in record


@pytest.mark.parametrize("bad", [WRONG, b"groups: [", b"groups: [{name: g, nope: 1}]"])
def test_one_bad_file_and_what_was_loaded_stays(server: Client, tmp_path: Path, bad: bytes) -> None:
    (tmp_path / "rules" / "a.yml").write_bytes(GOOD)
    server.post("/-/reload")
    (tmp_path / "rules" / "b.yml").write_bytes(bad)
    (tmp_path / "rules" / "c.yml").write_bytes(GOOD)
    answer = server.post("/-/reload")
    assert answer.status == 500
    assert "one or more errors occurred" in answer.text
    assert names(server) == [("a.yml", "g")]
    (tmp_path / "rules" / "b.yml").unlink()
    (tmp_path / "rules" / "a.yml").unlink()
    assert server.post("/-/reload").status == 200
    assert names(server) == [("c.yml", "g")]


def test_other_suffixes_are_none_of_its_business(server: Client, tmp_path: Path) -> None:
    for suffix in (".obsdash-new", ".obsdash-old"):
        (tmp_path / "rules" / f"a.yml{suffix}").write_bytes(WRONG)
    assert server.post("/-/reload").status == 200
    assert names(server) == []


@pytest.mark.parametrize("program", prometheus_programs())
def test_a_real_one_does_not_start_with_a_bad_file(program: str, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yml").write_bytes(WRONG)
    (tmp_path / "prometheus.yml").write_text("rule_files: [rules/*.yml]\n")
    command = [program, f"--config.file={tmp_path / 'prometheus.yml'}"]
    command += [f"--storage.tsdb.path={tmp_path / 'data'}"]
    command += [f"--web.listen-address=127.0.0.1:{free_port()}"]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=30)
    assert ended.returncode != 0
    with pytest.raises(ValueError, match="bad rule"), running_double(tmp_path / "rules"):
        pass
