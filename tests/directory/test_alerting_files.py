"""Grafana's alerting from files: what a Grafana reads there is what was defined."""

from pathlib import Path
from typing import Any

import pytest

from obsdash.delivery.alertrules import ManagedRules
from obsdash.delivery.rulefiles import RuleFiles
from obsdash.directory import DirectoryTarget
from obsdash.disk import yaml
from obsdash.grafana import GrafanaTarget
from obsdash.http import Auth, Client
from obsdash.plan import Plan
from obsdash.resource import (
    ALERTMANAGER,
    CONTACT_POINT,
    LOKI_RULE_GROUP,
    MESSAGE_TEMPLATE,
    RULE_GROUP,
    Ref,
    Resource,
)
from obsdash.target import apply_plan, plan_for
from tests.support.servers import grafana_programs, running_grafana, wait_until

MANAGED = ManagedRules("shop", "Alerts", prometheus="prom", loki="logs", records=False)
GRAFANA = RuleFiles(outputs=("grafana",), managed=MANAGED, routing=("grafana",))
FOLDER = "grafana/provisioning/alerting"
RULES = Resource(
    Ref(RULE_GROUP, "api/errors"),
    {
        "name": "errors $x",
        "interval": "30s",
        "rules": [
            {
                "alert": "Down",
                "expr": 'up{job=~"a$"} == 0',
                "for": "90s",
                "labels": {"severity": "critical", "price": "$5"},
                "annotations": {"summary": "{{ $labels.job }} is {{ $value }}, $HOME"},
            },
            {"record": "job:up:sum", "expr": "sum by (job) (up)"},
        ],
    },
)
LOGS = Resource(
    Ref(LOKI_RULE_GROUP, "logs/errors"),
    {"name": "logs", "rules": [{"alert": "Noisy", "expr": 'rate({app="a"} |= "$x" [1m]) > 1'}]},
)
TEXT = '{{ define "shop.title" }}costs ${{ .Status }}{{ end }}'
TEMPLATE = Resource(Ref(MESSAGE_TEMPLATE, "shop.title"), {"name": "shop.title", "template": TEXT})
NIGHTS = {
    "name": "nights",
    "time_intervals": [
        {
            "times": [{"start_time": "22:00", "end_time": "24:00"}],
            "weekdays": ["saturday", "monday:wednesday"],
            "months": ["may:august"],
            "location": "Europe/Berlin",
        }
    ],
}
ROUTING = Resource(
    Ref(ALERTMANAGER, "main"),
    {
        "route": {
            "receiver": "none",
            "group_by": ["alertname"],
            "routes": [
                {
                    "receiver": "pager",
                    "matchers": ['team=~"shop$|pay"', 'severity="critical"'],
                    "mute_time_intervals": ["nights"],
                    "repeat_interval": "24h",
                }
            ],
        },
        "receivers": [
            {"name": "none"},
            {
                "name": "pager",
                "slack_configs": [
                    {
                        "api_url_file": "/run/secrets/SLACK_URL",
                        "channel": "#a$b",
                        "title": '{{ template "shop.title" . }}',
                    }
                ],
                "webhook_configs": [{"url": "http://127.0.0.1:1/$x", "max_alerts": 3}],
            },
        ],
        "time_intervals": [NIGHTS],
    },
    secrets={"/run/secrets/SLACK_URL": "env:OBSDASH_TEST_SLACK"},
)
ALL = (RULES, LOGS, TEMPLATE, ROUTING)


def plan(root: Path, *wanted: Resource, rules: RuleFiles = GRAFANA) -> Plan:
    return plan_for(DirectoryTarget(root, rules=rules), wanted, prune=True)


def sync(root: Path, *wanted: Resource, rules: RuleFiles = GRAFANA) -> None:
    assert apply_plan(plan(root, *wanted, rules=rules), DirectoryTarget(root, rules=rules)).ok


def document(root: Path, name: str) -> Any:
    return yaml.load((root / FOLDER / name).read_bytes())


