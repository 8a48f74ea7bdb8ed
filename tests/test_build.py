"""A build writes what changed, removes what is gone, and does nothing when nothing changed."""

import json
import os
from pathlib import Path

import pytest

from obsdash.build import Built, Order, build
from obsdash.errors import Problems
from obsdash.project import Project, load_project
from obsdash.resource import Environment

DASHBOARD = {"uid": "a", "title": "A", "panels": [], "schemaVersion": 37}


@pytest.fixture
def order(tmp_path: Path) -> Order:
    _write(tmp_path, "a", "A")
    return Order(tmp_path, tmp_path / "build", Environment("local"), mount="/etc/obs")


def _write(root: Path, uid: str, title: str) -> Path:
    file = root / "dashboards" / f"{uid}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({**DASHBOARD, "uid": uid, "title": title}))
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
    return file


def _build(order: Order) -> Built:
    def load() -> Project:
        project = load_project(order.root, order.environment)
        if project.errors:
            raise Problems(project.errors)
        return project

    return build(order, load)


def _written(built: Built) -> list[str]:
    return [str(o.ref) for o in built.report.outcomes] if built.report else []


def _times(folder: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


def test_a_first_build_writes_everything(order: Order) -> None:
    assert _written(_build(order)) == ["dashboard/a"]
    built = json.loads((order.out / "grafana/dashboards/a.json").read_text())
    assert built["title"] == "A"


def test_a_second_build_does_not_run_the_definitions_and_rewrites_nothing(order: Order) -> None:
    _build(order)
    before = _times(order.out)
    assert build(order, load=lambda: pytest.fail("the definitions ran")) == Built(1)
    assert _times(order.out) == before


def test_a_changed_definition_rewrites_its_file_only(order: Order) -> None:
    _write(order.root, "b", "B")
    _build(order)
    before = _times(order.out)
    _write(order.root, "b", "B2")
    assert _written(_build(order)) == ["dashboard/b"]
    changed = {file.name for file, time in _times(order.out).items() if before.get(file) != time}
    assert changed == {"b.json", ".obsdash.json"}


def test_a_new_definition_is_noticed(order: Order) -> None:
    _build(order)
    _write(order.root, "b", "B")
    assert _written(_build(order)) == ["dashboard/b"]


def test_a_removed_definition_removes_its_file_and_nothing_else(order: Order) -> None:
    file = _write(order.root, "b", "B")
    _build(order)
    foreign = order.out / "grafana/dashboards/foreign.json"
    foreign.write_text("{}")
    file.unlink()
    assert _written(_build(order)) == ["dashboard/b"]
    assert foreign.read_text() == "{}"
    assert not (order.out / "grafana/dashboards/b.json").exists()


def test_a_hand_edited_file_is_put_right(order: Order) -> None:
    _build(order)
    file = order.out / "grafana/dashboards/a.json"
    right = file.read_bytes()
    file.write_text(json.dumps({**DASHBOARD, "title": "Edited"}))
    assert _written(_build(order)) == ["dashboard/a"]
    assert file.read_bytes() == right


def test_another_environment_or_variable_builds_anew(order: Order) -> None:
    _build(order)
    other = Order(order.root, order.out, Environment("local", {"x": 1}), mount="/etc/obs")
    assert _build(other).report is not None


def test_a_damaged_memory_only_costs_time(order: Order) -> None:
    _build(order)
    for memo in (order.root / ".obsdash" / "cache").glob("build-*"):
        memo.write_bytes(b"{")
    built = _build(order)
    assert built.report is not None
    assert _written(built) == []


def test_the_same_definitions_build_the_same_bytes_elsewhere(order: Order, tmp_path: Path) -> None:
    _build(order)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    _write(elsewhere, "a", "A")
    copy = Order(elsewhere, elsewhere / "out", Environment("local"), mount="/etc/obs")
    _build(copy)
    files = [file.relative_to(order.out) for file in order.out.rglob("*") if file.is_file()]
    assert len(files) >= 3
    for file in files:
        assert (order.out / file).read_bytes() == (copy.out / file).read_bytes()
