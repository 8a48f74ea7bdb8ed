"""Time commands and calls in turn, so that a machine whose speed drifts treats all alike."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what is compared, the ratio, and what was promised."""

    what: str
    ratio: float
    promised: str
    detail: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of a process: by the clock, and of both CPU kinds."""

    wall: float
    cpu: float


def run(command: Sequence[str | Path], cwd: Path) -> Cost:
    """Run a command that must succeed; its output is dropped."""
    # Bytecode is written as in a user's shell, or only the installed packages would have any.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before, started = os.times(), time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env=environment)
    wall, after = time.perf_counter() - started, os.times()
    cpu = after.children_user + after.children_system
    return Cost(wall, cpu - before.children_user - before.children_system)


def in_turn(rounds: int, jobs: Mapping[str, Callable[[], Cost]]) -> dict[str, Cost]:
    """Do each job once a round, and return the medians."""
    found: dict[str, list[Cost]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            found[name].append(job())
    return {
        name: Cost(median(c.wall for c in costs), median(c.cpu for c in costs))
        for name, costs in found.items()
    }


def obsdash(*arguments: str) -> list[str]:
    """Return the command line of obsdash in this interpreter."""
    return [sys.executable, "-m", "obsdash", *arguments]


def print_table(title: str, rows: Sequence[Row]) -> None:
    """Print the rows under a title."""
    print(f"\n{title}")
    width = max(len(row.what) for row in rows)
    for row in rows:
        print(
            f"  {row.what:<{width}}  {_digits(row.ratio):>9}×  (aim {row.promised})  {row.detail}"
        )


def _digits(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 5 else f"{ratio:.1f}"
