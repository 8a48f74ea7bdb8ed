"""Rule files as written for Prometheus are held to the same PromQL as rules in Python."""

from pathlib import Path

import pytest

from obsdash.project import Project, load_project
from obsdash.resource import Environment


def _project(root: Path, name: str, expr: str) -> Project:
    file = root / "alerts" / name
    file.parent.mkdir(parents=True)
    file.write_text(
        f"groups:\n- name: api\n  rules:\n  - alert: Down\n    expr: '{expr}'\n", encoding="utf-8"
    )
    return load_project(root, Environment("local"))


def test_broken_promql_in_a_rule_file_is_refused_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    (error,) = _project(tmp_path, "api.yml", "up ==").errors

    assert str(error).startswith("alerts/api.yml")
    assert "'Down' of group 'api': the expression is not PromQL" in str(error)
    assert "promtool" in error.help


def test_logql_in_a_rule_file_of_lokis_is_none_of_promqls_business(tmp_path: Path) -> None:
    expr = 'sum(rate({service="a"} |= "error" [5m])) > 1'

    project = _project(tmp_path, "loki/logs.yml", expr)

    assert project.errors == ()
    assert [resource.ref.kind for resource in project.resources] == ["loki-rule-group"]


def test_a_rule_file_whose_groups_are_all_commented_out_defines_none(tmp_path: Path) -> None:
    file = tmp_path / "alerts" / "later.yml"
    file.parent.mkdir()
    file.write_text("groups:\n# - name: api\n")

    project = load_project(tmp_path, Environment("local"))

    assert (project.errors, project.resources) == ((), ())