def test_what_was_written_is_as_defined_also_when_it_is_read_again(tmp_path: Path) -> None:
    sync(tmp_path, *ALL)
    again = plan(tmp_path, *ALL)
    assert not again
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == [
        "obsdash-contact-points.yaml",
        "obsdash-mute-timings.yaml",
        "obsdash-policies.yaml",
        "obsdash-rules.yaml",
        "obsdash-templates.yaml",
    ]
    other = {**RULES.spec, "interval": "1m"}
    (action,) = plan(tmp_path, *ALL[1:], Resource(RULES.ref, other)).actions
    assert [change.text for change in action.changes] == ["interval 30s → 1m"]  # type: ignore[union-attr]


def test_rules_and_routing_are_written_for_whom_the_folder_names(tmp_path: Path) -> None:
    sync(tmp_path, *ALL, rules=RuleFiles())
    assert (tmp_path / "prometheus/rules/api.yml").exists()
    assert (tmp_path / "alertmanager/alertmanager.yml").exists()
    assert not (tmp_path / FOLDER / "obsdash-rules.yaml").exists()
    sync(tmp_path, *ALL)
    for left in ("prometheus/rules/api.yml", "loki/rules/fake/logs.yml", "alertmanager/x"):
        assert not (tmp_path / left).exists()
    assert not (tmp_path / "alertmanager/alertmanager.yml").exists()


def test_a_secret_stands_in_a_file_as_what_grafana_replaces(tmp_path: Path) -> None:
    sync(tmp_path, *ALL)
    (point,) = document(tmp_path, "obsdash-contact-points.yaml")["contactPoints"]
    slack, hook = point["receivers"]
    assert slack["settings"]["url"] == "$__env{OBSDASH_TEST_SLACK}"
    assert slack["settings"]["recipient"] == "#a$$b"
    assert hook["settings"]["url"] == "http://127.0.0.1:1/$$x"


def test_a_changed_reference_of_a_secret_is_a_change(tmp_path: Path) -> None:
    sync(tmp_path, *ALL)
    secrets = {"/run/secrets/SLACK_URL": "env:ANOTHER"}
    changed = Resource(ROUTING.ref, ROUTING.spec, secrets=secrets)
    (action,) = plan(tmp_path, RULES, LOGS, TEMPLATE, changed).actions
    assert action.ref == Ref(CONTACT_POINT, "pager")


def test_what_was_left_out_of_a_folder_is_said(tmp_path: Path) -> None:
    cautions = plan(tmp_path, *ALL).cautions
    assert any("records = false" in text for text in cautions)


def test_damaged_files_are_replaced(tmp_path: Path) -> None:
    sync(tmp_path, *ALL)
    for file in (tmp_path / FOLDER).iterdir():
        file.write_text("policies: 3\ncontactPoints: [1]\ngroups: {}\n")
    assert len(plan(tmp_path, *ALL).actions) == 7
    sync(tmp_path, *ALL)
    assert not plan(tmp_path, *ALL)


@pytest.mark.skipif(not grafana_programs(), reason="OBSDASH_TEST_GRAFANA names no Grafana")
@pytest.mark.parametrize("start", grafana_programs())
def test_a_grafana_holds_what_the_files_say(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same definitions, compared by the target that speaks to its API."""
    monkeypatch.setenv("OBSDASH_TEST_SLACK", "https://hooks.slack.invalid/x")
    sync(tmp_path, *ALL)
    auth = Auth(user="admin", password="admin")
    with (
        running_grafana(start, tmp_path, tmp_path / "grafana/provisioning") as server,
        Client(server.url, auth=auth) as client,
    ):
        wait_until(
            lambda: client.get_json("/api/v1/provisioning/mute-timings"), "it has read the files"
        )
        target = GrafanaTarget(server.url, project="shop", auth=auth, rules=MANAGED, routing=True)
        found = plan_for(target, ALL)
        held = {ref.kind for ref in found.unchanged}
        assert [(action.ref, getattr(action, "changes", "")) for action in found.actions] == []
        assert len(found.unchanged) == 8, held
