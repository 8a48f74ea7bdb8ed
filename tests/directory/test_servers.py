"""The servers that a directory is for read it as it is."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from obsdash.directory import DirectoryTarget
from obsdash.http import Auth, Client
from obsdash.resource import ALERTMANAGER, DASHBOARD, DATASOURCE, FOLDER, RULE_GROUP, Ref, Resource
from obsdash.target import apply_plan, plan_for
from tests.support.servers import (
    grafana_programs,
    program,
    prometheus_programs,
    running_grafana,
    running_prometheus,
    wait_until,
)

ANNOTATION = "Down:\n  since {{ $value }}\n"
RULES = Resource(
    Ref(RULE_GROUP, "api/errors"),
    {
        "name": "errors",
        "interval": "30s",
        "rules": [
            {
                "alert": "Down",
                "expr": 'up{job="1e3"}\n  == 0',
                "for": "1m",
                "labels": {"severity": "y", "tier": "1e3", "at": "22:30"},
                "annotations": {"description": ANNOTATION, "lead": "  two\nlines", "end": "x\n\n"},
            }
        ],
    },
)
ROUTES = Resource(
    Ref(ALERTMANAGER, "main"),
    {
        "route": {"receiver": "none", "group_by": ["alertname"], "group_wait": "30s"},
        "receivers": [{"name": "none"}],
    },
)
LOKI = Resource(
    Ref(DATASOURCE, "loki"),
    {
        "uid": "loki",
        "name": "Loki",
        "type": "loki",
        "access": "proxy",
        "url": "http://loki:3100/$x",
        "isDefault": False,
        "jsonData": {
            "derivedFields": [{"name": "t", "url": "${__value.raw}", "matcherRegex": "$"}]
        },
    },
    secrets={"httpHeaderValue1": "env:OBSDASH_TEST_SECRET"},
)


def dashboard(uid: str, folder: str) -> Resource:
    return Resource(Ref(DASHBOARD, uid), {"uid": uid, "title": f"{uid} $x", "panels": []}, folder)


def sync(root: Path, *wanted: Resource) -> None:
    target = DirectoryTarget(root)
    assert apply_plan(plan_for(target, wanted, prune=True), target).ok


@pytest.mark.parametrize("binary", prometheus_programs())
def test_a_prometheus_loads_the_rules_with_every_character(binary: str, tmp_path: Path) -> None:
    sync(tmp_path, RULES)
    config = "global: {}\nrule_files: [prometheus/rules/*.yml]\n"
    with (
        running_prometheus(binary, tmp_path, config=config) as server,
        Client(server.url) as client,
    ):
        (group,) = client.get_json("/api/v1/rules")["data"]["groups"]
    wanted = RULES.spec["rules"][0]
    (rule,) = group["rules"]
    assert (group["name"], group["interval"]) == ("errors", 30)
    assert rule["labels"] == wanted["labels"]
    assert rule["annotations"] == wanted["annotations"]


def test_amtool_accepts_the_alertmanager_file(tmp_path: Path) -> None:
    sync(tmp_path, ROUTES)
    file = tmp_path / "alertmanager/alertmanager.yml"
    subprocess.run([program("amtool"), "check-config", file], check=True, capture_output=True)


@pytest.mark.skipif(not grafana_programs(), reason="OBSDASH_TEST_GRAFANA names no Grafana")
@pytest.mark.parametrize("start", grafana_programs())
def test_a_grafana_shows_folders_dashboards_and_data_sources(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBSDASH_TEST_SECRET", "s3cret")
    root = tmp_path / "built $HOME"
    folders = [Resource(Ref(FOLDER, path), {"title": "x"}) for path in ("Shop", "Shop/Payments")]
    sync(root, *folders, LOKI, dashboard("pay", "Shop/Payments"), dashboard("home", ""))
    with (
        running_grafana(start, tmp_path, root / "grafana/provisioning") as server,
        Client(server.url, auth=Auth(user="admin", password="admin")) as client,
    ):

        def found() -> dict[str, Any]:
            hits = client.get_json("/api/search", {"type": "dash-db"})
            return {hit["uid"]: hit.get("folderTitle", "") for hit in hits}

        wait_until(lambda: len(found()) == 2, "two dashboards are provisioned")
        assert found() == {"pay": "Shop › Payments", "home": ""}
        shown = client.get_json("/api/dashboards/uid/pay")["dashboard"]
        assert shown["title"] == "pay $x"
        source = client.get_json("/api/datasources/uid/loki")
        assert source["url"] == LOKI.spec["url"]
        assert source["jsonData"] == LOKI.spec["jsonData"]
        assert source["secureJsonFields"] == {"httpHeaderValue1": True}
        assert source["readOnly"]

        sync(root, *folders, LOKI, dashboard("home", ""))
        wait_until(lambda: list(found()) == ["home"], "a removed dashboard goes", limit=45)
