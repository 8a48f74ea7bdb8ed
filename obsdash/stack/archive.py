"""A backup: one compressed tar file with a list of what is in it, written whole or not at all."""

import io
import json
import os
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from obsdash.errors import ObsdashError

SCHEMA_VERSION = 1
_LIST = "obsdash-backup.json"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself: of which runtime it is, and the names of its parts."""

    runtime: str
    parts: tuple[str, ...]


@contextmanager
def written(file: Path, contents: Contents) -> Iterator[tarfile.TarFile]:
    """Give a tar file to fill, private to its owner; raises ObsdashError where that cannot be."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        handle = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as tar:
                _add_list(tar, contents)
                yield tar
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError as error:
        raise ObsdashError(
            f"the backup {file} cannot be written: {error.strerror or error}",
            help="name a file in a folder that exists and has room",
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def opened(file: Path, runtime: str) -> Iterator[tuple[tarfile.TarFile, Contents]]:
    """Give a backup of a runtime; raises ObsdashError for what is none, or another's."""
    if not file.is_file():
        raise ObsdashError(f"there is no file {file}", help="obsdash stack backup FILE makes one")
    try:
        with tarfile.open(file, "r:gz") as tar:
            contents = _contents(tar)
            if contents.runtime != runtime:
                raise ObsdashError(
                    f"{file} is a backup of a stack with --runtime {contents.runtime}",
                    help=f"restore it there: this one runs with --runtime {runtime}",
                )
            yield tar, contents
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise ObsdashError(
            f"{file} is no backup, or damaged: {error}",
            help="obsdash stack backup FILE makes one",
        ) from None


def unpack(tar: tarfile.TarFile, folder: Path, roots: Mapping[str, str]) -> None:
    """Write the files of some parts; `roots` maps a part to where it goes below the folder.

    Only plain files and folders are written, and nothing outside: raises ValueError for others.
    """
    for member in tar:
        path = PurePosixPath(member.name)
        if member.name == _LIST:
            continue
        if ".." in path.parts or path.is_absolute() or not (member.isfile() or member.isdir()):
            raise ValueError(f"{member.name} is not what a backup holds")
        part = next((root for root in roots if path.is_relative_to(root)), None)
        if part is not None:
            _write(tar, member, folder / roots[part] / path.relative_to(part))


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    with target.open("wb") as stream:
        while source and (block := source.read(1 << 20)):
            stream.write(block)
    target.chmod(member.mode & 0o777)


def _add_list(tar: tarfile.TarFile, contents: Contents) -> None:
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "runtime": contents.runtime,
        "parts": list(contents.parts),
    }
    data = json.dumps(document, indent=2).encode()
    entry = tarfile.TarInfo(_LIST)
    entry.size, entry.mode, entry.mtime = len(data), 0o600, int(time.time())
    tar.addfile(entry, io.BytesIO(data))


def _contents(tar: tarfile.TarFile) -> Contents:
    first = tar.extractfile(_LIST)
    document = json.load(first) if first else {}
    if document["schemaVersion"] != SCHEMA_VERSION:
        raise ValueError("a newer obsdash made it")
    return Contents(str(document["runtime"]), tuple(map(str, document["parts"])))
