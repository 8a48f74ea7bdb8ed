"""Back up and restore the volumes of containers, through a container that sees nothing else."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from obsdash.errors import ObsdashError
from obsdash.stack import archive
from obsdash.stack.archive import Contents
from obsdash.stack.report import Report

RUNTIME = "docker"
_MADE_ANEW = {"hc-bin", "otel-agent"}  # programs that one-shot services put there
_OF_PROJECT = "com.docker.compose.project"
_NAME = "com.docker.compose.volume"


@dataclass(frozen=True, slots=True)
class Volumes:
    """The volumes of a project; `image` has busybox."""

    project: str
    image: str

    def backup(self, file: Path) -> Iterator[Report]:
        """Write every volume to a file, each a tar file of its own with owners and modes."""
        names = self._names()
        if not names:
            raise ObsdashError(f"{self.project} has no volumes yet", help="obsdash stack up")
        with archive.written(file, Contents(RUNTIME, tuple(names))) as tar:
            for name in names:
                with tempfile.TemporaryFile(dir=file.parent) as volume:
                    self._tar(name, ("-cf", "-", "."), write=volume)
                    entry = tarfile.TarInfo(f"{name}.tar")
                    entry.size, entry.mode = volume.tell(), 0o600
                    volume.seek(0)
                    tar.addfile(entry, volume)
                yield Report(name, "saved")

    def restore(self, file: Path) -> Iterator[Report]:
        """Put the content of every volume of a backup back; read whole before any is touched."""
        with (
            archive.opened(file, RUNTIME) as (tar, contents),
            tempfile.TemporaryDirectory(dir=file.parent) as folder,
        ):
            parts = {f"{name}.tar": f"{name}.tar" for name in contents.parts}
            archive.unpack(tar, Path(folder), parts)
            for name in contents.parts:
                self._make(name)
                with (Path(folder) / f"{name}.tar").open("rb") as volume:
                    self._tar(name, ("-xf", "-"), read=volume)
                yield Report(name, "restored")

    def _names(self) -> list[str]:
        done = _docker(
            *("volume", "ls", "--filter", f"label={_OF_PROJECT}={self.project}"),
            *("--format", f'{{{{.Label "{_NAME}"}}}}'),
        )
        return sorted(set(done.stdout.split()) - _MADE_ANEW)

    def _make(self, name: str) -> None:
        """Make a volume as Compose would, and empty it."""
        labels = (f"{_OF_PROJECT}={self.project}", f"{_NAME}={name}")
        words = (word for label in labels for word in ("--label", label))
        _docker("volume", "create", *words, f"{self.project}_{name}")
        clear = "find /volume -mindepth 1 -maxdepth 1 -exec rm -rf {} +"
        _docker(*self._container(name), "sh", "-c", clear)

    def _tar(
        self,
        name: str,
        words: Sequence[str],
        read: IO[bytes] | None = None,
        write: IO[bytes] | None = None,
    ) -> None:
        command = ("docker", *self._container(name), "tar", "-C", "/volume", *words)
        done = subprocess.run(
            command,
            stdin=read or subprocess.DEVNULL,
            stdout=write or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        _check(name, done.returncode, done.stderr.decode("utf-8", "replace"))

    def _container(self, name: str) -> tuple[str, ...]:
        mount = f"{self.project}_{name}:/volume"
        return "run", "--rm", "--interactive", "--network", "none", "--volume", mount, self.image


def _docker(*words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["docker", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    _check(words[0], done.returncode, done.stderr)
    return done


def _check(what: str, code: int, said: str) -> None:
    if code:
        last = (said.strip().splitlines() or ["it said nothing"])[-1]
        raise ObsdashError(f"docker failed at {what}: {last}", help="obsdash stack status")
