"""What each run did and what was there before, written before anything else is.

A journal is a file of JSON lines: what the run is, its plans, an outcome a line, the end.
docs/undo.md describes it.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

import orjson

from obsdash.disk.whole import make_folder, why
from obsdash.errors import ConfigError, TargetError
from obsdash.plan import Plan
from obsdash.planfile import load_plans, plans_line
from obsdash.resource import Ref
from obsdash.target import Applied, Failed, Outcome, Refused

FOLDER = Path(".obsdash", "journal")
SCHEMA_VERSION = 1
KEPT = 100  # runs
LAST = "last"

_ENDING = ".jsonl"
_TIME = "%Y%m%d-%H%M%S"
_LIST = "obsdash history lists the runs"

State = Literal["done", "interrupted", "running", "unreadable"]


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one target's plan. planned: objects; without an outcome, a fate is unknown."""

    target: str
    planned: int
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A sync or a rollback, as its journal tells it.

    undoes: the run that this one rolled back; whole: all of it, not some objects only.
    """

    id: str
    state: State
    project: str = ""
    environment: str = ""
    parts: tuple[Part, ...] = ()
    undoes: str = ""
    whole: bool = True

    @property
    def started(self) -> datetime:
        """Return when it began."""
        return datetime.strptime(self.id[:15], _TIME).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a run is to be: of which project and environment, and whether it is a rollback."""

    project: str
    environment: str
    undoes: str = ""
    whole: bool = True


class Journal:
    """The open journal of a run."""

    def __init__(self, run: str, stream: IO[bytes]) -> None:
        """Take a stream that the beginning is written to."""
        self.run = run
        self.complete = True
        self._stream = stream

    def noting(self, target: str) -> Callable[[Outcome], None]:
        """Return what adds a target's outcome.

        When the disk is full the run goes on: a rollback looks for itself.
        """
        return lambda outcome: self._append({"target": target, **_outcome(outcome)})

    def end(self, *, interrupted: bool) -> None:
        """Say that all outcomes that will ever be known are in."""
        self._append({"end": "interrupted" if interrupted else "done"})

    def _append(self, line: Mapping[str, Any]) -> None:
        if self.complete:
            try:
                _write(self._stream, orjson.dumps(line))
            except OSError:
                self.complete = False


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@contextmanager
def begun(
    root: Path, occasion: Occasion, plans: Sequence[Plan], *, clock: Callable[[], datetime] = now
) -> Iterator[Journal]:
    """Write a journal's beginning and keep it open; raises TargetError when that cannot be."""
    folder = root / FOLDER
    try:
        run, stream = _created(folder, clock)
        try:
            _write(stream, orjson.dumps(_head(occasion, plans)))
            stream.writelines(plans_line(occasion.project, occasion.environment, plans))
            stream.flush()
            os.fsync(stream.fileno())
        except BaseException:
            _file(folder, run).unlink()
            raise
    except OSError as error:
        raise TargetError(
            f"nothing was changed, because the journal cannot be written: {folder}: {why(error)}",
            help="make room, or make the folder writable: without a journal there is no rollback",
        ) from None
    _forget(folder)
    try:
        yield Journal(run, stream)
    finally:
        with suppress(OSError):  # what could not be written is known already
            stream.close()


def runs(root: Path) -> list[Run]:
    """Return the runs, the newest first. One that ended before its plan was written did nothing."""
    return [run for file in _files(root / FOLDER) if (run := _read(file))]


def find(known: Sequence[Run], name: str, environment: str) -> Run:
    """Return the run that a name means: an id, its beginning or end, or `last`.

    known: all runs, the newest first. Raises ConfigError for none or several.
    """
    if name == LAST:
        found = [run for run in known if run.environment in (environment, "")][:1]
        missing = f"there is no run of environment {environment!r} yet"
    else:
        found = [run for run in known if run.id.startswith(name) or run.id.endswith(name)]
        missing = f"there is no run {name!r}"
    if not found:
        raise ConfigError(missing, help=_LIST)
    if len(found) > 1:
        ids = ", ".join(run.id for run in found[:3])
        raise ConfigError(f"{name!r} may be any of {len(found)} runs: {ids}, …", help=_LIST)
    return found[0]


