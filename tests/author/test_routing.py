"""Routing: by label, to the channels that are set up, in the words of Alertmanager."""

import os
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

from obsdash import secrets
from obsdash.author import (
    Discord,
    Email,
    Inhibit,
    OpsGenie,
    PagerDuty,
    Route,
    Routing,
    Slack,
    Teams,
    Telegram,
    Webhook,
)
from obsdash.author.notifications.channels import Channel
from obsdash.errors import DefinitionError
from obsdash.project import load_project
from obsdash.resource import Environment

SLACK = Slack(url="env:TEST_SLACK", channel="#alerts")
DISCORD = Discord(url="env:TEST_DISCORD")
PAGER = PagerDuty(routing_key="env:TEST_PAGER")
MAIL = Email(
    to="ops@example.com",
    smarthost="mail.example.com:587",
    sender="alerts@example.com",
    username="alerts",
    password="env:TEST_PASSWORD",
)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK", "DISCORD", "PAGER", "PASSWORD"):
        monkeypatch.delenv(f"TEST_{name}", raising=False)


def _config(*to: Channel, **options: Any) -> dict[str, Any]:
    route = Route("critical", match={"severity": "critical"}, to=to or (SLACK,))
    routing = Routing(**{"routes": [route], "fallback": [SLACK], **options})
    (resource,) = routing.resources()
    assert str(resource.ref) == "alertmanager/main"
    return resource.spec


def _receivers(config: dict[str, Any]) -> dict[str, list[str]]:
    return {r["name"]: sorted(r.keys() - {"name"}) for r in config["receivers"]}


def test_a_route_tells_every_channel_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SLACK", "https://hooks.example.com/x")
    monkeypatch.setenv("TEST_PAGER", "key")

    config = _config(SLACK, DISCORD, PAGER)

    assert _receivers(config)["critical"] == ["pagerduty_configs", "slack_configs"]
    assert config["route"]["routes"] == [
        {"receiver": "critical", "matchers": ['severity="critical"']}
    ]


def test_a_route_without_a_channel_left_goes_to_the_fallback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_DISCORD", "https://discord.example.com/x")

    config = _config(PAGER, fallback=[SLACK, DISCORD])

    assert config["route"]["receiver"] == "default"
    assert config["route"]["routes"][0]["receiver"] == "default"
    assert _receivers(config) == {"default": ["discord_configs"]}


def test_without_any_channel_nobody_is_told_and_nothing_is_half_configured() -> None:
    config = _config(SLACK, MAIL)

    assert config["route"]["routes"][0]["receiver"] == "none"
    assert config["receivers"] == [{"name": "none"}]


def test_an_empty_secret_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SLACK", "")

    assert _receivers(_config()) == {"none": []}


def test_a_channel_may_be_switched_off_by_an_empty_reference() -> None:
    assert not Slack(url="").is_set()


def test_a_secret_reaches_alertmanager_as_the_path_of_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TEST_SLACK", "https://hooks.example.com/very-secret")
    key = tmp_path / "key"
    key.write_text("very-secret\n")

    config = _config(SLACK, PagerDuty(routing_key=f"file:{key}"), secrets_dir="/etc/am/secrets/")

    (receiver,) = [r for r in config["receivers"] if r["name"] == "critical"]
    assert receiver["slack_configs"][0]["api_url_file"] == "/etc/am/secrets/TEST_SLACK"
    assert receiver["pagerduty_configs"][0]["routing_key_file"] == str(key)
    assert "very-secret" not in str(config)


def test_a_secret_itself_is_refused_and_not_repeated() -> None:
    with pytest.raises(DefinitionError, match="must be a reference") as refused:
        Slack(url="https://hooks.example.com/very-secret")

    assert "very-secret" not in f"{refused.value} {refused.value.help}"


def test_a_webhook_may_be_a_plain_address() -> None:
    config = _config(Webhook(url="http://bot.example.com:8080/alerts"))

    (receiver,) = [r for r in config["receivers"] if r["name"] == "critical"]
    assert receiver["webhook_configs"] == [
        {"send_resolved": True, "url": "http://bot.example.com:8080/alerts"}
    ]


@pytest.mark.parametrize("missing", ["to", "smarthost", "sender"])
def test_mail_without_an_address_or_server_is_left_out(missing: str) -> None:
    known: dict[str, Any] = {
        "to": "a@example.com",
        "smarthost": "mail:25",
        "sender": "b@example.com",
    }

    assert Email(**known).is_set()
    assert not Email(**{**known, missing: ""}).is_set()


def test_several_values_of_a_label_are_alternatives_taken_literally() -> None:
    route = Route("a", match={"severity": ("critical", "page"), "host": ["a.b"]}, to=[SLACK])

    (routing,) = Routing(routes=[route], fallback=[]).resources()

    assert routing.spec["route"]["routes"][0]["matchers"] == [
        'severity=~"critical|page"',
        r'host=~"a\\.b"',
    ]


