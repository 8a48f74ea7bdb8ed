"""What we write is what Grafana's editor writes, so a save by hand makes no noise."""

import json
from pathlib import Path
from typing import Any

from tests.author.everything import everything

SAVED = Path(__file__).parent / "data" / "everything-grafana-9.3.2.json"

# The server counts, stamps its version, and keeps what a visitor chose last; later versions have
# no style of a dashboard's own.
VOLATILE = {"id", "version", "style"}
CHOSEN_BY_VISITORS = {"datasource", "query"}


def settled(dashboard: dict[str, Any]) -> dict[str, Any]:
    """Drop what changes at every save; a base threshold of null and none are the same."""
    document = {key: value for key, value in dashboard.items() if key not in VOLATILE}
    document["panels"] = [settled_panel(panel) for panel in dashboard["panels"]]
    document["templating"] = {
        "list": [
            variable | ({"current": {}} if variable["type"] in CHOSEN_BY_VISITORS else {})
            for variable in dashboard["templating"]["list"]
        ]
    }
    return document


def settled_panel(panel: dict[str, Any]) -> dict[str, Any]:
    document = {key: value for key, value in panel.items() if key != "pluginVersion"}
    if "panels" in panel:
        document["panels"] = [settled_panel(inner) for inner in panel["panels"]]
    for step in (
        document.get("fieldConfig", {})
        .get("defaults", {})
        .get("thresholds", {})
        .get("steps", [])[:1]
    ):
        step.setdefault("value", None)
    return document


def test_one_of_everything_comes_back_unchanged_from_the_editor_of_grafana_9_3_2() -> None:
    ours = settled(everything().to_json_data())
    saved = settled(json.loads(SAVED.read_text()))

    assert {panel["title"]: panel for panel in ours.pop("panels")} == {
        panel["title"]: panel for panel in saved.pop("panels")
    }
    assert ours == saved


def test_the_schema_is_the_one_that_all_supported_grafanas_read() -> None:
    document = everything().to_json_data()

    assert document["schemaVersion"] == 37
    assert all(panel.get("pluginVersion", "9.3.0") == "9.3.0" for panel in document["panels"])
