"""Help that can be trusted, and commands that load only what they use."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from obsdash.cli import COMMANDS, root
from tests.cli.shell import PROGRAM, environment, obsdash, program

HEAVY = ("yaml", "orjson", "grafanalib", "grafana_client", "deepdiff", "promql_parser", "niquests")


def commands() -> Iterator[tuple[str, ...]]:
    """Yield all commands there are, as the words that call them."""
    yield ()
    context = click.Context(root)
    for name in COMMANDS:
        yield (name,)
        command = root.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.list_commands(context))


def options(words: tuple[str, ...]) -> set[str]:
    """Return the options that a command takes, those that may stand anywhere too."""
    command: click.Command = root
    found = {"--help", "--project", "--env", "--color"}
    for word in words:
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), word)
        assert inner is not None, words
        command = inner
    return found | {name for parameter in command.params for name in parameter.opts}


def examples(text: str) -> list[str]:
    return [line.strip() for line in text.partition("Examples:\n")[2].splitlines() if line.strip()]


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_help_ends_with_examples_whose_commands_and_options_exist(words: tuple[str, ...]) -> None:
    said = obsdash(*words, "--help")
    assert (said.code, said.err) == (0, "")
    found = examples(said.out)
    assert 2 <= len(found) <= 4
    assert said.out.rstrip().endswith(found[-1])
    for example in found:
        for call in re.findall(r"obsdash [^&;|>)]*", example):
            check(shlex.split(call)[1:])


def check(call: list[str]) -> None:
    """Refuse a call of an example that names what does not exist."""
    known = set(commands())
    bare = [word for word in call if not word.startswith("-")]
    words = max((tuple(bare[:n]) for n in range(3) if tuple(bare[:n]) in known), key=len)
    if call[:1] != ["--env"]:
        assert words, call
    for option in (word.partition("=")[0] for word in call if word.startswith("-")):
        assert option in options(words), call


def test_both_spellings_of_help_and_version() -> None:
    for words in commands():
        assert obsdash(*words, "-h").out == obsdash(*words, "--help").out
    assert obsdash("-V").out == obsdash("--version").out


def test_it_runs_as_a_module_and_as_a_program(tmp_path: Path) -> None:
    module = program(["--version"], tmp_path)
    assert (module.code, module.err) == (0, "")
    assert re.fullmatch(r"obsdash \d+\.\d+\S*\n", module.out)
    script = Path(sys.executable).with_name("obsdash")
    if script.is_file():
        said = subprocess.run([script, "--version"], capture_output=True, text=True)
        assert said.stdout == module.out


def loaded(*arguments: str, folder: Path) -> set[str]:
    """Return the modules that a command imports."""
    command = [PROGRAM[0], "-X", "importtime", *PROGRAM[1:], *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))


@pytest.mark.parametrize("arguments", [["--help"], ["init", "--help"]])
def test_help_loads_no_library_but_click(tmp_path: Path, arguments: list[str]) -> None:
    names = loaded(*arguments, folder=tmp_path)
    assert "click" in names
    assert not names.intersection(HEAVY)
    ours = {name for name in names if name.startswith("obsdash.cli.")}
    assert ours <= {"obsdash.cli.context", "obsdash.cli.output", f"obsdash.cli.{arguments[0]}"}


def test_a_command_loads_no_other_command_and_no_target_it_does_not_use(tmp_path: Path) -> None:
    (tmp_path / "dashboards").mkdir()
    (tmp_path / "dashboards/api.json").write_text('{"uid": "api", "title": "API", "panels": []}')
    names = loaded("diff", folder=tmp_path)
    assert not names.intersection({"grafana_client", "niquests", "obsdash.grafana"})
    assert not names.intersection({"obsdash.cli.sync", "obsdash.verify", "grafanalib", "deepdiff"})


def test_a_build_with_nothing_to_do_runs_and_compares_nothing(tmp_path: Path) -> None:
    (tmp_path / "dashboards").mkdir()
    (tmp_path / "dashboards/api.py").write_text(
        "from grafanalib.core import Dashboard\nx = Dashboard(title='API', uid='api')\n"
    )
    assert program(["build"], tmp_path).code == 0
    names = loaded("build", folder=tmp_path)
    unused = {"yaml", "grafanalib", "obsdash.diff", "obsdash.author", "obsdash.project.load"}
    assert not names.intersection(unused)
