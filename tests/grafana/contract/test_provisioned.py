"""What files provisioned may be written over: on the double, and on a Grafana that reads files.

`OBSDASH_TEST_GRAFANA` names the start programs of real ones, as for the tests of the folder target.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.doubles.grafana import GrafanaDouble
from tests.doubles.grafana.store import Folder, Integration
from tests.grafana.conftest import Lab
from tests.grafana.contract.conftest import VERSIONS, Wire
from tests.grafana.contract.test_rules import QUERY, body, one
from tests.support.servers import grafana_programs, running_grafana, wait_until

PROVISIONING = "/v1/provisioning"
DISABLE = {"X-Disable-Provenance": "true"}
NIGHT = [{"times": [{"start_time": "22:00", "end_time": "23:59"}]}]
TEMPLATE = '{{ define "t" }}x{{ end }}'
RULE = {
    "uid": "r1",
    "title": "Rule",
    "condition": "A",
    "data": [QUERY],
    "for": "5m",
    "noDataState": "NoData",
    "execErrState": "Error",
}
FILE = {
    "apiVersion": 1,
    "groups": [{"orgId": 1, "name": "g", "folder": "Payments", "interval": "60s", "rules": [RULE]}],
    "contactPoints": [
        {"orgId": 1, "name": name, "receivers": [{"uid": uid, "type": "email", "settings": to}]}
        for name, uid, to in (
            ("team", "c1", {"addresses": "a@example.com"}),
            ("unused", "c2", {"addresses": "b@example.com"}),
        )
    ],
    "policies": [{"orgId": 1, "receiver": "team", "group_by": ["alertname"]}],
    "muteTimes": [{"orgId": 1, "name": "night", "time_intervals": NIGHT}],
    "templates": [{"orgId": 1, "name": "t", "template": TEMPLATE}],
}


@pytest.fixture(params=[*VERSIONS, *grafana_programs()])
def wire(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wire]:
    """A Grafana that has read the file."""
    if request.param in VERSIONS:
        with GrafanaDouble(request.param) as double:
            _provision(double)
            yield Wire(Lab(double.url, double=double))
        return
    for kind in ("alerting", "dashboards", "datasources", "notifiers", "plugins", "access-control"):
        (tmp_path / "files" / kind).mkdir(parents=True)
    (tmp_path / "files/alerting/all.yaml").write_text(yaml.safe_dump(FILE), "utf-8")
    with running_grafana(request.param, tmp_path, tmp_path / "files") as server:
        wire = Wire(Lab(server.url))
        path = f"{PROVISIONING}/policies"
        wait_until(lambda: wire.get(path)["receiver"] == "team", "the file is read")
        yield wire


def _provision(double: GrafanaDouble) -> None:
    """Put there what the file says."""
    double.store.folders["payments"] = Folder(double.store.next_id(), "payments", "Payments")
    labels: dict[str, Any] = {"labels": {}, "annotations": {}}
    with_all = {**body("payments", "r1", **labels), **RULE}
    newer: dict[str, Any] = {"isPaused": False, "notification_settings": None, "record": None}
    double.provision_rule({**with_all, "id": 1, "orgID": 1, "updated": "", **newer})
    for name, uid in (("team", "c1"), ("unused", "c2")):
        double.provision_contact_point(name, Integration(uid, "email", {"addresses": "a@b.c"}))
    double.provision_policies({"receiver": "team", "group_by": ["alertname"]})
    double.provision_timing("night", NIGHT)
    double.provision_template("t", TEMPLATE)


def owners(wire: Wire) -> dict[str, str]:
    """Return who provisioned what, as the whole configuration tells."""
    whole = wire.get("/alertmanager/grafana/config/api/v1/alerts")
    config = whole["alertmanager_config"]
    return {
        "policies": config["route"].get("provenance", ""),
        **config.get("muteTimeProvenances", {}),
        **whole.get("template_file_provenances", {}),
        **{
            integration["uid"]: integration.get("provenance", "")
            for receiver in config["receivers"]
            for integration in receiver.get("grafana_managed_receiver_configs", ())
            if integration["uid"]
        },
    }


def test_everything_says_that_a_file_provisioned_it(wire: Wire) -> None:
    assert owners(wire) == dict.fromkeys(("policies", "night", "t", "c1", "c2"), "file")
    assert one(wire, "r1")["provenance"] == "file"


def test_rules_of_files_are_guarded(wire: Wire) -> None:
    folder = one(wire, "r1")["folderUID"]
    refused = 409 if wire.since(11) else 500
    group = f"{PROVISIONING}/folder/{folder}/rule-groups/g"
    rule = body(folder, "r1", condition="A", data=[QUERY])
    for headers in ({}, DISABLE):
        for method, path, sent in (
            ("PUT", f"{PROVISIONING}/alert-rules/r1", rule),
            ("PUT", group, {"interval": 120, "rules": []}),
            ("PUT", group, {"interval": 60, "rules": [rule]}),
            ("PUT", group, {"interval": 60, "rules": [body(folder, "", title="Other")]}),
            ("DELETE", f"{PROVISIONING}/alert-rules/r1", None),
        ):
            status, answer = wire.ask(method, path, sent, headers=headers)
            assert (status, "provenance" in answer["message"]) == (refused, True), (method, path)
    assert one(wire, "r1")["title"] == "Rule"
    alien = body(folder, "alien")
    assert wire.ask("POST", f"{PROVISIONING}/alert-rules", alien)[0] == 201  # into that very group


def test_a_contact_point_of_a_file_is_not_updated_but_deleted(wire: Wire) -> None:
    sent = {"name": "unused", "type": "email", "settings": {"addresses": "new@example.com"}}
    path = f"{PROVISIONING}/contact-points/c2"
    for headers in ({}, DISABLE):
        assert wire.ask("PUT", path, sent, headers=headers)[0] == 500
    assert owners(wire)["c2"] == "file"
    assert wire.ask("DELETE", path)[0] == 202
    assert "c2" not in owners(wire)
    assert wire.ask("DELETE", f"{PROVISIONING}/contact-points/c1")[0] >= 400  # it is in use


def test_policies_timings_and_templates_of_files_are_written_over(wire: Wire) -> None:
    for path, sent in (
        ("policies", {"receiver": "team"}),
        ("mute-timings/night", {"name": "night", "time_intervals": []}),
        ("templates/t", {"template": "y"}),
    ):
        assert wire.ask("PUT", f"{PROVISIONING}/{path}", sent)[0] == 202, path
    now = owners(wire)
    assert [now[name] for name in ("policies", "night", "t")] == ["api", "api", "api"]


def test_policies_timings_and_templates_of_files_are_deleted(wire: Wire) -> None:
    for path, status in (("policies", 202), ("mute-timings/night", 204), ("templates/t", 204)):
        assert wire.ask("DELETE", f"{PROVISIONING}/{path}")[0] == status, path
    assert set(owners(wire)) == {"policies", "c1", "c2"}
    assert wire.get(f"{PROVISIONING}/policies")["receiver"] != "team"
