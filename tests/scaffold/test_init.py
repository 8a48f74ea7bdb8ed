"""`init` writes a project that builds at once, over nothing that is there."""

import tomllib
from pathlib import Path

import pytest

from obsdash.config import load_config
from obsdash.errors import ConfigError
from obsdash.project import load_project
from obsdash.scaffold import write_project


def test_the_project_loads_without_an_error(tmp_path: Path) -> None:
    write_project(tmp_path / "shop")
    config = load_config(tmp_path / "shop", {})
    project = load_project(tmp_path / "shop", config.environment(None).environment)
    assert project.errors == ()
    assert {str(resource.ref) for resource in project.resources} == {
        "dashboard/service",
        "datasource/prometheus",
        "rule-group/service/service",
    }
    assert len(project.tests) == 1
    assert config.project == "shop"


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    mine = tmp_path / "dashboards" / "service.py"
    mine.parent.mkdir()
    mine.write_text("# mine\n")
    kept = [file.path for file in write_project(tmp_path) if not file.new]
    assert kept == ["dashboards/service.py"]
    assert mine.read_text() == "# mine\n"


def test_other_settings_are_kept(tmp_path: Path) -> None:
    settings = tmp_path / "pyproject.toml"
    settings.write_text('[project]\nname = "x"')
    write_project(tmp_path)
    document = tomllib.loads(settings.read_text())
    assert document["project"] == {"name": "x"}
    assert "obsdash" in document["tool"]


def test_a_project_is_not_written_twice(tmp_path: Path) -> None:
    write_project(tmp_path)
    with pytest.raises(ConfigError, match="this is a project"):
        write_project(tmp_path)


def test_a_folder_of_an_odd_name_gives_a_project_a_name_that_is_one(tmp_path: Path) -> None:
    write_project(tmp_path / "Größe 1!")
    assert load_config(tmp_path / "Größe 1!", {}).project == "Gr-e-1"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_project(tmp_path / "file" / "shop")
