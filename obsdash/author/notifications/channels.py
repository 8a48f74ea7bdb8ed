"""Where notifications go: one class a channel, each an integration of an Alertmanager receiver.

A secret is a reference, `env:NAME` or `file:/path`; what reaches Alertmanager is the path of a file
that holds it, never the value.
"""

import os
from dataclasses import dataclass, field
from typing import Any, ClassVar

from obsdash import secrets
from obsdash.author.document import place
from obsdash.author.notifications import messages
from obsdash.errors import ConfigError, DefinitionError
from obsdash.origin import Origin

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """Where Alertmanager finds the secrets: `env:NAME` is the file NAME in the folder."""

    folder: str

    def path(self, reference: str) -> str:
        """Return the path of the file that holds a secret."""
        scheme, _, rest = reference.partition(":")
        return rest if scheme == "file" else f"{self.folder.rstrip('/')}/{rest}"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way to tell people."""

    key: ClassVar[str]  # of the receiver
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        for reference in filter(None, self.references()):
            try:
                secrets.check(reference, f"{self.name}: the secret")
            except ConfigError as error:
                raise DefinitionError(error.message, origin=self.origin, help=error.help) from None

    @property
    def name(self) -> str:
        """Return what messages call it."""
        return type(self).__name__

    @property
    def since(self) -> Version:
        """Return the first Alertmanager that reads `config`."""
        return (0, 25)

    def references(self) -> tuple[str, ...]:
        """Return the secrets that it cannot do without."""
        raise NotImplementedError

    def is_set(self) -> bool:
        """Whether all that it needs is there; what is not set is left out."""
        return all(secrets.is_set(reference, os.environ) for reference in self.references())

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the integration as Alertmanager's configuration holds it."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Slack(Channel):
    """A Slack channel, through an incoming webhook."""

    key = "slack_configs"
    url: str
    channel: str = ""

    def references(self) -> tuple[str, ...]:
        """Return the webhook."""
        return (self.url,)

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the entry of slack_configs."""
        return {
            "send_resolved": True,
            "api_url_file": files.path(self.url),
            **({"channel": self.channel} if self.channel else {}),
            "color": messages.COLOR,
            "title": messages.TITLE,
            "title_link": messages.ALERTMANAGER_LINK,
            "text": messages.body(messages.SLACK),
            "fallback": messages.TITLE,
        }


@dataclass(frozen=True, kw_only=True)
class Discord(Channel):
    """A Discord channel, through a webhook."""

    key = "discord_configs"
    url: str

    @property
    def since(self) -> Version:
        """Return the first version that reads the webhook from a file."""
        return (0, 27)

    def references(self) -> tuple[str, ...]:
        """Return the webhook."""
        return (self.url,)

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the entry of discord_configs."""
        return {
            "send_resolved": True,
            "webhook_url_file": files.path(self.url),
            "title": messages.TITLE,
            "message": messages.body(messages.DISCORD),
        }


@dataclass(frozen=True, kw_only=True)
class Teams(Channel):
    """A Microsoft Teams channel, through a Workflows webhook."""

    key = "msteamsv2_configs"
    url: str

    @property
    def since(self) -> Version:
        """Return the first version that knows Workflows."""
        return (0, 28)

    def references(self) -> tuple[str, ...]:
        """Return the webhook."""
        return (self.url,)

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the entry of msteamsv2_configs."""
        return {
            "send_resolved": True,
            "webhook_url_file": files.path(self.url),
            "title": messages.TITLE,
            "text": messages.body(messages.TEAMS),
        }


@dataclass(frozen=True, kw_only=True)
class Email(Channel):
    """E-mail through an SMTP server (`smarthost`, host:port), with a login where one is named."""

    key = "email_configs"
    to: str
    smarthost: str
    sender: str
    username: str = ""
    password: str = ""
    require_tls: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.username and not self.password:
            raise DefinitionError("Email: a username needs a password", origin=self.origin)

    def references(self) -> tuple[str, ...]:
        """Return the password, where there is a login."""
        return (self.password,) if self.username else ()

    def is_set(self) -> bool:
        """Whether addresses, server and the password of a login are known."""
        return all((self.to, self.smarthost, self.sender)) and super().is_set()

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the entry of email_configs."""
        login = {"auth_username": self.username, "auth_password_file": files.path(self.password)}
        return {
            "send_resolved": True,
            "to": self.to,
            "from": self.sender,
            "smarthost": self.smarthost,
            **(login if self.username else {}),
            "require_tls": self.require_tls,
            "headers": {"Subject": messages.TITLE},
            "html": messages.body(messages.MAIL),
            "text": messages.body(messages.PLAIN),
        }


@dataclass(frozen=True, kw_only=True)
class PagerDuty(Channel):
    """A PagerDuty service, through an Events API v2 integration."""

    key = "pagerduty_configs"
    routing_key: str

    def references(self) -> tuple[str, ...]:
        """Return the routing key."""
        return (self.routing_key,)

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the entry of pagerduty_configs."""
        return {
            "send_resolved": True,
            "routing_key_file": files.path(self.routing_key),
            "description": messages.TITLE,
            "severity": messages.PAGERDUTY_SEVERITY,
            "details": {"alerts": messages.body(messages.PLAIN)},
        }


@dataclass(frozen=True, kw_only=True)
class OpsGenie(Channel):
    """An OpsGenie team, through an API integration."""

    key = "opsgenie_configs"
    api_key: str

    def references(self) -> tuple[str, ...]:
        """Return the key."""
        return (self.api_key,)

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the entry of opsgenie_configs."""
        return {
            "send_resolved": True,
            "api_key_file": files.path(self.api_key),
            "message": messages.TITLE,
            "description": messages.body(messages.PLAIN),
            "priority": messages.OPSGENIE_PRIORITY,
        }


@dataclass(frozen=True, kw_only=True)
class Telegram(Channel):
    """A Telegram chat, through a bot; `chat` is the chat's number, negative for a group."""

    key = "telegram_configs"
    token: str
    chat: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.chat, bool) or not isinstance(self.chat, int) or not self.chat:
            raise DefinitionError(
                f"Telegram: chat is {self.chat!r}, not the number of a chat", origin=self.origin
            )

    @property
    def since(self) -> Version:
        """Return the first version that reads the token from a file."""
        return (0, 26)

    def references(self) -> tuple[str, ...]:
        """Return the bot's token."""
        return (self.token,)

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the entry of telegram_configs."""
        return {
            "send_resolved": True,
            "bot_token_file": files.path(self.token),
            "chat_id": self.chat,
            "parse_mode": "HTML",
            "message": f"<b>{messages.TITLE}</b>\n{messages.body(messages.TELEGRAM)}",
        }


@dataclass(frozen=True, kw_only=True)
class Webhook(Channel):
    """An HTTP endpoint that takes Alertmanager's JSON; `url` may also be a plain address."""

    key = "webhook_configs"
    url: str

    @property
    def since(self) -> Version:
        """Return the first version that reads the address the way it is given."""
        return (0, 26) if self.references() else (0, 25)

    def references(self) -> tuple[str, ...]:
        """Return the address where it is a secret."""
        return () if self.url.startswith(("http://", "https://")) else (self.url,)

    def config(self, files: SecretFiles) -> dict[str, Any]:
        """Return the entry of webhook_configs."""
        secret = self.references()
        where = {"url_file": files.path(self.url)} if secret else {"url": self.url}
        return {"send_resolved": True, **where}
