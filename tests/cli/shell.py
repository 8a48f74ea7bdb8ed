"""obsdash as its users run it: in this process, which is quick, or as a program of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from obsdash.cli import run

PROGRAM = [sys.executable, "-m", "obsdash"]


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        """Both streams."""
        return self.out + self.err


def obsdash(*arguments: str) -> Said:
    """Run a command in this process and the current folder."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    return Said(code, out.getvalue(), err.getvalue())


def program(arguments: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> Said:
    """Run a command as a process of its own in a folder."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment variables for a process that shall import this very obsdash."""
    path = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1", **(more or {})}


def refused(said: Said) -> list[str]:
    """Return the errors of a command that has to fail as users deserve: without a traceback."""
    lines = said.err.splitlines()
    assert said.code == 2, said
    assert "Traceback" not in said.everything
    errors = [line for line in lines if line.startswith("error: ")]
    assert errors, said
    return errors


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder; returns the folder."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def settings(*targets: str, rest: str = "") -> str:
    """Return a pyproject.toml of the project `shop` with the environment `local`."""
    listed = ",\n  ".join(targets)
    return (
        '[tool.obsdash]\nproject = "shop"\n\n[tool.obsdash.env.local]\n'
        f"targets = [\n  {listed}\n]\n{rest}"
    )


def dashboard(uid: str, title: str = "", panels: str = "[]") -> str:
    """Return the Python of a dashboard."""
    return f'{{"uid": {uid!r}, "title": {title or uid!r}, "schemaVersion": 37, "panels": {panels}}}'
