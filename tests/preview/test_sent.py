"""What a real Alertmanager sends to servers of the channels' shapes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson
import pytest

from obsdash import secrets
from obsdash.alertmanager.files import encode
from obsdash.author import (
    Discord,
    OpsGenie,
    PagerDuty,
    Route,
    Routing,
    Slack,
    Teams,
    Telegram,
    Webhook,
)
from obsdash.resource import Spec
from tests.preview.test_preview import HUGE
from tests.support.servers import (
    Answer,
    Asked,
    Canned,
    alertmanager_programs,
    canned,
    running_alertmanager,
    wait_until,
)

CHANNELS = ("slack", "discord", "teams", "telegram", "hook", "opsgenie", "pagerduty")


@pytest.fixture(scope="module")
def binary() -> str:
    """The newest Alertmanager: Teams needs 0.28."""
    known = alertmanager_programs()
    if not known or "OBSDASH_TEST_ALERTMANAGER_BIN" not in os.environ:
        pytest.skip("OBSDASH_TEST_ALERTMANAGER_BIN names no Alertmanager that knows all channels")
    return known[-1]


def answer(asked: Asked) -> Answer:
    if "/bot" in asked.path:
        chat = {"id": 1, "type": "group"}
        done = {"ok": True, "result": {"message_id": 1, "date": 0, "chat": chat}}
        return 200, "application/json", orjson.dumps(done)
    return 202 if "pagerduty" in asked.path else 200, "text/plain", b"ok"


@contextmanager
def told(binary: str, folder: Path, alerts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Have an Alertmanager tell every channel of alerts; yield what each was sent."""
    with canned(answer) as server:
        config = _local(_spec(folder, server.url), server.url)
        with running_alertmanager(binary, folder, encode(config, "shop").decode()) as manager:
            request = Request(
                f"{manager.url}/api/v2/alerts",
                orjson.dumps(alerts),
                {"Content-Type": "application/json"},
            )
            urlopen(request).close()
            wait_until(lambda: len(_sent(server)) >= len(CHANNELS), "every channel is told")
            yield _sent(server)


def _spec(folder: Path, url: str) -> Spec:
    files = {name: f"{url}/{name}" for name in CHANNELS} | {"telegram": "1:token"}
    for name, value in files.items():
        (folder / name).write_text(value)
    ref = {name: f"file:{folder / name}" for name in CHANNELS}
    channels = [
        Slack(url=ref["slack"]),
        Discord(url=ref["discord"]),
        Teams(url=ref["teams"]),
        Telegram(token=ref["telegram"], chat=1),
        Webhook(url=ref["hook"]),
        OpsGenie(api_key=ref["opsgenie"]),
        PagerDuty(routing_key=ref["pagerduty"]),
    ]
    route = Route("all", match={"severity": "critical"}, to=channels, group_wait="1s")
    with secrets.taken_as_set():
        (resource,) = Routing(routes=[route], fallback=[], group_by=["alertname"]).resources()
    return resource.spec


def _local(spec: Spec, url: str) -> Spec:
    """Lead the channels of fixed addresses to our server."""
    shared = {
        "opsgenie_api_url": f"{url}/opsgenie/",
        "pagerduty_url": f"{url}/pagerduty",
        "telegram_api_url": url,
    }
    return {**spec, "global": {**spec["global"], **shared}}


def _sent(server: Canned) -> dict[str, Any]:
    found = {}
    for asked in list(server.asked):
        name = "telegram" if "/bot" in asked.path else asked.path.strip("/").split("/")[0]
        found[name] = orjson.loads(asked.body)
    return found


def alert(labels: dict[str, str], annotations: dict[str, str]) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "labels": {**labels, "severity": "critical"},
        "annotations": annotations,
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
    }


class Tags(HTMLParser):
    """Fails on a tag that is closed in the wrong place or never."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_channel_is_told_of_one_alert(binary: str, tmp_path: Path) -> None:
    one = alert(
        {"alertname": "Down", "job": "api"},
        {
            "summary": "api <1> is down",
            "description": "It & all.",
            "dashboard": "https://grafana.example.com/d/x?viewPanel=4",
            "runbook_url": "https://runbooks.example.com/Down",
        },
    )
    with told(binary, tmp_path, [one]) as sent:
        slack, discord = sent["slack"]["attachments"][0], sent["discord"]["embeds"][0]
        assert slack["title"] == discord["title"] == "[FIRING:1] Down · api"
        assert slack["text"].startswith("*api &lt;1&gt; is down*\nIt &amp; all.\n<https://grafana")
        assert discord["description"].startswith("**api <1> is down**\nIt & all.\n[Panel](https:")
        assert "<b>api &lt;1&gt; is down</b>\nIt &amp; all.\n<a href=" in sent["telegram"]["text"]
        assert sent["telegram"]["parse_mode"] == "HTML"
        assert "**api <1> is down**" in str(sent["teams"])
        assert sent["opsgenie"]["description"].startswith("api <1> is down\nIt & all.\nPanel: ")
        assert sent["pagerduty"]["payload"]["severity"] == "critical"
        assert "api <1> is down" in sent["pagerduty"]["payload"]["custom_details"]["alerts"]
        assert sent["hook"]["alerts"][0]["labels"]["alertname"] == "Down"


def test_a_hundred_long_alerts_arrive_whole_at_every_channel(binary: str, tmp_path: Path) -> None:
    alerts = [alert(dict(one.labels), dict(one.annotations)) for one in HUGE]
    with told(binary, tmp_path, alerts) as sent:
        texts = {
            "slack": sent["slack"]["attachments"][0]["text"],
            "discord": sent["discord"]["embeds"][0]["description"],
            "telegram": sent["telegram"]["text"],
            "opsgenie": sent["opsgenie"]["description"],
        }
        for name, text in texts.items():
            assert text.rstrip().endswith("… and 100 in all"), name
        assert len(orjson.dumps(sent["teams"])) < 28_000
        assert len(sent["hook"]["alerts"]) == 100
        tags = Tags()
        tags.feed(sent["telegram"]["text"])
        assert tags.open == []
