"""An Alertmanager receiver's integrations as those of a Grafana contact point, by table."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from obsdash.author.notifications import messages
from obsdash.delivery.integrations import is_secret, with_setting
from obsdash.diff.routing.integrations import INTEGRATIONS
from obsdash.resource import Spec

_CALLED = re.compile(r'template\s+"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Shape:
    """How an integration of Alertmanager's reads in Grafana.

    settings: key there (dotted) → key here. secrets: key there, which `…_file` may be added to →
    key here. shared: key there → the global key that stands in for it. dropped: keys that Grafana
    has an equivalent of its own for, and what that is.
    """

    type: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)


_SMTP = "Grafana sends mail through the server in its own [smtp] settings"
_LINK = "Grafana links to its own list of alerts"

SHAPES: Mapping[str, Shape] = {
    "discord_configs": Shape(
        "discord",
        {"title": "title", "message": "message", "avatar_url": "avatar_url"},
        {"webhook_url": "url"},
    ),
    "email_configs": Shape(
        "email",
        {"to": "addresses", "headers.Subject": "subject", "text": "message"},
        dropped=dict.fromkeys(
            (
                *("from", "smarthost", "hello", "require_tls", "auth_username", "auth_password"),
                *("auth_password_file", "auth_secret", "auth_identity", "tls_config"),
            ),
            _SMTP,
        )
        | {"html": ""},  # what it says stands in `text`, too
    ),
    "msteams_configs": Shape(
        "teams", {"title": "title", "text": "message"}, {"webhook_url": "url"}
    ),
    "msteamsv2_configs": Shape(
        "teams", {"title": "title", "text": "message"}, {"webhook_url": "url"}
    ),
    "opsgenie_configs": Shape(
        "opsgenie",
        {"message": "message", "description": "description", "api_url": "apiUrl"},
        {"api_key": "apiKey"},
        {"api_key": "opsgenie_api_key", "api_url": "opsgenie_api_url"},
        {"priority": "Grafana takes it from the label og_priority"},
    ),
    "pagerduty_configs": Shape(
        "pagerduty",
        {
            **{key: key for key in ("severity", "class", "component", "group", "source")},
            **{key: key for key in ("client", "client_url", "url")},
            "description": "summary",
            "details": "details",
        },
        {"routing_key": "integrationKey", "service_key": "integrationKey"},
        {"url": "pagerduty_url"},
    ),
    "pushover_configs": Shape(
        "pushover",
        {key: key for key in ("title", "message", "priority", "sound", "device")},
        {"user_key": "userKey", "token": "apiToken"},
    ),
    "slack_configs": Shape(
        "slack",
        {
            **{key: key for key in ("username", "icon_emoji", "icon_url", "color", "footer")},
            "channel": "recipient",
            "title": "title",
            "text": "text",
        },
        {"api_url": "url"},
        {"api_url": "slack_api_url"},
        {
            "title_link": _LINK,
            "fallback": "",
            "mrkdwn_in": "",
            "link_names": "",
            "short_fields": "",
        },
    ),
    "telegram_configs": Shape(
        "telegram",
        {
            "chat_id": "chatid",
            "message": "message",
            "parse_mode": "parse_mode",
            "message_thread_id": "message_thread_id",
            "disable_notifications": "disable_notification",
        },
        {"bot_token": "bottoken"},
        {"bot_token": "telegram_bot_token"},
    ),
    "webex_configs": Shape(
        "webex",
        {"room_id": "room_id", "message": "message", "api_url": "api_url"},
        {"http_config.authorization.credentials": "bot_token"},
    ),
    "webhook_configs": Shape(
        "webhook",
        {
            "max_alerts": "maxAlerts",
            "http_config.basic_auth.username": "username",
            "http_config.authorization.type": "authorization_scheme",
        },
        {
            "url": "url",
            "http_config.basic_auth.password": "password",
            "http_config.authorization.credentials": "authorization_credentials",
        },
    ),
}
# What says nothing that Grafana would not do.
_QUIET = ("send_resolved", "http_config.follow_redirects", "http_config.enable_http2")


@dataclass(slots=True)
class Integration:
    """One integration of a contact point; secrets: key → reference."""

    type: str
    settings: Spec = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    silent: bool = False

    def spec(self, uid: str) -> Spec:
        """Return what the contact point holds of it."""
        return {
            "uid": uid,
            "type": self.type,
            "settings": self.settings,
            "disableResolveMessage": self.silent,
        }


def uid_of(contact_point: str, kind: str, number: int) -> str:
    """Return the uid of a contact point's integration: the same in every build."""
    digest = sha256(f"{contact_point}\0{kind}\0{number}".encode()).hexdigest()[:16]
    return f"obsdash-{kind[:12].lower()}-{digest}"


