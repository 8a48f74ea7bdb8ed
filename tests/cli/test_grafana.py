"""A Grafana as target, from the command line: plans, saved plans, what is not ours, secrets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Said, dashboard, obsdash, settings, write
from tests.doubles.grafana import Fault, GrafanaDouble

SECRETS = ("s3ntinel-admin", "s3ntinel-source")


@pytest.fixture
def grafana(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GrafanaDouble]:
    """A Grafana, and a project in the current folder that has it as its target."""
    with GrafanaDouble() as double:
        at(double, tmp_path)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PW", "admin")
        monkeypatch.setenv("SOURCE_PW", SECRETS[1])
        yield double


def at(double: GrafanaDouble, root: Path, *more: str) -> None:
    url = f'url = "{double.url}", user = "admin", password = "env:PW"'
    write(root, {"pyproject.toml": settings(f'{{ type = "grafana", {url} }}', *more)})


def define(root: Path, **titles: str) -> None:
    """Define one dashboard a keyword, and nothing else, in the folder Shop."""
    for file in (root / "dashboards/Shop").glob("*"):
        file.unlink()
    for uid, title in titles.items():
        write(root, {f"dashboards/Shop/{uid}.py": f"x = {dashboard(uid, title)}\n"})


def title(double: GrafanaDouble, uid: str) -> str:
    text: str = double.store.dashboards[uid].data["title"]
    return text


def edit(double: GrafanaDouble, root: Path, uid: str, text: str) -> None:
    """Change a dashboard as another obsdash would: a sync that others do not know of."""
    other = write(root / "other", {f"dashboards/Shop/{uid}.py": f"x = {dashboard(uid, text)}\n"})
    at(double, other)
    assert obsdash("sync", "--project", str(other)).code == 0


def writes(double: GrafanaDouble) -> list[tuple[str, str]]:
    return [call for call in double.calls if call[0] != "GET"]


def test_a_second_sync_writes_nothing(grafana: GrafanaDouble, tmp_path: Path) -> None:
    define(tmp_path, api="API", hosts="Hosts")
    assert "3 created" in obsdash("sync").out
    grafana.forget_calls()
    said = obsdash("sync")
    assert (said.code, writes(grafana)) == (0, [])
    assert said.out.startswith("In sync: grafana http://")
    assert obsdash("diff", "--exit-code").code == 0


def test_a_saved_plan_is_applied_exactly_and_refused_where_it_no_longer_holds(
    grafana: GrafanaDouble, tmp_path: Path
) -> None:
    define(tmp_path, api="API", hosts="Hosts", gone="Gone")
    obsdash("sync")
    define(tmp_path, api="API 2", hosts="Hosts 2", new="New")
    assert obsdash("diff", "--prune", "--out", "plan.json").code == 0
    define(tmp_path, api="API 3", later="Later")
    edit(grafana, tmp_path, "hosts", "Hosts by hand")

    said = obsdash("sync", "--plan", "plan.json")
    assert said.code == 1
    assert "! dashboard/hosts  refused: it was changed since the plan was made" in said.out
    assert ": 1 created, 1 updated, 1 deleted, 1 refused" in said.out
    assert title(grafana, "api") == "API 2"
    assert title(grafana, "hosts") == "Hosts by hand"
    assert set(grafana.store.dashboards) == {"api", "hosts", "new"}


def test_what_is_not_ours_is_blocked_until_it_is_adopted(
    grafana: GrafanaDouble, tmp_path: Path
) -> None:
    define(tmp_path, api="API")
    edit(grafana, tmp_path, "api", "made by the same project")
    grafana.store.dashboards["api"].data["tags"] = []
    said = obsdash("sync")
    assert said.code == 1
    assert "! dashboard/api  refused: it exists and obsdash did not make it" in said.out
    assert "--adopt takes it over" in said.out
    assert title(grafana, "api") == "made by the same project"
    assert "1 to change" in obsdash("diff", "--adopt").out
    assert obsdash("sync", "--adopt").code == 0
    assert title(grafana, "api") == "API"
    assert obsdash("diff", "--exit-code").code == 0


def test_one_refused_save_is_named_and_the_others_are_done(
    grafana: GrafanaDouble, tmp_path: Path
) -> None:
    define(tmp_path, api="API", hosts="Hosts")
    obsdash("sync")
    define(tmp_path, api="API 2", hosts="Hosts 2")
    grafana.before = lambda method, path: fail_once(grafana, method)
    said = obsdash("sync")
    assert said.code == 1
    assert said.out.count("failed: ") == 1
    assert ": 1 updated, 1 failed" in said.out
    grafana.before = lambda method, path: None
    assert obsdash("sync").code == 0
    assert obsdash("diff", "--exit-code").code == 0


def fail_once(double: GrafanaDouble, method: str) -> None:
    """Let the first write be refused."""
    if method == "POST" and not double.faults:
        double.faults[len(double.calls)] = Fault.FORBIDDEN


def test_a_target_that_dies_before_its_turn_fails_and_the_first_one_is_done(
    grafana: GrafanaDouble, tmp_path: Path
) -> None:
    with GrafanaDouble() as second:
        url = f'url = "{second.url}", user = "admin", password = "env:PW"'
        at(grafana, tmp_path, f'{{ type = "grafana", {url} }}')
        define(tmp_path, api="API")
        number = len(obsdash_calls(second))
        second.faults = dict.fromkeys(range(number + 1, number + 100), Fault.BAD_GATEWAY)
        said = obsdash("sync", "--format", "json")
        assert said.code == 1
        first, other = json.loads(said.out)["targets"]
        assert {one["outcome"] for one in first["outcomes"]} == {"created"}
        assert {one["outcome"] for one in other["outcomes"]} == {"failed"}
        assert "502" in other["outcomes"][0]["reason"]
        second.faults = {}
        assert obsdash("sync").code == 0


def obsdash_calls(double: GrafanaDouble) -> list[tuple[str, str]]:
    """Return the calls that reading for a plan takes."""
    double.forget_calls()
    assert obsdash("diff").code == 0
    calls = list(double.calls)
    double.forget_calls()
    return calls


SOURCE = """\
from obsdash.author import PostgresSource

