"""Files as they were, kept beside the new ones until these are loaded.

A link or an empty file needs no room, so that a full disk cannot stand in the way back.
"""

from contextlib import suppress
from pathlib import Path

from obsdash.disk.whole import read_or_none, write_whole

SUFFIX = ".obsdash-old"  # matches no glob of Prometheus or Alertmanager


def keep(path: Path) -> None:
    """Keep a file as it is, or that there is none; raises OSError."""
    beside = _kept(path)
    beside.unlink(missing_ok=True)
    try:
        beside.hardlink_to(path)
    except FileNotFoundError:
        beside.touch()
    except OSError:  # a file system without links
        write_whole(beside, path.read_bytes(), durable=True)


def put_back(path: Path) -> None:
    """Make a file what was kept of it, if anything was; raises OSError."""
    beside = _kept(path)
    with suppress(FileNotFoundError):
        if beside.stat().st_size:
            beside.replace(path)
        else:
            path.unlink(missing_ok=True)
        beside.unlink(missing_ok=True)  # two links to one file are not replaced


def kept(path: Path) -> bytes | None:
    """Return what was kept of a file, empty when there was none; None: nothing is kept."""
    return read_or_none(_kept(path))


def forget(path: Path) -> None:
    """Keep a file no longer; one that cannot be removed does no harm."""
    with suppress(OSError):
        _kept(path).unlink()


def _kept(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)
