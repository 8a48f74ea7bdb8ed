"""Write down what running code depends on, while it runs."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from obsdash.project.inputs import (
    Inputs,
    Seen,
    hash_of_definitions,
    hash_of_folder,
    hash_of_variable,
    stamp,
)

_LONG = 1 << 24
_STDLIB = os.__file__.removesuffix("os.py")

# Audit events that say: the result may differ the next time, whatever we look at.
_VOLATILE = {
    "socket.connect": "it opens a network connection",
    "socket.getaddrinfo": "it looks up a network name",
    "subprocess.Popen": "it starts a program",
    "os.system": "it starts a program",
    "os.posix_spawn": "it starts a program",
    "os.fork": "it starts a process",
    "sqlite3.connect": "it reads a database",
}
_EVENTS = frozenset({"open", "os.listdir", "os.scandir", *_VOLATILE})


class Recorder:
    """Collects what a run of definitions reads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, Seen] = {}
        self._opened: set[str] = set()
        self._looked_at: set[str] = set()
        self._folders: set[str] = set()
        self._environ: set[str] = set()
        self._volatile = ""

    def source(self, path: str, content: bytes) -> None:
        """Note a file of the project together with its content."""
        self._files[path] = stamp(path, content)

    def absent(self, path: str) -> None:
        """Note that a file would have been read if it were there."""
        self._files.setdefault(path, None)

    def variable(self, name: str) -> None:
        """Note that an environment variable was read; "*" stands for all."""
        self._environ.add(name)

    def event(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what an audit event of the interpreter tells."""
        if event == "open":
            self._open(*arguments[:2])
        elif event in ("os.listdir", "os.scandir"):
            self._list(arguments[0])
        elif event in _VOLATILE:
            self._volatile = self._volatile or _VOLATILE[event]

    def _open(self, path: Any, mode: Any) -> None:
        if isinstance(path, str | bytes) and not (mode and set(mode) & set("wax+")):
            self._opened.add(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100

    def _list(self, path: Any) -> None:
        if path is None or isinstance(path, str | bytes):
            self._folders.add(os.path.abspath(os.fsdecode(path or ".")))  # noqa: PTH100

    def look(self, path: Any) -> None:
        """Note that it was asked whether a file is there, how long or how old it is."""
        if isinstance(path, str | bytes | os.PathLike):
            self._looked_at.add(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100

    def modules(self) -> None:
        """Note the modules in use that are not Python's own."""
        for name, module in sorted(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and name.partition(".")[0] not in sys.stdlib_module_names:
                self._files.setdefault(file, stamp(file))

    def inputs(self) -> Inputs:
        """Return everything that was noted."""
        return Inputs(
            hash_of_definitions(self._root),
            {**self._read(), **self._files},
            {path: hash_of_folder(path) for path in self._listed()},
            {name: hash_of_variable(name) for name in sorted(self._environ)},
            self._volatile,
        )

    def _listed(self) -> list[str]:
        return [path for path in sorted(self._folders) if not _is_pythons(path)]

    def _read(self) -> dict[str, Seen]:
        """Stamp what user code opened; Python's own files are covered by its version."""
        files = {path for path in self._looked_at if not Path(path).is_dir()}
        opened = sorted((self._opened | files) - self._files.keys())
        return {path: _stamp_opened(path) for path in opened if not _is_pythons(path)}


def _stamp_opened(path: str) -> Seen:
    """Stamp a file, with the hash of its content unless it is long or no file at all."""
    try:
        file = Path(path)
        small = file.is_file() and file.stat().st_size < _LONG
        return stamp(path, file.read_bytes() if small else None)
    except OSError:
        return stamp(path)


def _is_pythons(path: str) -> bool:
    installed = "/site-packages/" in path or "/dist-packages/" in path
    return installed or path.startswith((_STDLIB, "/dev/", "/proc/")) or path.endswith(".pyc")


_active: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@contextmanager
def recording(root: Path) -> Iterator[Recorder]:
    """Record what the code in the block reads."""
    _install_hook()
    recorder = Recorder(root)
    token = _active.set(recorder)
    environ: Any = os.environ
    environ_class, environ.__class__ = environ.__class__, _watched(environ.__class__)
    stat, os.stat = os.stat, _watched_stat(recorder, os.stat)
    try:
        yield recorder
    finally:
        os.stat = stat
        environ.__class__ = environ_class
        _active.reset(token)


def _watched_stat(recorder: Recorder, stat: Callable[..., Any]) -> Callable[..., Any]:
    """Return an os.stat, which tells of no audit event, that notes what is looked at."""

    def watched(path: Any, *more: Any, **options: Any) -> Any:
        recorder.look(path)
        return stat(path, *more, **options)

    return watched


@cache  # audit hooks cannot be taken out again: one for the life of the process, mostly idle
def _install_hook() -> None:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EVENTS and (recorder := _active.get()):
            recorder.event(event, arguments)

    sys.addaudithook(hook)


@cache
def _watched(environ_class: type[Any]) -> type[Any]:
    """Return a class of environment that notes what is read."""

    class Watched(environ_class):  # type: ignore[misc]
        def __getitem__(self, name: str) -> str:
            if recorder := _active.get():
                recorder.variable(name)
            value: str = super().__getitem__(name)
            return value

        def __iter__(self) -> Iterator[str]:
            if recorder := _active.get():
                recorder.variable("*")
            return super().__iter__()  # type: ignore[no-any-return]

    return Watched
