"""Faults at any step of a sync: of the disk, of the network, of the process.

A step is what changes something: a file made, written, renamed, linked or removed, a reload.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from obsdash.disk import whole
from obsdash.disk.lock import LOCK
from obsdash.errors import TargetError
from obsdash.http import Response
from obsdash.prometheus.server import Server

GENERIC = b"failed to reload config: one or more errors occurred while applying the configuration"


class KilledError(BaseException):
    """The process is gone: nothing it would still do happens."""


class Steps:
    """Counts the steps and lets a fault happen at one of them, or from one of them on."""

    def __init__(self, fault: str = "", at: int = -1) -> None:
        """Without a fault, only count."""
        self.fault, self.at = fault, at
        self.seen: list[str] = []

    def on_disk(self, what: str, do: Callable[[], Any]) -> Any:
        """Change something on disk, or fail to."""
        here = self._here(what)
        if here == 0 and self.fault == "killed after":
            do()
            raise KilledError
        if here >= 0 and self.fault in ("killed", "killed after"):
            raise KilledError
        if here == 0 and self.fault == "broken disk":
            raise OSError(errno.EIO, "Input/output error", "disk")
        if here >= 0 and self.fault == "full disk" and what in ("open", "write"):
            raise OSError(errno.ENOSPC, "No space left on device", "disk")
        if here >= 0 and self.fault == "no permission" and what != "write":
            raise OSError(errno.EACCES, "Permission denied", "disk")
        if here == 0 and self.fault == "Ctrl-C":
            raise KeyboardInterrupt
        return do()

    def reload(self, server: Server, do: Callable[[Server], Response]) -> Response:
        """Reload a server, or not; or do not learn that it did."""
        here = self._here("reload")
        persistent = self.fault in ("killed", "killed after", "server down")
        if here < 0 or (here > 0 and not persistent):
            return do(server)
        if here == 0 and self.fault in ("killed after", "answer lost", "Ctrl-C", "proxy error"):
            do(server)
        match self.fault:
            case "killed" | "killed after":
                raise KilledError
            case "Ctrl-C":
                raise KeyboardInterrupt
            case "server down" | "answer lost" | "no answer":
                raise TargetError(f"{server.url}/-/reload did not answer")
            case "500":
                return Response(server.url, 500, {}, GENERIC)
            case "502" | "proxy error":
                return Response(server.url, 502, {}, b"<title>Bad Gateway</title>")
            case "lifecycle off":
                return Response(server.url, 403, {}, b"Lifecycle API is not enabled.")
        return do(server)

    def _here(self, what: str) -> int:
        self.seen.append(what)
        return len(self.seen) - 1 - self.at if self.at >= 0 else -1


DISK_FAULTS = ("killed", "killed after", "broken disk", "full disk", "no permission", "Ctrl-C")
RELOAD_FAULTS = (
    *("killed", "killed after", "500", "502", "proxy error", "answer lost", "no answer"),
    *("server down", "lifecycle off", "Ctrl-C"),
)


@contextmanager
def faulty(steps: Steps, folder: Path, servers: type[Any] = Server) -> Iterator[None]:
    """Let the steps decide what happens in a folder, and at reloads of such servers."""
    real = os
    originals = {
        name: getattr(Path, name) for name in ("replace", "unlink", "hardlink_to", "touch")
    }

    def patched(name: str) -> Callable[..., Any]:
        def step(path: Path, *rest: Any, **options: Any) -> Any:
            if path.parent != folder or path.name == LOCK:
                return originals[name](path, *rest, **options)
            return steps.on_disk(name, lambda: originals[name](path, *rest, **options))

        return step

    def opened(*rest: Any) -> int:
        descriptor: int = steps.on_disk("open", lambda: real.open(*rest))
        return descriptor

    def written(*rest: Any) -> int:
        size: int = steps.on_disk("write", lambda: real.write(*rest))
        return size

    mine = {name: getattr(real, name) for name in dir(real) if not name.startswith("__")}
    reload = servers.reload
    with pytest.MonkeyPatch.context() as patch:
        for name in originals:
            patch.setattr(Path, name, patched(name))
        patch.setattr(whole, "os", SimpleNamespace(**{**mine, "open": opened, "write": written}))
        patch.setattr(servers, "reload", lambda server: steps.reload(server, reload))
        yield
