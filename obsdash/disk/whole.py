"""A file is the old one or the new one, whole, whenever anybody looks."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".obsdash-new"  # no glob of Prometheus, Grafana or Alertmanager matches it
FILE_MODE = 0o644  # read by servers that run as other users
FOLDER_MODE = 0o755


@dataclass(frozen=True, slots=True)
class Access:
    """Who may read and write a file; an owner or a group of -1 is whoever makes it."""

    mode: int = FILE_MODE
    owner: int = -1
    group: int = -1


@dataclass(frozen=True, slots=True)
class Staged:
    """New content beside its place, not yet visible; either commit or discard it."""

    path: Path
    temporary: Path

    def commit(self) -> None:
        """Put the content in place; raises OSError with the old file untouched."""
        self.temporary.replace(self.path)

    def discard(self) -> None:
        """Forget the content, unless it is in place already."""
        self.temporary.unlink(missing_ok=True)


def stage(path: Path, content: bytes, *, durable: bool, access: Access = Access()) -> Staged:
    """Write content beside `path`, making folders as needed; raises OSError.

    durable: wait until the disk has it, so that a power cut cannot leave an empty file.
    """
    make_folder(path.parent)
    staged = Staged(path, temporary(path))
    staged.discard()  # left by a writer that was killed
    try:
        descriptor = os.open(staged.temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.fchown(descriptor, access.owner, access.group)
            os.fchmod(descriptor, access.mode)  # whatever the umask says
            _write_all(descriptor, content)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        staged.discard()
        raise
    return staged


def write_whole(path: Path, content: bytes, *, durable: bool, access: Access = Access()) -> None:
    """Replace a file's content; raises OSError with the old file untouched."""
    staged = stage(path, content, durable=durable, access=access)
    try:
        staged.commit()
    finally:
        staged.discard()


def temporary(path: Path) -> Path:
    """Return where the content of `path` stands until it is whole."""
    return path.with_name(path.name + SUFFIX)


def read_or_none(path: Path) -> bytes | None:
    """Return a file's content, None when there is no such file; raises OSError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def access_of(path: Path) -> Access | None:
    """Return who may read and write a file, None when there is no such file; raises OSError."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return Access(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, readable for all; raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(FOLDER_MODE)


def why(error: OSError) -> str:
    """Return the system's reason, `No space left on device`."""
    return error.strerror or str(error)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
