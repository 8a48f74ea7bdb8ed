"""Our own routing: every alert reaches the people its severity asks for."""

import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

from obsdash.project import load_project
from obsdash.resource import Environment

ROOT = Path(__file__).parents[2]
MAIL = {
    "email_to": "ops@example.com",
    "smtp_smarthost": "mail.example.com:587",
    "smtp_from": "alerts@example.com",
    "smtp_username": "alerts",
}
SECRETS = ("SLACK_WEBHOOK_URL", "DISCORD_WEBHOOK_URL", "SMTP_PASSWORD")

needs_amtool = pytest.mark.skipif(which("amtool") is None, reason="amtool is not installed")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)


def _config(**variables: str) -> dict[str, Any]:
    project = load_project(ROOT, Environment("local", variables))
    assert project.errors == ()
    (resource,) = [r for r in project.resources if r.ref.kind == "alertmanager"]
    return resource.spec


def _amtool(tmp_path: Path, config: dict[str, Any], *arguments: str) -> str:
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    words = [str(file) if word == "FILE" else word for word in arguments]
    done = subprocess.run(["amtool", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_all_three_channels_are_there_when_they_are_set_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "x")

    receivers = {r["name"]: r.keys() - {"name"} for r in _config(**MAIL)["receivers"]}

    assert receivers["critical"] == {"slack_configs", "discord_configs", "email_configs"}
    assert receivers["warning"] == {"slack_configs", "discord_configs"}


def test_critical_alerts_have_a_slack_channel_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "x")

    channels = {r["name"]: r["slack_configs"][0]["channel"] for r in _config()["receivers"]}

    assert channels["critical"] != channels["warning"]


def test_without_a_channel_the_configuration_names_nobody() -> None:
    assert _config()["receivers"] == [{"name": "none"}]


@needs_amtool
@pytest.mark.parametrize("set_up", [(), ("SLACK_WEBHOOK_URL",), ("SMTP_PASSWORD",)])
def test_the_alertmanager_of_debian_12_accepts_it(
    set_up: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set_up:
        monkeypatch.setenv(name, "x")
    config = _config(**MAIL, alertmanager_version="0.25")

    assert "SUCCESS" in _amtool(tmp_path, config, "check-config", "FILE")


@needs_amtool
@pytest.mark.parametrize(
    ("severity", "receiver"),
    [
        ("critical", "critical"),
        ("page", "critical"),
        ("warning", "warning"),
        ("ticket", "warning"),
        ("info", "info"),
        ("unheard-of", "default"),
    ],
)
def test_severity_decides_who_is_told(
    severity: str, receiver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "x")
    routes = ("config", "routes", "test", "--config.file", "FILE", f"severity={severity}")

    assert _amtool(tmp_path, _config(), *routes) == receiver


@needs_amtool
def test_every_alert_is_routed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "x")
    project = load_project(ROOT, Environment("local"))
    severities = {
        rule["labels"]["severity"]
        for group in project.resources
        if group.ref.kind in ("rule-group", "loki-rule-group")
        for rule in group.spec["rules"]
        if "alert" in rule
    }

    for severity in severities:
        routes = ("config", "routes", "test", "--config.file", "FILE", f"severity={severity}")
        assert _amtool(tmp_path, _config(), *routes) != "default", severity
