"""What a build depends on: it notices each of them, and nothing else makes it work again."""

import os
from pathlib import Path

import pytest

from tests.cli.shell import obsdash, write

DEFINITION = """\
import json
import os
from pathlib import Path

from dashboards._common import PREFIX
from helpers.names import name

here = Path(__file__).parent
panels = json.loads((here / "_panels.json").read_text())
notes = "".join(sorted(path.name for path in (here / "_notes").iterdir()))
optional = here / "_optional.txt"
extra = optional.read_text() if optional.exists() else ""
dashboard = {
    "uid": "api",
    "title": f"{PREFIX} {name()} {os.environ.get('SHOP_TEAM', 'nobody')}",
    "description": notes + extra,
    "panels": panels,
}
"""

NOTHING = "build/local: 2 objects, 0 written, 0 removed (nothing changed)\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that has just been built."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SHOP_TEAM", raising=False)
    write(
        tmp_path,
        {
            "dashboards/api.py": DEFINITION,
            "dashboards/_common.py": "PREFIX = 'Shop'\n",
            "dashboards/_panels.json": "[]",
            "dashboards/_notes/one.txt": "",
            "dashboards/hosts.yaml": "{uid: hosts, title: Hosts, panels: []}\n",
            "helpers/names.py": "def name():\n    return 'API'\n",
            "pyproject.toml": "[tool.obsdash.env.local]\n"
            "targets = [{ type = 'directory', path = 'build/local' }]\n",
        },
    )
    assert obsdash("build").out == "build/local: 2 objects, 2 written, 0 removed\n"
    return tmp_path


def test_nothing_changed_is_nothing_written(project: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (project / "build").rglob("*")}
    for _ in range(2):
        assert obsdash("build").out == NOTHING
    assert {p: p.stat().st_mtime_ns for p in (project / "build").rglob("*")} == before


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("dashboards/_common.py", "PREFIX = 'Mall'\n"),
        ("dashboards/_panels.json", '[{"type": "text", "title": "New"}]'),
        ("dashboards/_notes/two.txt", ""),
        ("dashboards/_optional.txt", "is there now"),
        ("dashboards/hosts.yaml", "{uid: hosts, title: Hosts 2, panels: []}\n"),
        ("helpers/names.py", "def name():\n    return 'Web'\n"),
    ],
)
def test_a_change_of_what_a_definition_reads_is_noticed(
    project: Path, file: str, content: str
) -> None:
    write(project, {file: content})
    assert obsdash("build").out == "build/local: 2 objects, 1 written, 0 removed\n"
    assert obsdash("build").out == NOTHING


def test_an_environment_variable_that_a_definition_reads_is_noticed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TEAM", "ada")
    assert "1 written" in obsdash("build").out
    assert obsdash("build").out == NOTHING
    monkeypatch.delenv("SHOP_TEAM")
    assert "1 written" in obsdash("build").out


def test_what_no_definition_reads_does_not_matter(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_OTHER", "x")
    write(project, {"README.md": "new", "notes.json": "{}"})
    for file in (project / "dashboards").rglob("*"):
        os.utime(file)  # as a fresh checkout does
    assert obsdash("build").out == NOTHING


def test_a_lost_or_edited_result_is_made_again(project: Path) -> None:
    built = project / "build/local/grafana/dashboards/api.json"
    right = built.read_bytes()
    built.write_text("{}")
    assert "1 written" in obsdash("build").out
    assert built.read_bytes() == right
    built.unlink()
    assert obsdash("build", "--check").code == 1
    assert "1 written" in obsdash("build").out
    assert built.read_bytes() == right


def test_the_settings_and_the_switched_off_repairs_are_noticed(project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text(file.read_text() + "variables = { team = 'ada' }\n")
    assert obsdash("build").out == "build/local: 2 objects, 0 written, 0 removed\n"
    assert obsdash("build").out == NOTHING
