"""Alerts against a real Prometheus, from the command line."""

import json
import os
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import obsdash, refused, settings, write
from tests.support.servers import Program, prometheus_programs, running_prometheus

RULES = """\
groups:
  - name: api
    rules:
      - {{alert: Down, expr: {expr}, annotations: {{summary: "{summary}"}}}}
"""


def alert(expr: str, name: str = "Down", summary: str = "down") -> str:
    return RULES.format(expr=expr, summary=summary).replace("Down", name)


@pytest.fixture(scope="module", params=prometheus_programs() or [""])
def prometheus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Program, Path]]:
    if not request.param:
        pytest.skip("prometheus is not installed")
    folder = tmp_path_factory.mktemp("prometheus")
    with running_prometheus(request.param, folder) as program:
        yield program, folder / "rules"


@pytest.fixture
def rules(
    prometheus: tuple[Program, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A project whose target is a Prometheus; gives the folder of its rule files."""
    program, folder = prometheus
    target = f'{{ type = "prometheus", url = "{program.url}", rules = "{folder}" }}'
    write(tmp_path, {"pyproject.toml": settings(target)})
    monkeypatch.chdir(tmp_path)
    own = Path(str(program.process.args[0])).parent  # type: ignore[index]
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{os.environ['PATH']}")  # its promtool comes first
    yield folder
    write(tmp_path, {"alerts/api.yml": "groups: []\n", "alerts/x.py": "rules = {'groups': []}\n"})
    obsdash("sync", "--prune")


def loaded(program: Program) -> dict[str, str]:
    """Return the expressions that Prometheus has loaded, by alert."""
    connection = HTTPConnection("127.0.0.1", program.port, timeout=30)
    connection.request("GET", "/api/v1/rules")
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    groups = answer["data"]["groups"]
    return {rule["name"]: rule["query"] for group in groups for rule in group["rules"]}


def test_rules_are_loaded_and_then_in_sync(
    prometheus: tuple[Program, Path], rules: Path, tmp_path: Path
) -> None:
    write(tmp_path, {"alerts/api.yml": alert("up == 0")})
    assert obsdash("diff", "--exit-code").code == 1
    assert obsdash("sync").code == 0
    assert loaded(prometheus[0]) == {"Down": "up == 0"}
    before = {file: file.stat().st_mtime_ns for file in rules.iterdir()}
    assert obsdash("diff", "--exit-code").code == 0
    assert "In sync" in obsdash("sync").out
    assert {file: file.stat().st_mtime_ns for file in rules.iterdir()} == before


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        ("up ==", "unexpected end of input"),
        ("rate(up)", "expected type range vector"),
        ("no_such_function(up)", "no_such_function"),
    ],
)
def test_an_expression_that_is_no_promql_is_refused_before_anything_is_sent(
    prometheus: tuple[Program, Path], rules: Path, tmp_path: Path, expr: str, reason: str
) -> None:
    write(tmp_path, {"alerts/api.yml": alert("up == 0")})
    assert obsdash("sync").code == 0
    write(tmp_path, {"alerts/api.yml": alert(expr)})
    for command in ("build", "diff", "sync", "verify", "test"):
        (error,) = refused(obsdash(command))
        assert error.startswith("error: alerts/api.yml:4: 'Down' of group 'api': ")
        assert reason in error
    assert loaded(prometheus[0]) == {"Down": "up == 0"}


def test_a_rule_that_prometheus_refuses_leaves_the_old_ones_loaded(
    prometheus: tuple[Program, Path], rules: Path, tmp_path: Path
) -> None:
    write(tmp_path, {"alerts/api.yml": alert("up == 0")})
    assert obsdash("sync").code == 0
    files = {file: file.read_bytes() for file in rules.iterdir()}
    write(tmp_path, {"alerts/api.yml": alert("up == 1", summary="{{ nothing 1 }}")})
    said = obsdash("sync")
    assert said.code == 1
    assert "! rule-group/api/api  failed: " in said.out
    assert 'function "nothing" not defined' in said.out
    assert len(said.out.splitlines()) < 12
    assert "Traceback" not in said.everything
    assert loaded(prometheus[0]) == {"Down": "up == 0"}
    assert {file: file.read_bytes() for file in rules.iterdir()} == files
    assert obsdash("diff", "--exit-code").code == 1


def test_a_rule_that_loads_and_cannot_be_evaluated_fails_with_its_line(
    prometheus: tuple[Program, Path], rules: Path, tmp_path: Path
) -> None:
    every = '{"name": "g", "interval": "1s", "rules": [{"alert": "Fails", "expr": "EXPR"}]}'
    clash = "vector(1) / on () (label_replace(vector(1), 'a', '1', '', '') or vector(1))"
    for expr, code in (("vector(1) > 2", 0), (clash, 1)):
        write(tmp_path, {"alerts/api.json": every.replace("EXPR", expr)})
        said = obsdash("sync", "--wait-health")
        assert said.code == code, said.everything
    (line,) = [line for line in said.out.splitlines() if 'alert "Fails"' in line and "!" in line]
    assert line.startswith('! rule-group/api/g  alert "Fails" (alerts/api.json:1): ')
    assert "many-to-many matching not allowed" in line
    assert "0 of 1 rule group healthy" in said.out
    write(tmp_path, {"alerts/api.json": every.replace("EXPR", "vector(1) > 2")})
    assert obsdash("sync", "--wait-health").out.endswith("1 of 1 rule group healthy\n")
    write(tmp_path, {"alerts/api.json": '{"groups": []}'})
    assert obsdash("sync", "--prune").code == 0


def test_one_refused_file_does_not_hold_up_the_others(
    prometheus: tuple[Program, Path], rules: Path, tmp_path: Path
) -> None:
    write(
        tmp_path,
        {
            "alerts/api.yml": alert("up == 0", "Broken", "{{ nothing 1 }}"),
            "alerts/hosts.yml": alert("up == 1", "Up"),
        },
    )
    said = obsdash("sync")
    assert said.code == 1
    assert ": 1 created, 1 failed" in said.out
    assert loaded(prometheus[0]) == {"Up": "up == 1"}
    write(tmp_path, {"alerts/hosts.yml": "groups: []\n"})


def test_someone_elses_rules_are_left_alone(
    prometheus: tuple[Program, Path], rules: Path, tmp_path: Path
) -> None:
    foreign = rules / "theirs.yml"
    foreign.write_text(alert("up == 2", "Theirs"))
    write(tmp_path, {"alerts/api.yml": alert("up == 0")})
    try:
        assert obsdash("sync", "--prune").code == 0
        assert loaded(prometheus[0]) == {"Down": "up == 0", "Theirs": "up == 2"}
        assert "Not ours, left alone: 1 object" in obsdash("diff").out
    finally:
        foreign.unlink()
