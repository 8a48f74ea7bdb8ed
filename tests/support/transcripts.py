"""Command lines and what they print, checked: for cases and for the documentation.

`$ obsdash …`   runs a command; `$ cd`, `$ write PATH TEXT`, `$ replace PATH OLD NEW`,
                `$ mv FROM TO` and `$ rm PATH` change what it sees,
`$ alice …`     is what somebody else does: one of `people`,
`! …`           is a line of stderr, every other line one of stdout,
`[2]`           is the exit code when it is not 0,
`…`             stands for any text in a line, and alone for any number of lines.
"""

import io
import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import MappingProxyType

from obsdash.cli import run

People = Mapping[str, Callable[[Sequence[str]], None]]  # by name: does what the words say


def check(
    script: str, *, people: People = MappingProxyType({}), called: tuple[str, str] = ("", "")
) -> None:
    """Run the commands of a transcript and compare what they print.

    called: a text in the output, and what the transcript has in its place.
    """
    for command, expected in _commands(script):
        printed = _run(command, people).rstrip("\n")
        printed = printed.replace(*called) if called[0] else printed
        same = re.fullmatch(_pattern(expected), f"{printed}\n" if printed else "")
        assert same, f"$ {command}\n{printed}"


def _commands(script: str) -> Iterator[tuple[str, str]]:
    for block in re.split(r"^\$ ", script, flags=re.MULTILINE)[1:]:
        command, _, expected = block.partition("\n")
        yield command, expected.rstrip("\n")


def _run(command: str, people: People) -> str:
    return "\n".join(filter(None, (_one(part, people) for part in command.split(" && "))))


def _one(command: str, people: People) -> str:
    words = shlex.split(command)
    if words[0] == "obsdash":
        return _obsdash(words[1:])
    if words[0] in people:
        people[words[0]](words[1:])
        return ""
    file = Path(words[1])
    if words[0] == "cd":
        os.chdir(file)
    elif words[0] == "rm":
        file.unlink()
    elif words[0] == "mv":
        file.replace(words[2])
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = " ".join(words[2:]) + "\n"
        if words[0] == "replace":
            text = file.read_text(encoding="utf-8").replace(words[2], words[3])
        file.write_text(text, encoding="utf-8")
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
