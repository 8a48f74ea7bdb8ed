"""`obsdash test`, as users meet it."""

import json
from pathlib import Path
from shutil import which

import pytest

from obsdash.cli import run

pytestmark = pytest.mark.skipif(which("promtool") is None, reason="promtool is not installed")

ALERTS = """\
from obsdash.author import Alert, RuleGroup, RuleTest

DOWN = Alert("Down", expr="up == 0", for_="2m", summary="it is down")
QUIET = Alert("Quiet", expr="up == 2", summary="it is quiet")
group = RuleGroup("api", [DOWN, QUIET])
tests = [
    RuleTest(DOWN)
    .series("up", "1x3 0x20")
    .at("3m")
    .no_alerts()
    .at("{time}")
    .fires({{}}, {{"summary": "it is down"}}),
]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.obsdash]\nproject = "shop"\ndefault-env = "local"\n[tool.obsdash.env.local]\n'
    )
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "api.py").write_text(ALERTS.format(time="9m"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_passing_tests_exit_with_0_and_show_what_is_not_covered(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 test, 2 checks, 0 failed",
        "1 of 2 alerts checked both firing and silent (50 %)",
        "alerts/api.py:4: Quiet has no firing and no silent check",
    ]


def test_a_failing_check_exits_with_1_and_names_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "alerts" / "api.py").write_text(ALERTS.format(time="4m"))

    assert run(["test"]) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "alerts/api.py:12: Down at 4m: expected firing, got nothing"


def test_too_little_coverage_exits_with_1(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", "--min-coverage", "50"]) == 0
    assert run(["test", "--min-coverage", "51"]) == 1
    assert "coverage is 50 %, below 51 %" in capsys.readouterr().err


def test_the_verbose_output_shows_the_rendered_texts(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", "-v"]) == 0
    assert "      summary: it is down" in capsys.readouterr().out.splitlines()


def test_json_and_junit_are_whole_documents(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True
    assert run(["test", "--format", "junit"]) == 0
    assert capsys.readouterr().out.startswith('<testsuite name="obsdash test" tests="2"')


def test_without_promtool_it_exits_with_2_and_names_the_package(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    assert run(["test"]) == 2
    assert "help: apt install promtool" in capsys.readouterr().err
