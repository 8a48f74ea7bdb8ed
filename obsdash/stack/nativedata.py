"""Back up and restore what native components keep."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from obsdash.errors import ObsdashError
from obsdash.stack import archive, native, state
from obsdash.stack.archive import Contents
from obsdash.stack.component import Component
from obsdash.stack.launch import home
from obsdash.stack.manifest import MANIFEST
from obsdash.stack.report import Report

RUNTIME = "native"
_HALF = ".restoring"


def backup(folder: Path, file: Path) -> Iterator[Report]:
    """Write what the components keep to a file, and yield what is in it; nothing may run."""
    with state.locked(folder):
        _refuse_running(folder)
        there = {
            f"{component.name}/{name}": home(folder, component) / name
            for component in MANIFEST
            for name in component.keeps
            if (home(folder, component) / name).exists()
        }
        if not there:
            raise ObsdashError(f"there is nothing in {folder} yet", help="obsdash stack up")
        with archive.written(file, Contents(RUNTIME, tuple(there))) as tar:
            for part, path in there.items():
                tar.add(path, part)
                yield Report(part, "saved")


def restore(folder: Path, file: Path) -> Iterator[Report]:
    """Put back what a backup holds in place of what is there; nothing may run.

    Everything is unpacked beside before anything is replaced, so a damaged backup changes nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with state.locked(folder), archive.opened(file, RUNTIME) as (tar, contents):
        _refuse_running(folder)
        known = {f"{each.name}/{name}": each for each in MANIFEST for name in each.keeps}
        parts = [part for part in contents.parts if part in known]
        half = folder / _HALF
        shutil.rmtree(half, ignore_errors=True)
        try:
            archive.unpack(tar, half, {part: part for part in parts})
            for part in parts:
                _replace(half / part, folder / part, known[part])
                yield Report(part, "restored")
        finally:
            shutil.rmtree(half, ignore_errors=True)


def _replace(new: Path, place: Path, component: Component) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    if new.exists():
        new.replace(place)
    elif component.folders:
        place.mkdir()  # it was empty


def _refuse_running(folder: Path) -> None:
    if running := native.running(folder):
        raise ObsdashError(
            f"{', '.join(running)} may write meanwhile", help="obsdash stack down first"
        )
