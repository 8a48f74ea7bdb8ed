"""Which files of a project are definitions."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from obsdash.errors import ConfigError, DefinitionError
from obsdash.origin import Origin

ROOMS = ("alerts", "dashboards", "datasources")
ENDINGS = (".py", ".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """One definition file; `name` is its path in the project, with slashes."""

    root: Path
    name: str

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.root / self.name

    @property
    def folder(self) -> str:
        """The Grafana folder that its dashboards go to: the sub-folder under `dashboards/`."""
        room, _, inside = self.name.rpartition("/")[0].partition("/")
        return inside if room == "dashboards" else ""

    @property
    def namespace(self) -> str:
        """The namespace of its rule groups: its path in the room, without ending."""
        inside = self.name.partition("/")[2]
        return inside.rpartition(".")[0].replace("/", "-")

    @property
    def loki(self) -> bool:
        """Whether its rule files are written for Loki."""
        return self.name.startswith("alerts/loki/")


def find_definitions(root: Path) -> tuple[DefinitionFile, ...]:
    """Return all definition files in the order of their names; hidden ones and helpers are none."""
    found = [name for room in ROOMS for name in _walk(f"{root}/", room)]
    return tuple(DefinitionFile(root, name) for name in sorted(found))


def outside_of_definitions(root: Path, folder: Path) -> Path:
    """Return a folder to write into; raises ConfigError when its files would be definitions."""
    for room in ROOMS:
        if folder.resolve().is_relative_to(root.resolve() / room):
            raise ConfigError(
                f"{folder} is in {room}/, where every file is a definition",
                help=f"write elsewhere, to {root / 'build'} for example",
            )
    return folder


def _walk(root: str, folder: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(root + folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
        raise DefinitionError(reason, origin=Origin(folder, 0)) from None
    for entry in entries:
        if entry.name[0] in "._":
            continue
        name = f"{folder}/{entry.name}"
        if _is_folder(entry, name):
            yield from _walk(root, name)
        elif entry.name.endswith(ENDINGS):
            yield name


def _is_folder(entry: os.DirEntry[str], name: str) -> bool:
    try:
        found = entry.is_dir()
    except OSError:
        return False  # a link in a circle; reading it will say so
    if found and entry.is_symlink():
        path = Path(entry.path)
        if path.parent.resolve().is_relative_to(path.resolve()):
            raise DefinitionError("it is a link to a folder around it", origin=Origin(name, 0))
    return found
