"""Runs that were killed, that failed half-way, on real servers: rolled back like any other."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import obsdash, settings, write
from tests.cli.test_interrupts import many, started
from tests.doubles.grafana import Fault, GrafanaDouble
from tests.support.servers import prometheus_programs, running_prometheus

COUNT = 150
KILLS = 20

RULE = "groups: [{{name: api, rules: [{{alert: Down, expr: up == {value}}}]}}]\n"
OTHER = "groups: [{name: other, rules: [{record: up:sum, expr: sum(up)}]}]\n"


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".obsdash") and path.suffix != ".obsdash-new"
    }


def test_a_sync_killed_at_any_moment_is_rolled_back_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, many("first", COUNT, 2_000))
    write(tmp_path, {"dashboards/Shop/old.py": 'x = {"uid": "old", "title": "Old", "panels": []}'})
    assert obsdash("sync").code == 0
    folder = tmp_path / "build/local"
    before = files(folder)
    write(tmp_path, many("second", COUNT, 2_000))
    write(tmp_path, {"dashboards/New/new.py": 'x = {"uid": "new", "title": "New", "panels": []}'})
    (tmp_path / "dashboards/Shop/old.py").unlink()
    states = []
    for wait in random.Random(4).sample(range(500), KILLS):  # tenths of a millisecond
        known = set((tmp_path / ".obsdash/journal").glob("*.jsonl"))
        child = started(tmp_path, "sync", "--prune", "--bulk")
        journals = tmp_path / ".obsdash/journal"
        while child.poll() is None and not set(journals.glob("*.jsonl")) - known:
            time.sleep(0.001)
        time.sleep(wait / 10_000)
        child.kill()
        child.communicate(timeout=60)
        said = obsdash("history")
        assert (said.code, said.err) == (0, "")
        states.append("interrupted" in said.out.splitlines()[0])
        if files(folder) != before:
            back = obsdash("rollback", "last")
            assert (back.code, back.err) == (0, ""), back
        assert files(folder) == before
    assert any(states), "no kill met a sync at work"


SOURCE = {"uid": "pg", "name": "pg", "type": "postgres", "secureJsonData": {"password": "env:PG"}}


@pytest.fixture
def grafana(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GrafanaDouble]:
    """A Grafana, and a project in the current folder that has it as its target."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PW", "admin")
    monkeypatch.setenv("PG", "hunter2")
    with GrafanaDouble() as double:
        url = f'url = "{double.url}", user = "admin", password = "env:PW"'
        write(tmp_path, {"pyproject.toml": settings(f'{{ type = "grafana", {url} }}')})
        yield double


def define(title: str, uids: range) -> None:
    boards = [{"uid": f"d{n}", "title": f"{title} {n}", "panels": []} for n in uids]
    source = {**SOURCE, "url": f"{title}:5432"}
    content = {"dashboards/Shop/some.py": f"x = {boards!r}", "datasources/pg.py": f"x = {source!r}"}
    write(Path.cwd(), content)


def live(double: GrafanaDouble) -> dict[str, str]:
    boards = {uid: board.title for uid, board in double.store.dashboards.items()}
    sources = {f"source {s.fields['name']}": s.fields["url"] for s in sources_of(double)}
    return boards | sources


def sources_of(double: GrafanaDouble) -> list[Any]:
    return list(double.store.datasources.values())


def test_dashboards_and_data_sources_of_a_grafana_go_back_and_forth(
    grafana: GrafanaDouble, tmp_path: Path
) -> None:
    define("first", range(8))
    assert obsdash("sync").code == 0
    before = live(grafana)
    define("second", range(2, 10))
    assert obsdash("sync", "--prune", "--bulk").code == 0
    after = live(grafana)
    assert before.keys() != after.keys()
    for state in (before, after, before):
        said = obsdash("rollback", "last")
        assert (said.code, said.err) == (0, ""), said
        assert live(grafana) == state
        assert [source.secrets for source in sources_of(grafana)] == [{"password": "hunter2"}]
    journals = b"".join(file.read_bytes() for file in tmp_path.rglob("*.jsonl"))
    assert b"env:PG" in journals
    assert b"hunter2" not in journals


def test_a_data_source_that_is_made_anew_after_two_rollbacks_has_its_secret(
    grafana: GrafanaDouble,
) -> None:
    define("first", range(1))
    assert obsdash("sync").code == 0
    assert obsdash("rollback", "last").code == 0
    assert live(grafana) == {}
    assert not grafana.store.folders
    assert obsdash("rollback", "last").code == 0
    assert [source.secrets for source in sources_of(grafana)] == [{"password": "hunter2"}]


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.INTERNAL, Fault.RESET])
@pytest.mark.parametrize("done", [0, 5, 10])
def test_a_sync_that_met_a_fault_half_way_is_put_back_whole(
    grafana: GrafanaDouble, fault: Fault, done: int
) -> None:
    define("first", range(8))
    assert obsdash("sync").code == 0
    before = live(grafana)
    define("second", range(2, 10))
    grafana.forget_calls()
    obsdash("sync", "--prune", "--bulk", "--dry-run")
    call = len(grafana.calls) + done + 2  # a sync reads as much, and what it writes once more
    grafana.forget_calls()
    grafana.faults = dict.fromkeys(range(call, call + 6), fault)
    obsdash("sync", "--prune", "--bulk")
    grafana.faults = {}
    said = obsdash("rollback", "last")
    assert said.code == (2 if live(grafana) == before and "error" in said.err else 0), said
    assert live(grafana) == before


def test_what_someone_changed_in_grafana_since_stays(grafana: GrafanaDouble) -> None:
    define("first", range(3))
    assert obsdash("sync").code == 0
    define("second", range(3))
    assert obsdash("sync").code == 0
    grafana.store.dashboards["d1"].data["title"] = "by hand"
    said = obsdash("rollback", "last")
    assert said.code == 1
    assert 'refused: it was changed since: title "second 1" → "by hand"' in said.out
    assert live(grafana) | {"source pg": ""} == {
        "d0": "first 0", "d1": "by hand", "d2": "first 2", "source pg": "",
    }  # fmt: skip


@pytest.mark.parametrize("binary", prometheus_programs())
def test_rules_of_a_real_prometheus_go_back_and_forth(
    binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with running_prometheus(binary, tmp_path / "server") as server:
        rules = f'url = "{server.url}", rules = "server/rules"'
        write(tmp_path, {"pyproject.toml": settings(f'{{ type = "prometheus", {rules} }}')})
        write(tmp_path, {"alerts/api.yml": RULE.format(value=0), "alerts/old.yml": OTHER})
        assert obsdash("sync").code == 0
        before = files(tmp_path / "server/rules")
        (tmp_path / "alerts/old.yml").unlink()
        write(tmp_path, {"alerts/api.yml": RULE.format(value=1), "alerts/new.yml": OTHER})
        assert obsdash("sync", "--prune").code == 0
        after = files(tmp_path / "server/rules")
        assert before.keys() != after.keys()
        for state in (before, after):
            said = obsdash("rollback", "last")
            assert (said.code, said.err) == (0, ""), said
            assert files(tmp_path / "server/rules") == state
        assert obsdash("diff", "--exit-code").code == 0
