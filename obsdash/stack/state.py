"""What was started, in a file of the state folder that is always whole."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from obsdash.errors import ObsdashError
from obsdash.stack.processes import Process, is_running

SCHEMA_VERSION = 1
FILE = "stack.json"
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Started:
    """One component that was started, on which address and by which command line."""

    pid: int
    started: int
    address: str
    argv: tuple[str, ...]
    ports: Mapping[str, str] = field(default_factory=dict)  # further ones → address

    @property
    def process(self) -> Process:
        """Return its process."""
        return Process(self.pid, self.started)

    @property
    def runs(self) -> bool:
        """Tell whether it still runs."""
        return is_running(self.process)


def load(folder: Path) -> dict[str, Started]:
    """Return what was started from this folder, by component; empty when nothing was."""
    file = folder / FILE
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return {name: _started(entry) for name, entry in document["components"].items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ObsdashError(
            f"{file} does not say what was started: {error}",
            help="stop what still runs by hand, then remove that file",
        ) from None


def _started(entry: Mapping[str, object]) -> Started:
    match entry:
        case {"pid": int(pid), "started": int(started), "address": str(address), "argv": [*argv]}:
            ports = entry.get("ports")
            further = dict(ports) if isinstance(ports, dict) else {}
            return Started(pid, started, address, tuple(map(str, argv)), further)
    raise ValueError("an entry is incomplete")


def save(folder: Path, components: Mapping[str, Started]) -> None:
    """Write the file in one step."""
    entries = {name: asdict(started) for name, started in components.items()}
    document = {"schemaVersion": SCHEMA_VERSION, "components": entries}
    write_whole(folder / FILE, json.dumps(document, indent=2) + "\n")


def write_whole(file: Path, text: str) -> None:
    """Write a file so that readers see the old content or the new one, never half of it."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(file)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second `obsdash stack` from changing the same folder meanwhile.

    Whatever goes wrong with the folder in the block is an ObsdashError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError:
        raise ObsdashError(
            f"another `obsdash stack` is working in {folder}", help="wait until it is done"
        ) from None
    except OSError as error:
        raise ObsdashError(
            f"the state folder {folder} cannot be used: {error.strerror or error}",
            help="obsdash stack up --state DIR keeps it elsewhere",
        ) from None
