"""What single steps of Grafana's migration make of a dashboard."""

from typing import Any

import pytest

from obsdash.migration.lift import lifted
from obsdash.migration.sources import Source, Sources

SERVER = Sources(
    (Source("main", "Prometheus", "prometheus", default=True), Source("logs", "Loki", "loki"))
)
MAIN = {"type": "prometheus", "uid": "main"}


def only_panel(version: int, to: int = 37, **panel: Any) -> Any:
    """Return what a panel of a dashboard of a schema version becomes."""
    before = {"schemaVersion": version, "panels": [{"id": 1, "title": "Up", **panel}]}
    return lifted(before, to, SERVER)["panels"][0]


def test_the_navigation_becomes_the_time_picker() -> None:
    assert lifted({"nav": [{"now": True}]}, 37)["timepicker"] == {"now": True}


def test_a_singlestat_becomes_a_stat_with_nothing_older_to_migrate() -> None:
    found = only_panel(16, type="singlestat", format="percent", valueName="avg")
    assert found["type"] == "stat"
    assert found["fieldConfig"]["defaults"]["unit"] == "percent"
    assert found["options"]["reduceOptions"]["calcs"] == ["mean"]
    assert found["pluginVersion"]


def test_a_singlestat_that_shows_a_gauge_becomes_one() -> None:
    gauge = {"show": True, "minValue": 0, "maxValue": 10}
    found = only_panel(16, type="singlestat", gauge=gauge)
    assert found["type"] == "gauge"
    assert found["fieldConfig"]["defaults"]["max"] == 10


def test_a_table_with_styles_is_an_old_one() -> None:
    assert only_panel(20, type="table", styles=[{"pattern": "Time"}])["type"] == "table-old"
    assert only_panel(20, type="table")["type"] == "table"


@pytest.mark.parametrize("spelled", [None, "Prometheus"])
def test_a_panel_gets_its_data_source_as_an_object(spelled: object) -> None:
    found = only_panel(30, type="graph", datasource=spelled, targets=[{"refId": "A", "expr": "up"}])
    assert found["datasource"] == MAIN
    assert found["targets"][0]["datasource"] == MAIN


def test_how_cells_look_becomes_an_object_in_schema_38() -> None:
    config = {"defaults": {"custom": {"displayMode": "color-text"}}, "overrides": []}
    assert only_panel(37, type="table", fieldConfig=config) == only_panel(
        40, type="table", fieldConfig=config
    )
    custom = only_panel(37, 38, type="table", fieldConfig=config)["fieldConfig"]["defaults"]
    assert custom["custom"] == {"cellOptions": {"type": "color-text"}}


@pytest.mark.parametrize(
    ("kind", "uid"), [("prometheus", "main"), ("loki", "logs"), ("tempo", None)]
)
def test_a_type_alone_stands_for_the_servers_data_source_of_it(kind: str, uid: str | None) -> None:
    found = SERVER.resolved({"type": kind})
    assert found == ({"type": kind, "uid": uid} if uid else {"type": kind})


def test_what_is_at_the_version_already_stays() -> None:
    board = {"schemaVersion": 37, "panels": [{"type": "singlestat"}], "nav": [{"now": True}]}
    assert lifted(board, 37, SERVER) == board