db = PostgresSource(
    "db", "db:5432", user="ada", database="shop", secrets={"password": "env:SOURCE_PW"}
)
"""


def everything(said: Said, *files: Path) -> str:
    return said.everything + "".join(file.read_text("utf-8", "replace") for file in files)


def test_no_secret_is_in_any_output_plan_report_or_file(
    grafana: GrafanaDouble, tmp_path: Path
) -> None:
    define(tmp_path, api="API")
    write(tmp_path, {"datasources/db.py": SOURCE})
    commands: list[list[str]] = [
        ["config", "--format", "json"],
        ["build"],
        ["diff", "--out", "plan.json", "--json", "shown.json", "--markdown", "plan.md"],
        ["diff", "--format", "json", "--noise"],
        ["sync", "--plan", "plan.json", "--format", "json"],
        ["diff", "--exit-code"],
        ["verify", "--format", "json"],
    ]
    shown = [obsdash(*command) for command in commands]
    assert [said.code for said in shown][:6] == [0] * 6, [said.everything for said in shown]
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"plan.json", "shown.json", "plan.md"} <= {file.name for file in files}
    for said in shown:
        assert SECRETS[1] not in everything(said, *files)
    sent = stored_secrets(grafana)
    assert SECRETS[1] in sent


def stored_secrets(double: GrafanaDouble) -> str:
    return repr(vars(double.store))


def test_a_changed_secret_reference_is_shown_as_such(
    grafana: GrafanaDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"datasources/db.py": SOURCE})
    monkeypatch.delenv("SOURCE_PW")
    said = obsdash("sync")
    assert said.code == 1
    assert "the secret env:SOURCE_PW is not set" in said.out
    assert not grafana.store.datasources
    monkeypatch.setenv("SOURCE_PW", SECRETS[1])
    assert obsdash("sync").code == 0
    document: Any = obsdash("diff", "--format", "json").out
    assert json.loads(document)["plans"][0]["actions"] == []
