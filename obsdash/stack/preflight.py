"""What has to be there before anything starts: disk and memory of this machine."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from obsdash.errors import ObsdashError

MIB = 1024 * 1024
_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")
_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a stack cannot do without, in MiB; `help` says how to do with less."""

    disk: int
    memory: int
    help: str


NATIVE = Needs(disk=256, memory=256, help="--profile core starts less")
CONTAINERS = Needs(disk=4096, memory=2048, help="--profile core starts less")


def shortages(folder: Path, needs: Needs) -> Iterator[ObsdashError]:
    """Yield what this machine has too little of for a stack whose data is in `folder`."""
    disk = free_disk(folder)
    if disk < needs.disk * MIB:
        yield ObsdashError(
            f"only {disk // MIB} MiB are free where {folder} is; the stack needs {needs.disk}",
            help="free some, or keep the data elsewhere: obsdash stack up --state DIR",
        )
    memory = free_memory()
    if memory < needs.memory * MIB:
        yield ObsdashError(
            f"only {memory // MIB} MiB of memory are available; the stack needs {needs.memory}",
            help=f"stop something, or start less: {needs.help}",
        )


def free_disk(folder: Path) -> int:
    """Return the bytes that a user may still write below a folder that may not exist yet."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    found = os.statvfs(there)
    return found.f_bavail * found.f_frsize


def free_memory() -> int:
    """Return the bytes of memory that programs can still have, within the limits of a cgroup."""
    found = _AVAILABLE.search(_MEMINFO.read_text(encoding="ascii"))
    machine = int(found[1]) * 1024 if found else 0
    try:
        limit = int((_CGROUP / "memory.max").read_text(encoding="ascii"))
        used = int((_CGROUP / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):  # no cgroup, or "max": no limit
        return machine
    return min(machine, limit - used)
