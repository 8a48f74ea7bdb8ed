"""One obsdash at a time writes into a folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from obsdash.disk.whole import make_folder, why
from obsdash.errors import TargetError

LOCK = ".obsdash.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, making the folder; raises TargetError at once when it is held."""
    file = folder / LOCK
    try:
        make_folder(folder)
        descriptor = _take(file)
    except BlockingIOError:
        raise TargetError(
            f"another obsdash is writing into {folder}", help="wait until it ends, then try again"
        ) from None
    except OSError as error:
        raise TargetError(f"{folder} cannot be written: {why(error)}") from error
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(descriptor)


def _take(file: Path) -> int:
    """Open and lock the file; again when its holder removed it meanwhile."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), file.stat()):
                return descriptor
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
