"""Folders that cannot be written, and disks that are full."""

import json
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.shell import PROGRAM, Said, dashboard, environment, obsdash, refused, write
from tests.support.servers import program


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"dashboards/api.py": f"x = {dashboard('api')}\n"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def with_little_room(folder: Path, size: int, *arguments: str) -> Said:
    """Run a command that can make no file longer than a size, as on a full disk."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        preexec_fn=limit,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".obsdash/" not in str(path)
    }


def test_a_build_on_a_full_disk_leaves_the_old_files_whole(project: Path) -> None:
    write(project, {"dashboards/large.py": f"x = {dashboard('large', 'old')}\n"})
    assert obsdash("build").code == 0
    before = files(project / "build")
    large = f"x = {{**{dashboard('large', 'new')}, 'description': 'x' * 100_000}}\n"
    write(project, {"dashboards/large.py": large})
    said = with_little_room(project, 50_000, "build")
    assert said.code == 2
    assert "large.json cannot be written: File too large; it is as it was" in said.err
    assert "Traceback" not in said.everything
    assert files(project / "build") == before
    assert obsdash("build").code == 0
    assert json.loads(files(project / "build")["local/grafana/dashboards/large.json"])


def test_a_sync_without_room_for_its_journal_changes_nothing(project: Path) -> None:
    large = f"x = {{**{dashboard('large')}, 'description': 'x' * 100_000}}\n"
    write(project, {"dashboards/large.py": large})
    said = with_little_room(project, 50_000, "sync")
    [error] = refused(said)
    assert "nothing was changed, because the journal cannot be written: " in error
    assert "File too large" in error
    assert not (project / "build").exists()
    assert obsdash("history").out == "No runs yet: each obsdash sync is one.\n"
    assert obsdash("sync").code == 0


def test_a_result_without_room_leaves_the_old_file(project: Path) -> None:
    (project / "plan.json").write_text("the old plan")
    for option in ("--out", "--json", "--markdown"):
        said = with_little_room(project, 50, "diff", option, "plan.json")
        assert said.code == 2
        assert "error: plan.json cannot be written: File too large" in said.err
        assert (project / "plan.json").read_text() == "the old plan"
    assert [path.name for path in project.iterdir() if "plan" in path.name] == ["plan.json"]


def test_results_go_nowhere_else_when_their_folder_is_missing(project: Path) -> None:
    for option in ("--out", "--json", "--markdown"):
        assert refused(obsdash("diff", option, "nowhere/x")) == [
            "error: nowhere/x cannot be written: No such file or directory"
        ]


def test_a_file_where_the_build_folder_should_be_is_named(project: Path) -> None:
    (project / "build").write_text("")
    for command in ("build", "diff", "sync"):
        said = obsdash(command)
        assert said.code in (1, 2), command
        assert "build" in said.everything
        assert "Not a directory" in said.everything
    assert (project / "build").read_text() == ""


def test_a_damaged_note_of_what_is_ours_is_named(project: Path) -> None:
    assert obsdash("build").code == 0
    note = project / "build/local/.obsdash.json"
    for content in ("{", "[]", '{"schemaVersion": 9}', '{"schemaVersion": 1, "files": 3}'):
        note.write_text(content)
        write(project, {"dashboards/api.py": f"x = {dashboard('api', content)}\n"})
        for command in ("build", "diff", "sync"):
            assert refused(obsdash(command)) == [f"error: {note} is damaged"]


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write from a folder and all in it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def plainly(folder: Path, *arguments: str) -> Said:
    """Run a command that has to keep to the permissions of files, even when we are root."""
    rights = "-dac_override,-dac_read_search"
    command = [*PROGRAM, *arguments]
    if os.geteuid() == 0:
        command = [program("setpriv"), f"--bounding-set={rights}", f"--inh-caps={rights}", *command]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_read_only_project_can_be_built_elsewhere(project: Path) -> None:
    elsewhere = project.with_name(f"{project.name}-elsewhere")
    with read_only(project):
        for _ in range(2):
            said = plainly(project, "build", "--out", str(elsewhere))
            assert said.code == 0, said
        assert plainly(project, "diff").code == 0
        said = plainly(project, "build")
        assert said.code == 2
        assert "build/local cannot be written: Permission denied" in said.err
        assert "Traceback" not in said.everything


def test_a_read_only_build_folder_is_named_and_stays(project: Path) -> None:
    assert obsdash("build").code == 0
    before = files(project / "build")
    write(project, {"dashboards/api.py": f"x = {dashboard('api', 'new')}\n"})
    with read_only(project / "build"):
        for command in ("build", "sync"):
            said = plainly(project, command)
            assert said.code in (1, 2)
            assert "cannot be written: Permission denied" in said.everything
            assert "Traceback" not in said.everything
        assert files(project / "build") == before


def test_definitions_that_may_not_be_read_are_named(project: Path) -> None:
    write(project, {"dashboards/closed/a.json": "{}"})
    (project / "dashboards/api.py").chmod(0)
    (project / "dashboards/closed").chmod(0)
    assert refused(plainly(project, "build")) == [
        "error: dashboards/closed: it cannot be read: Permission denied"
    ]
    (project / "dashboards/closed").chmod(0o755)
    assert refused(plainly(project, "build"))[0] == (
        "error: dashboards/api.py: it cannot be read: Permission denied"
    )
