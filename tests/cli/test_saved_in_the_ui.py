"""A dashboard that was saved in Grafana's editor, seen from the command line."""

import base64
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import obsdash, settings, write
from tests.doubles.grafana import Fault, GrafanaDouble

Json = dict[str, Any]

MAIN = {"type": "prometheus", "uid": "main"}
OTHER = {"type": "prometheus", "uid": "other"}


def shop(reference: Any, **more: Any) -> Json:
    """Return a dashboard whose panel, query and variable have a data source."""
    stat = {"id": 1, "type": "stat", "title": "Up", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8}}
    query = {"refId": "A", "expr": "up", "datasource": reference}
    job = {"name": "job", "type": "query", "query": "label_values(job)", "datasource": reference}
    return {
        "uid": "api",
        "title": "API",
        "schemaVersion": 37,
        "tags": ["obsdash:shop"],
        "panels": [{**stat, "datasource": reference, "targets": [query]}],
        "templating": {"list": [job]},
        **more,
    }


FILLED_IN = {"liveNow": False, "weekStart": "", "fiscalYearStartMonth": 0, "timepicker": {}}


def call(double: GrafanaDouble, path: str, body: Json) -> None:
    headers = {
        "Authorization": f"Basic {base64.b64encode(b'admin:admin').decode()}",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(f"{double.url}/api{path}", json.dumps(body).encode(), headers)
    urllib.request.urlopen(request, timeout=30).close()


def save(double: GrafanaDouble, dashboard: Json) -> None:
    """Save in the UI."""
    call(double, "/dashboards/db", {"dashboard": dashboard, "overwrite": True})


def define(root: Path, dashboard: Json) -> None:
    write(root, {"dashboards/api.json": json.dumps({**dashboard, "tags": []})})


VERSIONS = ("9.3.2", "10.4.0", "11.2.0", "12.3.1", "13.1.0-pre")


@pytest.fixture(params=VERSIONS)
def grafana(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[GrafanaDouble]:
    """A Grafana with two data sources, and an empty project that has it as its target."""
    with GrafanaDouble(request.param) as double:
        for uid in ("main", "other"):
            source = {"uid": uid, "name": f"The {uid} one", "type": "prometheus", "access": "proxy"}
            call(double, "/datasources", {**source, "isDefault": uid == "main"})
        url = f'url = "{double.url}", user = "admin", password = "env:PW"'
        write(tmp_path, {"pyproject.toml": settings(f'{{ type = "grafana", {url} }}')})
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PW", "admin")
        yield double


@pytest.mark.parametrize("spelled", [None, "The main one", "main", {"uid": "main"}])
def test_saved_unchanged_it_is_in_sync(
    grafana: GrafanaDouble, tmp_path: Path, spelled: object
) -> None:
    define(tmp_path, shop(spelled))
    assert obsdash("sync").code == 0
    save(grafana, shop(MAIN, **FILLED_IN))
    said = obsdash("diff", "--noise")
    assert said.out.startswith("In sync: grafana http://"), said
    assert "(dashboard/api: saved in the UI by " in said.out
    assert " UTC, nothing that matters changed)" in said.out
    assert "(hidden: 3 × reference: another spelling of the same data source)" in said.out
    assert obsdash("diff", "--exit-code").code == 0


def test_another_data_source_is_told(grafana: GrafanaDouble, tmp_path: Path) -> None:
    define(tmp_path, shop("The main one"))
    assert obsdash("sync").code == 0
    save(grafana, shop(OTHER, **FILLED_IN))
    said = obsdash("diff", "--exit-code")
    assert said.code == 1, said  # edited by somebody else: undecided
    assert said.out.count("data source The main one → other") == 2  # panel and variable


def test_that_grafana_migrated_it_is_one_line(grafana: GrafanaDouble, tmp_path: Path) -> None:
    define(tmp_path, shop(None, schemaVersion=30))
    assert obsdash("sync").code == 0
    save(grafana, shop(MAIN, schemaVersion=37, **FILLED_IN))
    said = obsdash("diff")
    assert said.out.startswith("In sync: grafana http://"), said
    lines = [line for line in said.out.splitlines() if "dashboard/api" in line]
    assert len(lines) == 1
    assert "(dashboard/api: Grafana migrated schema 30 → 37: " in lines[0]


def test_whoever_may_not_list_the_data_sources_sees_them_where_panels_do(
    grafana: GrafanaDouble, tmp_path: Path
) -> None:
    define(tmp_path, shop("The main one"))
    assert obsdash("sync").code == 0
    save(grafana, shop(MAIN, **FILLED_IN))
    grafana.before = lambda _method, path: _deny(grafana, path)
    assert obsdash("diff", "--exit-code").code == 0


def _deny(double: GrafanaDouble, path: str) -> None:
    """Deny the call that is about to be answered, if it is for the list of data sources."""
    if path == "/api/datasources":
        double.faults[len(double.calls)] = Fault.FORBIDDEN


def test_where_nothing_differs_nobody_asks_twice_for_the_data_sources(
    grafana: GrafanaDouble, tmp_path: Path
) -> None:
    define(tmp_path, shop(None))
    assert obsdash("sync").code == 0
    grafana.forget_calls()
    assert obsdash("diff", "--exit-code").code == 0
    assert [path for _, path in grafana.calls].count("/api/datasources") == 1
