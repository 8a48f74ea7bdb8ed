"""End to end in a real Grafana: a rule fires, people read what they should, and that it is over."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from obsdash import secrets
from obsdash.delivery.alertrules import ManagedRules
from obsdash.grafana import GrafanaTarget
from obsdash.http import Auth
from obsdash.project import load_project
from obsdash.resource import Environment
from obsdash.target import apply_plan, plan_for
from tests.support.servers import (
    Canned,
    canned,
    grafana_programs,
    prometheus_programs,
    running_grafana,
    running_prometheus,
    wait_until,
)

PATIENCE = 120.0  # seconds: Grafana evaluates every ten, and groups what it tells
CONFIG = """\
global: {scrape_interval: 1s}
scrape_configs: [{job_name: shop, static_configs: [{targets: ["%s"]}]}]
"""
ALERTS = """\
from obsdash.author import Alert, Discord, Route, Routing, RuleGroup, Slack, Webhook, label, value

UP = Alert(
    "ShopUp",
    expr='up{{job="shop"}} == {level}',
    for_="0s",
    severity="critical",
    summary=f"{{label('job')}} is up",
    description=f"the value is {{value('humanize')}}",
    annotations={{"runbook_url": "https://wiki.example.com/up", "dashboard": "https://g/d/shop"}},
)
group = RuleGroup("shop", [UP], interval="10s")
routing = Routing(
    routes=[
        Route(
            "critical",
            match={{"severity": "critical"}},
            to=[Slack(url="env:T_SLACK"), Discord(url="env:T_DISCORD"), Webhook(url="{hook}")],
            group_wait="1s",
            group_interval="5s",
        ),
    ],
    fallback=[],
)
"""
SOURCE = """\
prom = {{
    "uid": "prom", "name": "prom", "type": "prometheus", "access": "proxy", "url": "{url}",
}}
"""


@dataclass
class Town:
    """A Grafana, a Prometheus, a project, and somebody who is told."""

    grafana: str
    prometheus: str
    told: Canned
    root: Path

    def sync(self, level: int) -> None:
        """Deliver the project, whose alert fires when `up` is the level."""
        hook = f"{self.told.url}/hook"
        for name, text in (
            ("alerts/shop.py", ALERTS.format(level=level, hook=hook)),
            ("datasources/all.py", SOURCE.format(url=self.prometheus)),
        ):
            (self.root / name).parent.mkdir(exist_ok=True, parents=True)
            (self.root / name).write_text(text, "utf-8")
        project = load_project(self.root, Environment("test"))
        assert project.errors == ()
        target = GrafanaTarget(
            self.grafana,
            project="shop",
            auth=Auth(user="admin", password="admin"),
            rules=ManagedRules("shop", "Alerts"),
            routing=True,
            secrets=partial(secrets.resolve, environ=self.environ),
        )
        report = apply_plan(plan_for(target, project.resources), target)
        assert report.ok, report

    @property
    def environ(self) -> dict[str, str]:
        return {"T_SLACK": f"{self.told.url}/slack", "T_DISCORD": f"{self.told.url}/discord"}

    def heard(self, path: str, word: str) -> list[str]:
        """Return the messages to a path that hold a word."""
        texts = (one.body.decode() for one in self.told.asked if one.path == path)
        return [text for text in texts if word in text]

    def wait(self, path: str, word: str) -> str:
        """Wait for a message; return it."""
        wait_until(lambda: bool(self.heard(path, word)), f"{path} hears {word}", limit=PATIENCE)
        return self.heard(path, word)[0]


@pytest.fixture(params=grafana_programs())
def town(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    (binary, *_) = prometheus_programs() or pytest.skip("prometheus is not installed")
    monkeypatch.setenv("T_SLACK", "set")
    monkeypatch.setenv("T_DISCORD", "set")
    with (
        canned((200, "text/plain", b"ok")) as told,
        running_prometheus(binary, tmp_path / "p", config=CONFIG % told.url.split("//")[1]) as p,
        running_grafana(request.param, tmp_path) as grafana,
    ):
        yield Town(grafana.url, p.url, told, tmp_path / "project")


@pytest.mark.skipif(not grafana_programs(), reason="OBSDASH_TEST_GRAFANA names no Grafana")
def test_an_alert_fires_people_read_it_and_it_resolves(town: Town) -> None:
    town.sync(level=0)
    slack = town.wait("/slack", "FIRING:1")
    for part in (
        "[FIRING:1] ShopUp · shop",
        "*shop is up*",
        "the value is 0",
        "<https://g/d/shop|Panel>",
        "<https://wiki.example.com/up|Runbook>",
        "/alerting/silence/new",
    ):
        assert part in _plain(slack), (part, slack)
    discord = town.wait("/discord", "FIRING:1")
    assert "**shop is up**" in discord
    hook = json.loads(town.wait("/hook", "firing"))
    (alert,) = hook["alerts"]
    assert alert["labels"]["alertname"] == "ShopUp"
    assert alert["labels"]["severity"] == "critical"
    assert alert["annotations"]["summary"] == "shop is up"
    assert "__obsdash__" not in alert["annotations"]

    town.sync(level=7)
    assert "[RESOLVED] ShopUp · shop" in _plain(town.wait("/slack", "RESOLVED"))
    assert json.loads(town.wait("/hook", "resolved"))["status"] == "resolved"


def _plain(body: str) -> str:
    """Return all texts of a JSON body."""
    return "\n".join(_texts(json.loads(body)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
