"""Find Docker and a Compose that is new enough, and run it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from obsdash.errors import ObsdashError

OLDEST = (2, 24, 4)  # knows !reset and !override
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_INSTALL = "see https://docs.docker.com/engine/install/, or use --runtime native"


@dataclass(frozen=True, slots=True)
class Compose:
    """The command that runs Compose, with what it is always told."""

    command: tuple[str, ...]
    environment: Mapping[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Compose to its end and return what it said."""
        return subprocess.run(
            [*self.command, *words],
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def watch(self, *words: str, tell: Callable[[str], None]) -> tuple[int, list[str]]:
        """Run a command, telling each line of its progress; return exit code and these lines."""
        lines = []
        with self._started(words, stderr=subprocess.STDOUT) as process:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                tell(line.rstrip())
        return process.returncode, lines

    def lines(self, *words: str) -> Iterator[str]:
        """Yield the lines of a command's result as they come."""
        with self._started(words) as process:
            for line in process.stdout or ():
                yield line.rstrip("\n")

    @contextmanager
    def _started(
        self, words: Sequence[str], stderr: int | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [*self.command, *words],
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            yield process
        finally:
            if process.stdout:
                process.stdout.close()  # it ends, should it still write
            process.wait()

    def _environ(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


def find_compose() -> tuple[str, ...]:
    """Return the command of Compose; raises ObsdashError where there is none or it is too old."""
    docker = shutil.which("docker")
    if docker is None:
        raise ObsdashError("Docker is not installed", help=_INSTALL)
    commands: list[tuple[str, ...]] = [(docker, "compose")]
    if alone := shutil.which("docker-compose"):
        commands.append((alone,))
    found = {command: version for command in commands if (version := _version(command))}
    if not found:
        raise ObsdashError("Docker has no Compose here", help="apt install docker-compose-plugin")
    command, version = max(found.items(), key=lambda item: item[1])
    if version < OLDEST:
        raise ObsdashError(
            f"Docker Compose {_dotted(version)} is too old: the stack needs {_dotted(OLDEST)}",
            help="apt install docker-compose-plugin, or use --runtime native",
        )
    return command


def check_engine() -> None:
    """Raise ObsdashError where no engine answers."""
    done = _run("docker", "version", "--format", "{{.Server.Version}}")
    if done.returncode == 0:
        return
    said = done.stderr.strip().splitlines() or ["it said nothing"]
    if "permission denied" in done.stderr:
        raise ObsdashError(
            "Docker's engine may not be used by this user",
            help="run it as root, or join the group docker and log in again",
        )
    raise ObsdashError(
        f"Docker's engine does not answer: {said[-1]}",
        help="start it: systemctl start docker; or use --runtime native",
    )


def _version(command: Sequence[str]) -> tuple[int, ...]:
    done = _run(*command, "version", "--short")
    found = _VERSION.search(done.stdout) if done.returncode == 0 else None
    return tuple(map(int, found.groups())) if found else ()


def _run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def _dotted(version: Sequence[int]) -> str:
    return ".".join(map(str, version))