def test_an_inhibition_needs_the_thing_to_be_named() -> None:
    """Alerts of different things that both lack `job` are equal to Alertmanager."""
    inhibit = Inhibit(
        source={"severity": "critical"}, target={"severity": "info"}, equal=["job", "instance"]
    )

    assert inhibit.rule() == {
        "source_matchers": ['severity="critical"', 'job!=""'],
        "target_matchers": ['severity="info"'],
        "equal": ["job", "instance"],
    }


@pytest.mark.parametrize(
    ("channel", "oldest", "needed"),
    [(DISCORD, "0.25", "0.27"), (Teams(url="env:TEST_DISCORD"), "0.27", "0.28")],
)
def test_a_channel_that_an_old_alertmanager_cannot_read_is_refused(
    channel: Channel, oldest: str, needed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DISCORD", "https://discord.example.com/x")

    with pytest.raises(DefinitionError, match=f"{needed} is the first that can"):
        _config(channel, oldest=oldest)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Route("a", match={}, to=[SLACK]), "matches no label"),
        (lambda: Route("a", match={"a b": "c"}, to=[SLACK]), "is not a label name"),
        (lambda: Route("a", match={"a": "b"}, to=[]), "leads nowhere"),
        (lambda: Route("default", match={"a": "b"}, to=[SLACK]), "is taken"),
        (lambda: Route("a", match={"a": "b"}, to=[SLACK], group_wait="10"), "no duration"),
        (lambda: _config(oldest="new"), "not a version"),
        (
            lambda: Routing(routes=[Route("a", match={"a": "b"}, to=[SLACK])] * 2, fallback=[]),
            "is used twice",
        ),
        (lambda: Inhibit(source={"a": "b"}, target={"c": "d"}, equal=[]), "silences everything"),
        (lambda: Email(to="a", smarthost="b", sender="c", username="d"), "needs a password"),
    ],
)
def test_a_routing_that_cannot_be_is_refused(make: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        make()


def test_receivers_and_their_channels_know_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SLACK", "x")
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "routing.py").write_text(
        "from obsdash.author import Route, Routing, Slack\n"
        "slack = Slack(url='env:TEST_SLACK')\n"
        "route = Route('all', match={'a': 'b'}, to=[slack])\n"
        "routing = Routing(routes=[route], fallback=[])\n"
    )

    (resource,) = load_project(tmp_path, Environment("local")).resources

    assert str(resource.origin) == "alerts/routing.py:4"
    assert str(resource.origin_of("/receivers/1")) == "alerts/routing.py:3"
    assert str(resource.origin_of("/receivers/1/slack_configs/0/title")) == "alerts/routing.py:2"


@pytest.mark.skipif(which("amtool") is None, reason="amtool is not installed")
@pytest.mark.parametrize("set_up", [(), ("SLACK",), ("SLACK", "PAGER", "PASSWORD")])
def test_alertmanager_accepts_the_configuration_whatever_is_set(
    set_up: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set_up:
        monkeypatch.setenv(f"TEST_{name}", "x")
    file = tmp_path / "alertmanager.yml"
    inhibit = Inhibit(source={"a": 'q"uote'}, target={"a": "ünï"}, equal=["job"])
    config = _config(SLACK, PAGER, MAIL, Webhook(url="http://x"), oldest="0.25", inhibit=[inhibit])
    file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")

    done = subprocess.run(
        ["amtool", "check-config", str(file)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_telegram_chat_is_a_number() -> None:
    with pytest.raises(DefinitionError, match="not the number of a chat"):
        Telegram(token="env:TEST_BOT", chat="@shop")  # type: ignore[arg-type]


def test_every_channel_is_accepted_by_a_current_alertmanager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amtool = newest_amtool()
    channels = [
        SLACK,
        DISCORD,
        PAGER,
        MAIL,
        Teams(url="env:TEST_TEAMS"),
        OpsGenie(api_key="env:TEST_OPSGENIE"),
        Telegram(token="env:TEST_BOT", chat=-100123),
        Webhook(url="env:TEST_HOOK"),
    ]
    with secrets.taken_as_set():
        config = _config(*channels)
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")

    done = subprocess.run([amtool, "check-config", file], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(_receivers(config)["critical"]) == len(channels)


def newest_amtool() -> str:
    """Return the amtool beside an Alertmanager that OBSDASH_TEST_ALERTMANAGER_BIN names."""
    for place in filter(None, os.environ.get("OBSDASH_TEST_ALERTMANAGER_BIN", "").split(":")):
        folder = Path(place) if Path(place).is_dir() else Path(place).parent
        if (folder / "amtool").is_file():
            return str(folder / "amtool")
    pytest.skip("OBSDASH_TEST_ALERTMANAGER_BIN names no Alertmanager with an amtool beside it")
