"""Choose loopback addresses, and say who holds a port."""

import errno
import os
import socket
from collections.abc import Collection, Iterator
from pathlib import Path

from obsdash.errors import ObsdashError

HOST = "127.0.0.1"
TRIED = 200
_PROC = Path("/proc")
_LISTENS = "0A"  # state of a socket in /proc/net/tcp


def free_address(preferred: int, reserved: Collection[str] = ()) -> str:
    """Return `127.0.0.1:PORT`, the preferred port or the next one nobody listens on or reserved."""
    for port in range(preferred, preferred + TRIED):
        address = f"{HOST}:{port}"
        if address not in reserved and is_free(port):
            return address
    raise ObsdashError(
        f"no port from {preferred} to {preferred + TRIED - 1} is free on {HOST}",
        help="ss -ltnp shows who listens",
    )


def is_listened_on(port: int) -> bool:
    """Tell whether any program listens on a port, on whatever address."""
    return any(_listening(port))


def is_free(port: int) -> bool:
    """Tell whether a program could listen on a port of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
        return True


def holder(port: int) -> str:
    """Return who listens on a port, `NAME (pid N)`, or that it cannot be seen."""
    for process in _holders(port):
        try:
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            continue  # it has ended meanwhile
        return f"{name} (pid {process.name})"
    return "a program of somebody else"


def is_held_by(port: int, leader: int) -> bool:
    """Tell whether a process of a session, named by its leader, listens on a port."""
    return any(_session(process) == leader for process in _holders(port))


def _holders(port: int) -> Iterator[Path]:
    """Yield the processes, as folders of /proc, that have a socket listening on a port."""
    inodes = {f"socket:[{inode}]" for inode in _listening(port)}
    if inodes:
        yield from (each for each in _PROC.glob("[0-9]*") if inodes & set(_sockets(each)))


def _session(process: Path) -> int:
    try:
        return os.getsid(int(process.name))
    except OSError:
        return 0


def _listening(port: int) -> Iterator[str]:
    """Yield the inodes of the sockets that listen on a port."""
    for table in ("tcp", "tcp6"):
        try:
            lines = (_PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _sockets(process: Path) -> Iterator[str]:
    """Yield what the open files of a process are, as far as we may see them."""
    try:
        for file in (process / "fd").iterdir():
            yield os.readlink(file)  # noqa: PTH115 (`socket:[…]` is no path)
    except OSError:
        return
