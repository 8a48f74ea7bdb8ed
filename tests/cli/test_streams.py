"""Results on stdout, all else on stderr; pipes, full disks and terminals."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.shell import PROGRAM, dashboard, environment, obsdash, program, write

NASTY = "T\\x1b[31mred\\x07\\x9b1m\\u202egnirts\\n2nd"
RAW = ("\x1b[31m", "\x07", "\x9b", "\u202e")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lines = [
        "import os",
        'print("a definition prints")',
        'os.system("echo a program prints")',
        f"x = [{{**{dashboard('api')}, 'description': 'd' * 200}}]",
    ]
    return write(tmp_path, {"dashboards/api.py": "\n".join(lines)})


def _terminal() -> tuple[int, int]:
    try:
        return pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo-terminal can be had here: {error}")


def test_json_on_stdout_is_whole_although_definitions_print(project: Path) -> None:
    for command in ("diff", "sync", "sync"):
        said = program([command, "--format", "json"], project)
        assert json.loads(said.out)["schemaVersion"] == 1
        assert "dashboards/api.py prints: a definition prints\n" in said.err
        assert "a program prints\n" in said.err


def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    for command in (["diff"], ["diff", "--format", "json"], ["config"]):
        reading, writing = os.pipe()
        os.close(reading)
        said = subprocess.run(
            [*PROGRAM, *command],
            cwd=project,
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(writing)
        assert said.returncode == 0
        assert "Error" not in said.stderr
        assert "Traceback" not in said.stderr


def test_only_the_first_line_can_be_taken(project: Path) -> None:
    text = f"set -o pipefail; {PROGRAM[0]} -m obsdash diff 2>&1 | head -n 2"
    said = subprocess.run(
        ["bash", "-c", text], cwd=project, env=environment(), capture_output=True, text=True
    )
    assert len(said.stdout.splitlines()) == 2
    assert said.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_one_sentence(project: Path) -> None:
    for command in (["diff", "--format", "json"], ["--help"]):
        with open("/dev/full", "w") as full:  # noqa: PTH123 (a device)
            said = subprocess.run(
                [*PROGRAM, *command],
                cwd=project,
                env=environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert said.returncode == 2
        last = said.stderr.splitlines()[-1]
        assert last == "error: the output cannot be written: No space left on device"


def test_a_closed_stdout_is_as_good_as_none(project: Path) -> None:
    text = f"{PROGRAM[0]} -m obsdash build >&- && {PROGRAM[0]} -m obsdash diff --exit-code >&-"
    said = subprocess.run(
        ["bash", "-c", text], cwd=project, env=environment(), stderr=subprocess.PIPE, text=True
    )
    assert said.returncode == 0
    assert "Traceback" not in said.stderr


@contextmanager
def on_a_terminal(folder: Path, *arguments: str, **env: str) -> Iterator[str]:
    """Give what a command writes to a terminal, both streams."""
    ours, theirs = _terminal()
    variables = {**environment(), "TERM": "xterm", **env}
    if not env.get("NO_COLOR"):
        variables.pop("NO_COLOR")
    child = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=variables,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    content = b""
    try:
        while data := os.read(ours, 65_536):
            content += data
    except OSError:
        pass  # Linux says that the other side is closed
    finally:
        os.close(ours)
        child.wait(60)
    yield content.decode()


def test_a_terminal_gets_color_unless_it_is_not_wanted(project: Path) -> None:
    with on_a_terminal(project, "diff") as text:
        assert "\x1b[32m+ dashboard/api" in text
    with on_a_terminal(project, "diff", "nothing") as text:
        assert "\x1b[31merror:\x1b[0m nothing" in text
    with on_a_terminal(project, "diff", "nothing", NO_COLOR="1") as text:
        assert "\x1b[" not in text
    with on_a_terminal(project, "--color", "never", "diff", "nothing") as text:
        assert "\x1b[" not in text


def test_a_pipe_gets_no_color_unless_it_is_wanted(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert "\x1b[" not in obsdash("diff").everything
    assert "\x1b[" not in obsdash("diff", "nothing").everything
    assert "\x1b[32m" in obsdash("diff", "--color", "always").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" in obsdash("--color=always", "diff").out


def test_control_characters_of_definitions_never_reach_a_terminal(tmp_path: Path) -> None:
    panel = f"[{{'type': 'stat', 'title': '{NASTY}', 'targets': [{{'expr': 'up{NASTY}'}}]}}]"
    start = {"dashboards/Shop/a.py": f"x = {dashboard('a', 'old', panel)}\n".replace("\\\\", "\\")}
    write(tmp_path, start)
    with on_a_terminal(tmp_path, "sync", "-y", NO_COLOR="1") as text:
        assert "1 panel" in text
    later = f"x = {{**{dashboard('a', 'new')}, 'title': '{NASTY}', 'tags': ['{NASTY}']}}\n"
    write(tmp_path, {"dashboards/Shop/a.py": later})
    for command in (["diff", "--format", "markdown"], ["sync", "-y"]):
        with on_a_terminal(tmp_path, *command, NO_COLOR="1") as text:
            assert r"\x1b[31mred\x07\x9b1m\u202egnirts" in text or "&#92;x1b" in text
            assert not [raw for raw in RAW if raw in text]


def test_control_characters_in_errors_never_reach_a_terminal(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "dashboards/raises.py": f'raise ValueError("{NASTY}")\n',
            "dashboards/uid.py": f'x = {{"title": "{NASTY}", "uid": "{NASTY}", "panels": []}}\n',
            "dashboards/\x1b[31mname.py": "x = 1 / 0\n",
            "dashboards/import.py": f'__import__("{NASTY}")\n',
        },
    )
    with on_a_terminal(tmp_path, "build", NO_COLOR="1") as text:
        assert "4 errors" in text
        assert not [raw for raw in RAW if raw in text]
    write(tmp_path, {"pyproject.toml": f'[tool.obsdash]\n"{NASTY}" = 1\n'.replace("\\x", "\\u00")})
    with on_a_terminal(tmp_path, "config", NO_COLOR="1") as text:
        assert "is not known" in text
        assert not [raw for raw in RAW if raw in text]


def test_sync_asks_once_on_a_terminal_and_no_is_an_answer(project: Path) -> None:
    ours, theirs = _terminal()
    child = subprocess.Popen(
        [*PROGRAM, "sync"],
        cwd=project,
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, b"n\n")
    assert child.wait(60) == 2
    os.close(ours)
    assert not (project / "build").exists()


def test_a_usage_error_exits_with_2_and_writes_nothing_to_stdout() -> None:
    for arguments in (
        ["bild"],
        ["build", "surplus"],
        ["diff", "--format", "yaml"],
        ["--colour", "never", "diff"],
        ["diff", "--env"],
        ["verify", "--since", "soon"],
        ["test", "--min-coverage", "200"],
        ["stack", "explode"],
    ):
        said = obsdash(*arguments)
        assert (said.code, said.out) == (2, ""), arguments
        assert "rror: " in said.err
