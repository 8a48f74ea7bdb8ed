"""Importing rule groups in Prometheus' form, call by call; from 12 on."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.grafana.contract.conftest import Wire, path_of
from tests.grafana.contract.test_rules import body, one

RULES = "/convert/prometheus/config/v1/rules"
JSON = {"Accept": "application/json"}
DOWN = {
    "alert": "Down",
    "expr": "up == 0",
    "for": "90s",
    "labels": {"severity": "critical"},
    "annotations": {"summary": "{{ $labels.job }}"},
}


@pytest.fixture
def importer(wire: Wire) -> Iterator["Importer"]:
    """A namespace of its own, and a data source that its rules ask."""
    if not wire.since(12):
        assert wire.ask("GET", RULES)[0] == 404
        pytest.skip("Grafana imports from 12.0 on")
    source = wire.name("prom")
    document = {"uid": source, "name": source, "type": "prometheus", "access": "proxy"}
    undo = f"/datasources/uid/{source}"
    wire.make("POST", "/datasources", {**document, "url": "http://127.0.0.1:9"}, undo=undo)
    importer = Importer(wire, source, wire.name("shop"))
    yield importer
    for folder in wire.get("/folders"):
        if folder["title"].startswith(importer.namespace):
            wire.ask("DELETE", f"/folders/{folder['uid']}?forceDeleteRules=true")


class Importer:
    def __init__(self, wire: Wire, source: str, namespace: str) -> None:
        self.wire, self.source, self.namespace = wire, source, namespace
        self.path = RULES + path_of(namespace)

    def post(self, group: Any, path: str = "", **headers: str) -> tuple[int, Any]:
        sent = {
            "Content-Type": "application/yaml",
            "X-Grafana-Alerting-Datasource-UID": self.source,
            **{f"X-{name.replace('_', '-')}": value for name, value in headers.items()},
        }
        text = group if isinstance(group, str) else yaml.safe_dump(group)
        return self.wire.ask("POST", path or self.path, text, headers=sent)

    def read(self, group: str = "") -> Any:
        path = self.path + (path_of(group) if group else "")
        return self.wire.ask("GET", path, headers=JSON)[1]

    def rules(self) -> list[Any]:
        """Return what Grafana evaluates."""
        listed = self.wire.get("/ruler/grafana/api/v1/rules").get(self.namespace, [])
        return [one(self.wire, r["grafana_alert"]["uid"]) for g in listed for r in g["rules"]]


def test_a_group_is_read_back_as_it_was_sent_with_durations_written_anew(
    importer: Importer,
) -> None:
    record = {"record": "a:b", "expr": "sum(up)"}
    group = {"name": "g", "interval": "30s", "rules": [DOWN, record]}
    assert importer.post(group) == (202, {"status": "success", "errorType": "", "error": ""})
    stored = {**group, "rules": [{**DOWN, "for": "1m30s"}, record]}
    assert importer.read("g") == stored
    assert importer.read() == {importer.namespace: [stored]}
    status, text = importer.wire.ask("GET", importer.path)
    assert (status, yaml.safe_load(text)) == (200, {importer.namespace: [stored]})
    alert, recorded = importer.rules()
    assert (alert["title"], alert["provenance"]) == ("Down", "converted_prometheus")
    assert (alert["noDataState"], alert["execErrState"], alert["for"]) == ("OK", "OK", "1m30s")
    assert alert["labels"] == {"severity": "critical", "__converted_prometheus_rule__": "true"}
    assert [query["refId"] for query in alert["data"]] == ["query", "prometheus_math", "threshold"]
    assert alert["data"][0]["datasourceUid"] == importer.source
    assert recorded["record"]["metric"] == "a:b"


def test_what_is_not_said_is_filled_in_and_what_is_not_known_is_lost(importer: Importer) -> None:
    rule = {"alert": "X", "expr": "up", "nonsense": 1, "labels": {"a": "b"}}
    group = {"name": "g", "labels": {"team": "x"}, "query_offset": "5m", "rules": [rule]}
    assert importer.post(group)[0] == 202
    stored = {"alert": "X", "expr": "up", "labels": {"a": "b", "team": "x"}}
    assert importer.read("g") == {"name": "g", "interval": "1m", "rules": [stored]}


def test_a_post_replaces_the_group_and_one_without_rules_deletes_it(importer: Importer) -> None:
    for expr in ("up", "up == 1"):
        assert importer.post({"name": "g", "rules": [{"alert": "X", "expr": expr}]})[0] == 202
    (rule,) = importer.read("g")["rules"]
    assert rule["expr"] == "up == 1"
    assert importer.post({"name": "g", "rules": []})[0] == 202
    assert importer.read() == {}


@pytest.mark.parametrize(
    ("group", "status"),
    [
        ({"rules": [DOWN]}, 400),
        ({"groups": []}, 400),
        ({"name": "g", "limit": 3, "rules": [DOWN]}, 400),
        ({"name": "g", "interval": "45s", "rules": [DOWN]}, 500),
        ({"name": "g", "rules": [{**DOWN, "for": "soon"}]}, 500),
        ("name: [", 500),
        ({"name": "g", "rules": [{"alert": "X", "expr": "up{"}]}, 202),
    ],
    ids=str,
)
def test_what_is_checked(importer: Importer, group: Any, status: int) -> None:
    assert importer.post(group)[0] == status


def test_the_data_source_must_be_named_and_be_there(importer: Importer) -> None:
    group = {"name": "g", "rules": [DOWN]}
    assert importer.wire.ask("POST", importer.path, group)[0] == 400
    importer.source = "absent"
    assert importer.post(group)[0] == 404


def test_a_label_fixes_the_uid_and_headers_pause(importer: Importer) -> None:
    uid = importer.wire.name("fixed")
    rule = {**DOWN, "labels": {"__grafana_alert_rule_uid__": uid}}
    paused = {"Grafana_Alerting_Alert_Rules_Paused": "true"}
    assert importer.post({"name": "g", "rules": [rule]}, **paused)[0] == 202
    assert one(importer.wire, uid)["isPaused"] is True


def test_groups_of_another_origin_are_neither_replaced_nor_deleted(importer: Importer) -> None:
    wire = importer.wire
    folder = {"uid": wire.name("f"), "title": importer.namespace}
    undo = f"/folders/{folder['uid']}?forceDeleteRules=true"
    wire.make("POST", "/folders", folder, undo=undo)
    rule = body(folder["uid"], wire.name("theirs"))
    wire.make("POST", "/v1/provisioning/alert-rules", rule)
    assert importer.post({"name": "g", "rules": [DOWN]})[0] == 409
    assert wire.ask("DELETE", f"{importer.path}/g")[0] == 404
    assert importer.read() == {}


def test_what_was_imported_is_not_written_by_the_provisioning_api(importer: Importer) -> None:
    importer.post({"name": "g", "rules": [DOWN]})
    (rule,) = importer.rules()
    group = f"/v1/provisioning/folder/{rule['folderUID']}/rule-groups/g"
    assert importer.wire.ask("PUT", group, {"interval": 60, "rules": []})[0] == 409
    assert importer.wire.ask("DELETE", group)[0] == 409


def test_a_group_and_all_of_a_namespace_are_deleted_and_the_folder_stays(
    importer: Importer,
) -> None:
    groups = [{"name": name, "rules": [DOWN]} for name in ("a", "b", "c/d")]
    assert importer.post({importer.namespace: groups}, RULES)[0] == 202
    assert importer.wire.ask("DELETE", f"{importer.path}/a")[0] == 202
    assert importer.wire.ask("DELETE", f"{importer.path}/a")[0] == 404
    assert [g["name"] for g in importer.read()[importer.namespace]] == ["b", "c/d"]
    assert importer.wire.ask("DELETE", importer.path)[0] == 202
    assert importer.wire.ask("GET", importer.path, headers=JSON) == (200, {})
    assert importer.wire.ask("GET", f"{RULES}/absent-namespace")[0] == 404


def test_the_header_leaves_imported_rules_to_the_ui_and_out_of_deletes(importer: Importer) -> None:
    group = {"name": "g", "rules": [DOWN]}
    assert importer.post(group, Disable_Provenance="true")[0] == 202
    (rule,) = importer.rules()
    assert "provenance" not in rule
    assert importer.wire.ask("DELETE", importer.path)[0] == 404


def test_a_viewer_reads_only(importer: Importer) -> None:
    assert importer.wire.ask("GET", RULES, role="Viewer")[0] == 200
    assert importer.wire.ask("POST", importer.path, {}, role="Viewer")[0] == 403
    assert importer.wire.ask("DELETE", importer.path, role="Viewer")[0] == 403
