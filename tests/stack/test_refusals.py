"""Natively, too, whatever is wrong before anything starts is one sentence with a remedy."""

import json
import shutil
from pathlib import Path

import pytest

from obsdash.cli.context import Context
from obsdash.cli.stacking import Stack, is_declared
from obsdash.stack import preflight
from tests.cli.shell import Said, obsdash, refused

STACK = Path(__file__).resolve().parents[2] / "stack"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a project, on a machine without any program."""
    (tmp_path / "pyproject.toml").write_text('[tool.obsdash]\nproject = "shop"\n')
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def up(*words: str) -> Said:
    return obsdash("stack", "up", "--runtime", "native", "--profile", "core", *words)


def test_an_unknown_profile(folder: Path) -> None:
    said = up("--profile", "trace")
    assert refused(said) == ["error: there is no profile 'trace'; did you mean 'traces'?"]
    assert not (folder / ".obsdash").exists()


@pytest.mark.parametrize(
    ("what", "remedy"), [("memory", "--profile core starts less"), ("disk", "--state DIR")]
)
def test_too_little_memory_or_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch, what: str, remedy: str
) -> None:
    monkeypatch.setattr(preflight, f"free_{what}", lambda *_: 7 * preflight.MIB)
    said = up()
    (error,) = refused(said)
    assert error.startswith("error: only 7 MiB ")
    assert remedy in said.err
    assert not (folder / ".obsdash").exists()


def test_a_state_folder_that_is_a_file(folder: Path) -> None:
    (folder / "taken").touch()
    said = up("--state", "taken/stack")
    (error,) = refused(said)
    assert "cannot be used: Not a directory" in error
    assert "help: obsdash stack up --state DIR" in said.err


def test_a_machine_without_any_program_names_how_to_get_each(folder: Path) -> None:
    said = up("--no-sync")
    assert said.code == 0
    lines = {line.split()[0]: line.split(maxsplit=2)[1:] for line in said.out.splitlines()}
    assert lines["prometheus"] == ["skipped", "not installed: apt install prometheus"]
    assert {outcome for outcome, _ in lines.values()} == {"skipped"}
    assert obsdash("stack", "down").err == "nothing was running\n"


def test_auto_takes_the_programs_of_the_machine_where_docker_is_of_no_use(folder: Path) -> None:
    docker = folder / "bin" / "docker"
    docker.write_text("#!/bin/sh\nexit 1\n")
    docker.chmod(0o755)
    said = obsdash("stack", "up", "--profile", "core", "--no-sync")
    assert (said.code, said.out.split()[1]) == (0, "skipped")
    said = obsdash("stack", "up", "--env", "prod", "--no-sync")
    assert refused(said) == ["error: Docker has no Compose here"]


def test_a_project_without_the_environment_is_told_that_nothing_is_built(folder: Path) -> None:
    said = up()
    assert said.code == 0
    assert "nothing is built: the project has no environment dev" in said.err
    assert "help: add [tool.obsdash.env.dev]" in said.err
    assert not (folder / "build").exists()


def test_only_variables_that_the_project_declares_are_set_for_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (folder / "pyproject.toml").open("a") as file:
        file.write('[tool.obsdash.env.dev]\nvariables = { grafana_url = "" }\n')
    stack = Stack(Context(folder, None))
    known = "OBSDASH_DEV_VARIABLES_GRAFANA_URL"
    unknown = "OBSDASH_DEV_VARIABLES_REDIS_URL"
    names = (known, unknown, "OBSDASH_DEV_GRAFANA_URL", "SLACK_WEBHOOK_URL")
    assert [name for name in names if not is_declared(stack, name)] == [unknown]
    assert is_declared(Stack(Context(folder, "prod")), "OBSDASH_PROD_VARIABLES_REDIS_URL")


def test_logs_of_what_has_written_nothing(folder: Path) -> None:
    assert refused(obsdash("stack", "logs", "prom")) == ["error: prom has written nothing"]
    log = folder / ".obsdash" / "stack" / "prometheus" / "prometheus.log"
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\nthree\n")
    assert obsdash("stack", "logs", "--tail", "2").out.splitlines() == [
        "prometheus        two",
        "prometheus        three",
    ]
    assert obsdash("stack", "logs", "prometheus", "--tail", "1").out == "three\n"
    said = obsdash("stack", "logs", "promethus")
    assert "did you mean 'prometheus'?" in refused(said)[0]
    assert "help: there are logs of prometheus" in said.err


def test_a_record_of_containers_that_is_damaged_is_named(folder: Path) -> None:
    state = folder / ".obsdash" / "stack"
    state.mkdir(parents=True)
    (state / "docker.json").write_text(json.dumps({"env": "dev"}))
    said = obsdash("stack", "down")
    assert "docker.json does not say what was started" in refused(said)[0]
    assert "docker compose ls" in said.err


def test_a_project_without_the_stacks_files_of_one_component_skips_it(folder: Path) -> None:
    shutil.copytree(STACK, folder / "stack")
    (folder / "stack" / "loki" / "loki.yaml").unlink()
    said = obsdash("stack", "up", "--runtime", "native", "--profile", "logs", "--no-sync")
    loki = next(line for line in said.out.splitlines() if line.startswith("loki "))
    assert loki.split(maxsplit=2)[1:] == ["skipped", f"there is no {folder}/stack/loki/loki.yaml"]