@dataclass(frozen=True, slots=True)
class Translator:
    """Translate integrations of one configuration.

    shared: its `global`. references: path of a secret's file → reference; a path without one is a
    reference itself. templates: names that notifications can call. say: is told what gets lost.
    """

    shared: Mapping[str, Any]
    references: Mapping[str, str]
    templates: Collection[str]
    say: Callable[[str], None]

    def translate(self, key: str, config: Mapping[str, Any]) -> Integration:
        """Return an entry of `slack_configs` or the like as Grafana's.

        Raises ValueError with a reason when it cannot be carried over at all.
        """
        if key not in SHAPES:
            raise ValueError(f"Grafana has no integration for {key}")
        shape = SHAPES[key]
        quiet = not config.get("send_resolved", _defaults(key).get("send_resolved", (True,))[0])
        found = Integration(shape.type, silent=quiet)
        for name, value in self._options(shape, config):
            if name not in _QUIET and value not in _defaults(key).get(name, ()):
                self._carry(shape, found, name, value)
        _finish(found)
        _check(shape, found)
        return found

    def _options(self, shape: Shape, config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield the options that are set, by dotted key, those of `global` for what is missing."""
        own = dict(_flat(config))
        yield from own.items()
        for key, of_all in shape.shared.items():
            if key not in own and f"{key}_file" not in own:
                for ending in ("", "_file"):
                    if value := self.shared.get(f"{of_all}{ending}"):
                        yield f"{key}{ending}", value

    def _carry(self, shape: Shape, found: Integration, name: str, value: Any) -> None:
        """Put one option where it belongs, or say that it is lost."""
        secret = name.removesuffix("_file")
        if secret in shape.secrets and name != secret:
            reference = self.references.get(str(value), f"file:{value}")
            found.secrets[shape.secrets[secret]] = reference
        elif name in shape.secrets:
            _in_plain_sight(found, shape.secrets[name], name, value)
        elif name in shape.settings:
            self._set(found, shape.settings[name], value)
        elif name not in shape.dropped:
            self.say(f"{shape.type}: Grafana has nothing like {name}")
        elif shape.dropped[name] and value != messages.ALERTMANAGER_LINK:
            self.say(f"{shape.type}: {shape.dropped[name]}")

    def _set(self, found: Integration, setting: str, value: Any) -> None:
        known = (*self.templates, "default.title", "default.message", "teams.default.message")
        missing = [
            one for one in _CALLED.findall(str(value)) if one not in known and one[:2] != "__"
        ]
        if missing:
            self.say(
                f"{found.type}: {setting} stays Grafana's own: it has no template {missing[0]!r}"
            )
        else:
            found.settings = with_setting(found.settings, setting, _text(value))


def _defaults(key: str) -> Mapping[str, tuple[Any, ...]]:
    return INTEGRATIONS[key]


_WHOLE = ("details", "tls_config")  # what is below has names of its own


def _flat(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in config.items():
        if isinstance(value, dict) and key not in _WHOLE:
            yield from _flat(value, f"{prefix}{key}.")
        elif value not in (None, "", [], {}):
            yield f"{prefix}{key}", value


def _in_plain_sight(found: Integration, setting: str, name: str, value: Any) -> None:
    if is_secret(found.type, setting):
        raise ValueError(f"{name} is a secret in plain sight: name the file of it, {name}_file")
    found.settings = with_setting(found.settings, setting, str(value))


def _check(shape: Shape, found: Integration) -> None:
    """Refuse what can tell nobody."""
    needed = [name for name, setting in shape.secrets.items() if is_secret(shape.type, setting)]
    if needed and shape.type != "webhook" and not found.secrets:
        raise ValueError(f"it has no {' or '.join(f'{name}_file' for name in needed)}")


def _text(value: Any) -> Any:
    """Write a text for Grafana: links lead to its own pages."""
    if isinstance(value, dict):
        return {key: _text(one) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    value = value.replace(messages.SILENCE, "{{ $silence := .SilenceURL }}")
    return value.replace(messages.ALERTMANAGER_LINK, "{{ .ExternalURL }}alerting/list")


def _finish(found: Integration) -> None:
    """Make up for what Grafana reads in another way."""
    settings = found.settings
    if found.type == "telegram" and "chatid" in settings:
        settings["chatid"] = str(settings["chatid"])
    if found.type == "opsgenie":
        base = str(settings.get("apiUrl", "https://api.opsgenie.com/")).rstrip("/")
        settings["apiUrl"] = base if base.endswith("/v2/alerts") else f"{base}/v2/alerts"
    if found.type == "webhook":
        settings.setdefault("httpMethod", "POST")
    if found.type == "email":
        settings.setdefault("singleEmail", True)
