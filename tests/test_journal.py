"""What a run leaves behind, whatever ends it."""

import fcntl
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from obsdash import journal
from obsdash.errors import ConfigError, TargetError
from obsdash.journal import KEPT, Occasion, Part, Run, begun, find, plans_of, runs
from obsdash.plan import Create, Plan, Update
from obsdash.resource import DATASOURCE, Ref, Resource
from obsdash.target import Applied, Failed, Outcome, Refused
from tests.support.memory import dashboard

HERE = Occasion("shop", "local")
PLAN = Plan("memory", (Create(dashboard("a")), Create(dashboard("b")), Create(dashboard("c"))))
OUTCOMES: tuple[Outcome, ...] = (
    Applied(dashboard("a").ref, "created"),
    Failed(dashboard("b").ref, "the disk is full"),
    Refused(dashboard("c").ref, "it was created by someone else"),
)


def ticking() -> Callable[[], datetime]:
    times = (datetime(2026, 11, 21, 10, 15, tzinfo=UTC) + timedelta(seconds=n) for n in range(999))
    return lambda: next(times)


def record(root: Path, *outcomes: Outcome, end: bool = True, occasion: Occasion = HERE) -> str:
    with begun(root, occasion, [PLAN]) as written:
        for outcome in outcomes:
            written.noting("memory")(outcome)
        if end:
            written.end(interrupted=False)
    return written.run


def file_of(root: Path, run: str) -> Path:
    return root / journal.FOLDER / f"{run}.jsonl"


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    run = record(tmp_path, *OUTCOMES)
    assert runs(tmp_path) == [Run(run, "done", "shop", "local", (Part("memory", 3, OUTCOMES),))]
    assert plans_of(tmp_path, runs(tmp_path)[0]) == (PLAN,)


def test_a_run_is_running_while_it_is_open_and_interrupted_when_it_ends_without_an_end(
    tmp_path: Path,
) -> None:
    with begun(tmp_path, HERE, [PLAN]):
        assert [run.state for run in runs(tmp_path)] == ["running"]
    assert [run.state for run in runs(tmp_path)] == ["interrupted"]


def test_a_journal_cut_off_anywhere_is_readable_and_never_says_too_much(tmp_path: Path) -> None:
    file = file_of(tmp_path, record(tmp_path, *OUTCOMES))
    whole = file.read_bytes()
    begins = len(b"".join(whole.splitlines(keepends=True)[:2]))
    for size in range(len(whole)):
        file.write_bytes(whole[:size])
        found = runs(tmp_path)
        if size < begins:
            assert not found
            continue
        assert [run.state for run in found] == ["interrupted"]
        known = found[0].parts[0].outcomes
        assert known == OUTCOMES[: len(known)]
        assert plans_of(tmp_path, found[0]) == (PLAN,)


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_damaged_journal_is_shown_and_refused(tmp_path: Path, line: int) -> None:
    run = record(tmp_path, *OUTCOMES)
    lines = file_of(tmp_path, run).read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"', b"'", 1)
    file_of(tmp_path, run).write_bytes(b"".join(lines))
    [found] = runs(tmp_path)
    assert found.id == run
    assert (found.state == "unreadable") == (line != 1)
    if line == 1:
        with pytest.raises(ConfigError, match="is damaged: the saved plan is no JSON"):
            plans_of(tmp_path, found)


def test_runs_are_sorted_by_their_time_and_the_oldest_go(tmp_path: Path) -> None:
    clock = ticking()
    for _ in range(KEPT + 3):
        with begun(tmp_path, HERE, [PLAN], clock=clock):
            pass
    ids = [run.id for run in runs(tmp_path)]
    assert len(ids) == KEPT
    assert ids == sorted(ids, reverse=True)
    assert ids[-1] == "20261121-101503-0000"


def test_nobody_else_reads_a_journal_and_git_ignores_it(tmp_path: Path) -> None:
    file = file_of(tmp_path, record(tmp_path))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (file.parent / ".gitignore").read_text() == "*\n"


def test_a_journal_that_cannot_be_written_stops_the_run_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".obsdash").write_text("a file")
    with pytest.raises(TargetError) as caught, begun(tmp_path, HERE, [PLAN]):
        pytest.fail("the run goes on")
    assert str(caught.value).startswith("nothing was changed, because the journal cannot be")


def test_a_disk_that_gets_full_later_stops_nothing(tmp_path: Path) -> None:
    with begun(tmp_path, HERE, [PLAN]) as written:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, written._stream.fileno())
        os.close(full)
        for outcome in OUTCOMES:
            written.noting("memory")(outcome)
        assert not written.complete
    assert runs(tmp_path)[0].parts == (Part("memory", 3),)


def test_a_secret_is_in_a_journal_as_a_reference_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PW", "hunter2")
    source = Resource(Ref(DATASOURCE, "pg"), {"type": "postgres"}, secrets={"password": "env:PW"})
    with begun(tmp_path, HERE, [Plan("memory", (Update(source, source, ()),))]) as written:
        pass
    text = file_of(tmp_path, written.run).read_text()
    assert "env:PW" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("last", "20261121-101502-4f1c"),
        ("20261121-101502", "20261121-101502-4f1c"),
        ("4f1c", "20261121-101502-4f1c"),
        ("20261121-101501-0000", "20261121-101501-0000"),
    ],
)
def test_a_run_is_named_by_its_id_an_end_of_it_or_last(name: str, found: str) -> None:
    known = [
        Run("20261121-101503-0001", "done", "shop", "prod"),
        Run("20261121-101502-4f1c", "done", "shop", "local"),
        Run("20261121-101501-0000", "done", "shop", "local"),
    ]
    assert find(known, name, "local").id == found


def test_last_does_not_step_over_a_run_that_cannot_be_read() -> None:
    known = [Run("2", "unreadable"), Run("1", "done", "shop", "local")]
    assert find(known, "last", "local").id == "2"


def test_reading_leaves_no_lock_behind(tmp_path: Path) -> None:
    file = file_of(tmp_path, record(tmp_path))
    runs(tmp_path)
    with file.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
