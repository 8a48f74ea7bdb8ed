"""Which settings of Grafana's contact point integrations are secrets: data, read off 9.3 and 13."""

from collections.abc import Iterator, Mapping
from typing import Any

REDACTED = "[REDACTED]"  # what Grafana shows in place of a secret

# Grafana keeps these to itself.
_SECRETS: Mapping[str, tuple[str, ...]] = {
    "LINE": ("token",),
    "discord": ("url",),
    "jira": ("user", "password", "api_token"),
    "kafka": ("password",),
    "mqtt": ("password", "tlsConfig.caCertificate", "tlsConfig.clientCertificate"),
    "oncall": ("password", "authorization_credentials"),
    "opsgenie": ("apiKey",),
    "pagerduty": ("integrationKey",),
    "prometheus-alertmanager": ("basicAuthPassword",),
    "pushover": ("apiToken", "userKey"),
    "sensugo": ("apikey",),
    "slack": ("url", "token"),
    "sns": ("sigv4.access_key", "sigv4.secret_key"),
    "telegram": ("bottoken",),
    "threema": ("api_secret",),
    "victorops": ("url",),
    "webex": ("bot_token",),
    "webhook": ("password", "authorization_credentials", "hmacConfig.secret"),
    "wecom": ("url", "secret"),
}
# Addresses that let whoever knows them post; some versions show them.
_ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "dingding": ("url",),
    "googlechat": ("url",),
    "teams": ("url",),
}
# An address that may hold a secret, but need not.
_PERHAPS: Mapping[str, tuple[str, ...]] = {"oncall": ("url",), "webhook": ("url",)}


def is_secret(kind: str, key: str) -> bool:
    """Whether a setting (`tlsConfig.clientKey` for a nested one) must not be in plain sight."""
    parts = key.rpartition(".")
    return (
        key in (*_SECRETS.get(kind, ()), *_ADDRESSES.get(kind, ()))
        or parts[2] in ("clientKey", "client_secret")
        or (parts[2].endswith("Certificate") and "onfig" in parts[0])
    )


def may_be_secret(kind: str, key: str) -> bool:
    """Whether a setting is a secret, or may be one."""
    return is_secret(kind, key) or key in _PERHAPS.get(kind, ())


def settings_in(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the settings that are no objects, by dotted key."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from settings_in(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def with_setting(settings: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Return settings with one more, by dotted key."""
    first, _, rest = key.partition(".")
    if not rest:
        return {**settings, first: value}
    inner = settings.get(first)
    return {**settings, first: with_setting(inner if isinstance(inner, dict) else {}, rest, value)}


def without_setting(settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return settings without one, by dotted key; an object that it leaves empty goes, too."""
    first, _, rest = key.partition(".")
    inner = settings.get(first)
    kept = {name: value for name, value in settings.items() if name != first}
    if not rest or not isinstance(inner, dict):
        return kept
    left = without_setting(inner, rest)
    return {
        name: left if name == first else settings[name]
        for name in settings
        if left or name != first
    }
