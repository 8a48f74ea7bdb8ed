"""Files as they were, kept beside the new ones until these are loaded.

A link or an empty file needs no room, so that a full disk cannot stand in the way back.
"""

from contextlib import suppress
from pathlib import Path

from obsdash.disk.whole import write_whole

SUFFIX = ".obsdash-old"  # matches no glob of rule files


def keep(path: Path) -> None:
    """Keep a file as it is, or that there is none; raises OSError."""
    kept = _kept(path)
    kept.unlink(missing_ok=True)
    try:
        kept.hardlink_to(path)
    except FileNotFoundError:
        kept.touch()
    except OSError:  # a file system without links
        write_whole(kept, path.read_bytes(), durable=True)


def put_back(path: Path) -> None:
    """Make a file what was kept of it, if anything was; raises OSError."""
    kept = _kept(path)
    with suppress(FileNotFoundError):
        if kept.stat().st_size:
            kept.replace(path)
        else:
            path.unlink(missing_ok=True)
        kept.unlink(missing_ok=True)  # two links to one file are not replaced


def forget(path: Path) -> None:
    """Keep a file no longer; one that cannot be removed does no harm."""
    with suppress(OSError):
        _kept(path).unlink()


def _kept(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)
