"""`obsdash stack check`: how far each configuration is proven, and that none is believed."""

import json
import os
import shutil
from pathlib import Path

import pytest

from obsdash.stack.check import Level, Verdict, text
from tests.cli.shell import Said, obsdash

STACK = Path(__file__).resolve().parents[2] / "stack"
USUAL_PATH = os.environ["PATH"]
CADDY = "proxy/Caddyfile"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a project with the stack's files, and a PATH without any of its programs."""
    shutil.copytree(STACK, tmp_path / "stack")
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def install(folder: Path, name: str, script: str) -> None:
    """Put a program on PATH."""
    file = folder / "bin" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def real(name: str) -> str:
    """Return where a real program is; skips the test where it is nowhere."""
    found = shutil.which(name, path=USUAL_PATH)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def levels(said: Said) -> dict[str, str]:
    """Return service → level of a JSON answer."""
    document = json.loads(said.out)
    assert document["schemaVersion"] == 1
    return {each["service"]: each["level"] for each in document["services"]}


def check(*words: str) -> Said:
    return obsdash("stack", "check", "--no-run", "--format", "json", *words)


def test_without_programs_every_file_is_parsed_and_what_is_missing_is_named(folder: Path) -> None:
    said = check()
    assert said.code == 0
    assert set(levels(said).values()) == {"parsed"}
    assert {"prometheus", "grafana", "keycloak", "elasticsearch", "compose prod"} <= set(
        levels(said)
    )
    shown = obsdash("stack", "check", "--no-run").out.splitlines()
    loki = next(line for line in shown if line.startswith("loki "))
    assert loki.split(maxsplit=4)[1:] == ["loki/loki.yaml", "parsed", "-", "loki is not installed"]
    assert shown[-1].endswith(f"{len(levels(said))} parsed")


def test_a_program_that_accepts_is_believed_and_one_that_refuses_ends_with_1(
    folder: Path,
) -> None:
    install(folder, "tempo", "exit 0")
    install(folder, "amtool", 'echo "checking $2"; echo "no route provided" >&2; exit 1')
    said = check()
    assert said.code == 1
    assert (levels(said)["tempo"], levels(said)["alertmanager"]) == ("accepted", "refused")
    assert "no route provided" in said.out


def test_a_program_of_the_same_name_is_not_asked(folder: Path) -> None:
    install(folder, "loki", "echo 'Loki 2.4: linkage analysis'; exit 1")
    said = check()
    assert (said.code, levels(said)["loki"]) == (0, "parsed")


def test_docker_without_compose_is_no_judge_and_docker_compose_alone_is(folder: Path) -> None:
    install(folder, "docker", "echo 'unknown command: docker compose' >&2; exit 1")
    assert levels(check())["compose dev"] == "parsed"
    install(folder, "docker-compose", "exit 0")
    found = levels(check())
    assert {found["compose dev"], found["cadvisor"]} == {"accepted"}


@pytest.mark.parametrize("name", ["loki/loki.yaml", "keycloak/realm.json", "compose.prod.yaml"])
def test_a_damaged_file_is_refused_whatever_is_installed(folder: Path, name: str) -> None:
    (folder / "stack" / name).write_text("{a: [")
    said = check()
    assert said.code == 1
    (bad,) = [each for each in json.loads(said.out)["services"] if each["level"] == "refused"]
    assert bad["file"] == name
    assert bad["why"]


def test_a_file_that_is_missing_is_refused(folder: Path) -> None:
    (folder / "stack" / CADDY).unlink()
    said = check()
    assert said.code == 1
    assert "it cannot be read: No such file or directory" in said.out


def test_programs_that_are_here_are_started_with_their_files_and_stopped(folder: Path) -> None:
    for name in ("prometheus", "promtool", "prometheus-alertmanager", "amtool"):
        (folder / "bin" / name).symlink_to(real(name))
    before = sorted(folder.iterdir())
    said = obsdash("stack", "check", "--format", "json")
    assert said.code == 0, said
    found = levels(said)
    assert {found["prometheus"], found["alertmanager"], found["demo"]} == {"ran"}
    assert found["redis"] == found["loki"] == "parsed"
    assert sorted(folder.iterdir()) == before


def test_levels_have_the_words_of_people() -> None:
    verdicts = [
        Verdict("loki", "loki.yaml", Level.ACCEPTED, "loki"),
        Verdict("tempo", "tempo.yaml", Level.REFUSED, "tempo", "no such field"),
    ]
    assert text(verdicts).splitlines() == [
        "loki   loki.yaml   accepted by the program  loki",
        "tempo  tempo.yaml  refused                  tempo  no such field",
        "",
        "2 services: 1 accepted by the program, 1 refused",
    ]
