"""Start, recognise and stop processes by pid and start time: a pid alone may be reused."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from obsdash.errors import ObsdashError

POLL_SECONDS = 0.05
_PROC = Path("/proc")
_DEAD = {"Z", "X"}
_SHELL = "/bin/sh"
_WAIT_THEN_RUN = 'read -r go && exec "$@" </dev/null'


@dataclass(frozen=True, slots=True)
class Process:
    """A process and no other; `started` in clock ticks since the machine booted."""

    pid: int
    started: int


def check_machine() -> None:
    """Raise ObsdashError where processes cannot be recognised."""
    if not (_PROC / "self" / "stat").exists():
        raise ObsdashError("the stack runs on Linux only: there is no /proc here")


def start(argv: tuple[str, ...], log: Path, record: Callable[[Process], None]) -> None:
    """Start a program that outlives this one, its output in `log`.

    The program begins only after `record` has returned: if this process dies before, the new
    one ends too, so nothing ever runs that is not on record.
    """
    gate, key = os.pipe()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        pid = os.posix_spawn(
            _SHELL,
            (_SHELL, "-c", _WAIT_THEN_RUN, "sh", *argv),
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, gate, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigdef=[signal.SIGPIPE],
        )
        record(Process(pid, _stat(pid)[1]))
        os.write(key, b"go\n")
    finally:
        os.close(gate)
        os.close(key)


def is_running(process: Process) -> bool:
    """Tell whether this very process still runs."""
    try:
        state, started = _stat(process.pid)
    except OSError:
        return False
    return started == process.started and state not in _DEAD


def stop(processes: Iterable[Process], patience: float) -> None:
    """End the processes: asked first, killed when they take longer than `patience` seconds."""
    left = [process for process in processes if _signal(process, signal.SIGTERM)]
    if not wait(lambda: not any(map(is_running, left)), patience):
        for process in left:
            _signal(process, signal.SIGKILL)
        wait(lambda: not any(map(is_running, left)), patience)


def wait(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds; False when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _signal(process: Process, signum: signal.Signals) -> bool:
    if not is_running(process):
        return False
    try:
        os.kill(process.pid, signum)
    except ProcessLookupError:
        return False
    return True


def _stat(pid: int) -> tuple[str, int]:
    """Return a process' state letter and start time, fields 3 and 22 of /proc/PID/stat."""
    text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    fields = text.rpartition(")")[2].split()  # the program's name may hold spaces and brackets
    return fields[0], int(fields[19])
