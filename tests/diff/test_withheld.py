"""Which values of an Alertmanager configuration are secrets."""

import pytest

from obsdash.diff.routing.withheld import in_plain_sight, withheld, without_secrets

SECRET = [
    ("slack_configs", {"api_url": "x"}, "api_url"),
    ("webhook_configs", {"url": "x"}, "url"),
    ("pagerduty_configs", {"routing_key": "x"}, "routing_key"),
    ("opsgenie_configs", {"api_key": "x"}, "api_key"),
    ("email_configs", {"auth_password": "x"}, "auth_password"),
    ("telegram_configs", {"bot_token": "x"}, "bot_token"),
    ("discord_configs", {"webhook_url": "x"}, "webhook_url"),
    ("sns_configs", {"sigv4": {"secret_key": "x"}}, "sigv4.secret_key"),
    ("jira_configs", {"basic_auth": {"password": "x"}}, "basic_auth.password"),
    ("jira_configs", {"authorization": {"credentials": "x"}}, "authorization.credentials"),
    ("jira_configs", {"http_headers": {"A": {"secrets": ["x"]}}}, "http_headers.A.secrets[0]"),
]
OPEN = [
    ("slack_configs", {"api_url_file": "x", "channel": "x"}),
    ("email_configs", {"auth_password_file": "x", "headers": {"X-Token": "x", "token": "x"}}),
    ("victorops_configs", {"routing_key": "x"}),
    ("pagerduty_configs", {"details": {"error_token": "x"}}),
    ("opsgenie_configs", {"api_url": "x", "details": {"key": "x"}}),
    ("webhook_configs", {"url": "", "url_file": "x"}),
]


@pytest.mark.parametrize(("kind", "integration", "place"), SECRET)
def test_what_alertmanager_does_not_show_is_a_secret(
    kind: str, integration: dict[str, object], place: str
) -> None:
    config = {"receivers": [{"name": "details", kind: [integration]}]}
    assert withheld(config) == {f"receivers[details].{kind}[0].{place}": "x"}
    assert "'x'" not in str(without_secrets(config))
    assert bool(list(in_plain_sight(config))) == (kind != "webhook_configs")


@pytest.mark.parametrize(("kind", "integration"), OPEN)
def test_what_it_shows_is_none(kind: str, integration: dict[str, object]) -> None:
    config = {"receivers": [{"name": "token", kind: [integration]}]}
    assert withheld(config) == {}
    assert without_secrets(config) == config
