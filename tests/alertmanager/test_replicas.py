"""Several Alertmanagers that read one file: all get the new configuration, or none does."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from obsdash.alertmanager import AlertmanagerTarget
from obsdash.alertmanager.files import encode
from obsdash.disk import yaml
from obsdash.errors import TargetError
from obsdash.http import Client
from obsdash.plan import Create
from obsdash.target import Applied, Failed, apply_plan, plan_for
from tests.alertmanager.test_target import NOBODY, binary, routing, texts, wanted
from tests.alertmanager.test_trouble import OLD, TEXT, WANTED, fake_alertmanager, loads, metrics
from tests.support.servers import Answer, Asked, Program, free_port, running

__all__ = ["binary"]  # a fixture


@dataclass
class Cluster:
    """Two Alertmanagers of one file."""

    servers: list[Program]
    file: Path
    target: AlertmanagerTarget

    def loaded(self) -> list[str]:
        found = []
        for server in self.servers:
            with Client(server.url) as client:
                status = client.get_json("/api/v2/status")
            assert status["cluster"]["peers"]
            found.append(status["config"]["original"])
        return found


@pytest.fixture
def cluster(binary: str, tmp_path: Path) -> Iterator[Cluster]:
    file = tmp_path / "alertmanager.yml"
    file.write_bytes(encode(yaml.load(NOBODY.encode()), "shop"))
    with ExitStack() as stack:
        servers: list[Program] = []
        gossip = [free_port() for _ in range(2)]
        for number, port in enumerate(gossip):
            web = free_port()
            command = [
                binary,
                f"--config.file={file}",
                f"--storage.path={tmp_path / f'data{number}'}",
                f"--web.listen-address=127.0.0.1:{web}",
                f"--cluster.listen-address=127.0.0.1:{port}",
                f"--cluster.peer=127.0.0.1:{gossip[0]}",
            ]
            log = tmp_path / f"{number}.log"
            servers.append(stack.enter_context(running(command, web, "/-/ready", log)))
        first, second = (server.url for server in servers)
        target = AlertmanagerTarget(first, file, project="shop", replicas=(second,))
        yield Cluster(servers, file, target)


def test_every_replica_loads_what_was_synced(cluster: Cluster) -> None:
    report = apply_plan(plan_for(cluster.target, [wanted(routing())]), cluster.target)
    assert [type(one) for one in report.outcomes] == [Applied]
    first, second = cluster.loaded()
    assert first == second
    assert "pager" in first
    assert not plan_for(cluster.target, [wanted(routing())])


def test_a_replica_that_has_something_else_loaded_is_named_and_brought_up(
    cluster: Cluster,
) -> None:
    apply_plan(plan_for(cluster.target, [wanted(routing())]), cluster.target)
    ours = cluster.file.read_bytes()
    cluster.file.write_text(NOBODY)
    with Client(cluster.servers[1].url) as client:
        assert client.post("/-/reload").status == 200
    cluster.file.write_bytes(ours)
    plan = plan_for(cluster.target, [wanted(routing())])
    assert texts(plan) == [f"file on disk is not what {cluster.servers[1].url} has loaded"]
    apply_plan(plan, cluster.target)
    assert not plan_for(cluster.target, [wanted(routing())])


def test_a_replica_that_is_down_is_named_and_nothing_is_written(cluster: Cluster) -> None:
    plan = plan_for(cluster.target, [wanted(routing())])
    before, loaded = cluster.file.read_bytes(), cluster.loaded()[0]
    down = cluster.servers[1]
    down.process.terminate()
    down.process.wait(10)
    with pytest.raises(TargetError, match=f"nothing listens at 127.0.0.1:{down.port}"):
        plan_for(cluster.target, [wanted(routing())])
    (outcome,) = cluster.target.apply(plan.actions)
    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith(f"nothing listens at 127.0.0.1:{down.port}; ")
    assert outcome.reason.endswith(
        "; nothing was written, the old configuration stays loaded everywhere"
    )
    assert cluster.file.read_bytes() == before
    with Client(cluster.servers[0].url) as client:
        assert client.get_json("/api/v2/status")["config"]["original"] == loaded


@dataclass
class Scripted:
    """An Alertmanager that loads what is in the file; or refuses all but the old one."""

    file: Path
    refuses: bool = False
    loaded: bytes = OLD.encode()

    def reload(self, asked: Asked) -> Answer:
        content = self.file.read_bytes()
        if self.refuses and content != OLD.encode():
            return 500, TEXT, b"failed to reload config: too new"
        self.loaded = content
        return 200, TEXT, b""

    def metrics(self, asked: Asked) -> Answer:
        return 200, TEXT, metrics(loads(self.loaded))


def test_what_the_second_refuses_the_first_gives_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where one of them is older than the other."""
    monkeypatch.setenv("PATH", "")
    file = tmp_path / "alertmanager.yml"
    file.write_text(OLD)
    sides = Scripted(file), Scripted(file, refuses=True)
    with ExitStack() as stack:
        urls = [
            stack.enter_context(
                fake_alertmanager({"/-/reload": one.reload, "/metrics": one.metrics})
            )
            for one in sides
        ]
        target = AlertmanagerTarget(urls[0], file, project="shop", replicas=(urls[1],))
        (outcome,) = target.apply([Create(WANTED)])
    assert isinstance(outcome, Failed)
    assert outcome.reason == (
        f"{urls[1]} refuses the configuration: failed to reload config: too new;"
        " the old configuration stays loaded"
    )
    assert [side.loaded for side in sides] == [OLD.encode()] * 2
    assert file.read_text() == OLD