def plans_of(root: Path, run: Run) -> tuple[Plan, ...]:
    """Return what a run planned; raises ConfigError when its journal cannot be used."""
    file = _file(root / FOLDER, run.id)
    try:
        return load_plans(file.read_bytes().split(b"\n", 2)[1]).plans
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {why(error)}") from None
    except (ConfigError, IndexError) as error:
        raise ConfigError(f"{file} is damaged: {error}", help="it cannot be rolled back") from None


def _created(folder: Path, clock: Callable[[], datetime]) -> tuple[str, IO[bytes]]:
    """Create the file of a new run, locked as long as it is open; raises OSError."""
    make_folder(folder)
    (folder / ".gitignore").write_text("*\n")  # before-images are nobody's source code
    while True:
        time = clock()
        # The fraction of the second: ids sort, and those who read one aloud have four digits.
        run = f"{time:{_TIME}}-{time.microsecond * 0x10000 // 1_000_000:04x}"
        with suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            stream = open(os.open(_file(folder, run), flags, 0o600), "ab")  # noqa: SIM115, PTH123
            fcntl.flock(stream, fcntl.LOCK_EX)
            return run, stream


def _write(stream: IO[bytes], line: bytes) -> None:
    """Hand a line to the system at once: what it has, a kill cannot take back."""
    stream.write(line + b"\n")
    stream.flush()


def _head(occasion: Occasion, plans: Sequence[Plan]) -> Mapping[str, Any]:
    return {
        "schemaVersion": SCHEMA_VERSION,
        "project": occasion.project,
        "environment": occasion.environment,
        "undoes": occasion.undoes,
        "whole": occasion.whole,
        "targets": [{"target": plan.target, "planned": len(plan.actions)} for plan in plans],
    }


def _outcome(outcome: Outcome) -> Mapping[str, Any]:
    ref = [outcome.ref.kind, outcome.ref.uid]
    match outcome:
        case Applied(verb=verb):
            return {"ref": ref, "outcome": verb}
        case Refused(reason=reason):
            return {"ref": ref, "outcome": "refused", "reason": reason}
        case Failed(reason=reason):
            return {"ref": ref, "outcome": "failed", "reason": reason}


def _read_outcome(line: Mapping[str, Any]) -> Outcome:
    ref = Ref(*line["ref"])
    match line["outcome"]:
        case "refused":
            return Refused(ref, line["reason"])
        case "failed":
            return Failed(ref, line["reason"])
        case verb:
            return Applied(ref, verb)


def _file(folder: Path, run: str) -> Path:
    return folder / f"{run}{_ENDING}"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{_ENDING}"), reverse=True)


def _forget(folder: Path) -> None:
    for file in _files(folder)[KEPT:]:
        with suppress(OSError):
            file.unlink()


def _read(file: Path) -> Run | None:
    """Return a run, None for one that had not begun; a last line cut off does not count."""
    run = file.name.removesuffix(_ENDING)
    try:
        with file.open("rb") as stream:
            alive = _is_locked(stream)
            *lines, _ = stream.read().split(b"\n")
        if len(lines) < 2:
            return None
        return _run(run, orjson.loads(lines[0]), [orjson.loads(line) for line in lines[2:]], alive)
    except (OSError, ValueError, KeyError, TypeError):
        return Run(run, "unreadable")


def _is_locked(stream: IO[bytes]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _run(run: str, head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], alive: bool) -> Run:
    if head["schemaVersion"] != SCHEMA_VERSION:
        raise ValueError("of another version")
    ended = [line["end"] for line in lines if "end" in line]
    told = [(line["target"], _read_outcome(line)) for line in lines if "end" not in line]
    parts = tuple(
        Part(
            part["target"],
            part["planned"],
            tuple(outcome for target, outcome in told if target == part["target"]),
        )
        for part in head["targets"]
    )
    state: State = "running" if alive else "interrupted"
    if ended:
        state = "interrupted" if ended[-1] == "interrupted" else "done"
    return Run(
        run, state, head["project"], head["environment"], parts, head["undoes"], head["whole"]
    )
