"""What users see, as text files: a project, commands, their output and exit codes.

A case is a sentence, files as `-- path --`, and a last part `-- run --` in which
  `$ obsdash …`   runs a command in the project's folder; `$ write PATH TEXT` and `$ rm PATH`
                  change the project,
  `! …`           is a line of stderr, every other line one of stdout,
  `[2]`           is the exit code when it is not 0,
  `…`             stands for any text in a line, and alone for any number of lines.
"""

import io
import os
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from obsdash.cli import run

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, script = _read(case)
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    for command, expected in _commands(script):
        printed = _run(command)
        assert re.fullmatch(_pattern(expected), f"{printed}\n" if printed else ""), (
            f"$ {command}\n{printed}"
        )


def _read(case: Path) -> tuple[dict[str, str], str]:
    parts = re.split(r"^-- (.+) --\n", case.read_text(encoding="utf-8"), flags=re.MULTILINE)
    files = dict(zip(parts[1::2], parts[2::2], strict=True))
    return files, files.pop("run")


def _commands(script: str) -> Iterator[tuple[str, str]]:
    for block in re.split(r"^\$ ", script, flags=re.MULTILINE)[1:]:
        command, _, expected = block.partition("\n")
        yield command, expected.rstrip("\n")


def _run(command: str) -> str:
    words = shlex.split(command)
    if words[0] == "obsdash":
        return _obsdash(words[1:])
    file = Path(words[1])
    if words[0] == "rm":
        file.unlink()
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(" ".join(words[2:]) + "\n", encoding="utf-8")
        os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns + 1_000_000))
    return ""


def _obsdash(arguments: list[str]) -> str:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    lines = out.getvalue().splitlines() + [f"! {line}" for line in err.getvalue().splitlines()]
    return "\n".join(lines + ([f"[{code}]"] if code else []))


def _pattern(expected: str) -> str:
    lines = [
        r"(?:.*\n)*?" if line in ("…", "! …") else re.escape(line).replace("…", ".*") + r"\n"
        for line in expected.splitlines()
    ]
    return "".join(lines)
