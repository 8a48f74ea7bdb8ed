"""What the double answers, and what a handler gets to see of a call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from tests.doubles.grafana.versions import EDITORS_PROVISION

Json = Any


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body; `text` instead of JSON where Grafana answers a page."""

    status: int
    body: Json = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 (it is an answer)
    """Raised by a handler to answer with an error."""

    def __init__(self, status: int, message: str, word: str = "") -> None:
        super().__init__(message)
        self.answer = Answer(status, {"message": message, **({"status": word} if word else {})})

    @classmethod
    def named(cls, status: int, name: str, message: str, **extra: Json) -> Self:
        """Return a refusal as newer versions word it, with the error's name."""
        refusal = cls(status, message)
        body = {"statusCode": status, "messageId": name, "message": message}
        refusal.answer = Answer(status, {**body, **({"extra": extra} if extra else {})})
        return refusal


@dataclass(frozen=True)
class User:
    """Who calls. Roles: Viewer, Editor, Admin; the server's admin sees what does not exist."""

    login: str
    role: str
    server_admin: bool = False

    def may(self, role: str) -> bool:
        order = ("Viewer", "Editor", "Admin")
        return order.index(self.role) >= order.index(role)


@dataclass(frozen=True)
class Call:
    """One request, taken apart. `body` is None when there is none, or when it is not JSON.

    text: the body as it came. headers: names in lower case. revision: of the notification
    settings, when the call arrived.
    """

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    body: Json = None
    user: User | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    revision: int | None = None
    text: str = ""

    def number(self, name: str, default: int) -> int:
        return int(self.query.get(name, [str(default)])[0] or default)


Handler = Callable[..., Answer]  # (store, call, *parts of the path)


@dataclass(frozen=True)
class Route:
    """A method and a path; `*` in the path is one part.

    role: who may call it, "" is anybody. permission: what that is called. later: another role, from
    a version on. since: the first version that has it.
    """

    method: str
    path: str
    handler: "Callable[..., Answer]"
    role: str = "Viewer"
    permission: str = ""
    later: tuple[tuple[int, int], str] | None = None
    since: tuple[int, int] = (0, 0)


PROVISIONING_READ = ("Admin", "alert.provisioning:read", (EDITORS_PROVISION, "Viewer"))
PROVISIONING_WRITE = ("Admin", "alert.provisioning:write", (EDITORS_PROVISION, "Editor"))


def denied(permission: str) -> Answer:
    """Answer as Grafana's access control does."""
    message = (
        "You'll need additional permissions to perform this action."
        f" Permissions needed: {permission}"
    )
    body = {"accessErrorId": "ACE0123456789", "message": message, "title": "Access denied"}
    return Answer(403, body)
