"""Choose loopback addresses."""

import errno
import socket

from obsdash.errors import ObsdashError

HOST = "127.0.0.1"
TRIED = 200


def free_address(preferred: int) -> str:
    """Return `127.0.0.1:PORT`, the preferred port or the next one nobody listens on."""
    for port in range(preferred, preferred + TRIED):
        if _is_free(port):
            return f"{HOST}:{port}"
    raise ObsdashError(
        f"no port from {preferred} to {preferred + TRIED - 1} is free on {HOST}",
        help="ss -ltnp shows who listens",
    )


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
        return True
