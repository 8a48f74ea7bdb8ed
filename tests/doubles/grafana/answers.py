"""What the double answers, and what a handler gets to see of a call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass

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
    """One request, taken apart. `body` is None when there is none, or when it is not JSON."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    body: Json = None
    user: User | None = None

    def number(self, name: str, default: int) -> int:
        return int(self.query.get(name, [str(default)])[0] or default)


Handler = Callable[..., Answer]  # (store, call, *parts of the path)


@dataclass(frozen=True)
class Route:
    """A method and a path; `*` in the path is one part. `needs`: the role, and what it is for."""

    method: str
    path: str
    handler: "Callable[..., Answer]"
    role: str = "Viewer"
    permission: str = ""


def denied(permission: str) -> Answer:
    """Answer as Grafana's access control does."""
    message = (
        "You'll need additional permissions to perform this action."
        f" Permissions needed: {permission}"
    )
    body = {"accessErrorId": "ACE0123456789", "message": message, "title": "Access denied"}
    return Answer(403, body)
