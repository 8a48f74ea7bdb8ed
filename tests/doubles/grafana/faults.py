"""What can go wrong on the way, put in at the n-th call."""

from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """A fault. LOST and HALF happen after the server did its work, the others instead of it."""

    TIMEOUT = "no answer in time"
    RESET = "connection reset before the call is read"
    LOST = "done, then connection reset"
    HALF = "done, then half a body"
    UNAUTHORIZED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    CONFLICT = 409
    PRECONDITION = 412
    TOO_MANY = 429
    INTERNAL = 500
    BAD_GATEWAY = 502
    UNAVAILABLE = 503
    LOGIN_PAGE = "a login page"

    @property
    def after(self) -> bool:
        """Whether the call was carried out all the same."""
        return self in (Fault.LOST, Fault.HALF)


@dataclass(frozen=True)
class Page:
    """A raw answer that is put in the place of the right one."""

    status: int
    body: bytes
    media: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


PAGES = {
    Fault.UNAUTHORIZED: Page(401, b'{"message": "Unauthorized"}'),
    Fault.FORBIDDEN: Page(403, b'{"title": "Access denied", "message": "Permissions needed: x"}'),
    Fault.NOT_FOUND: Page(404, b'{"message": "Not found"}'),
    Fault.CONFLICT: Page(409, b'{"message": "conflict"}'),
    Fault.PRECONDITION: Page(412, b'{"message": "changed", "status": "version-mismatch"}'),
    Fault.TOO_MANY: Page(429, b"{}", headers=(("Retry-After", "7"),)),
    Fault.INTERNAL: Page(500, b'{"message": "Failed to save dashboard"}'),
    Fault.BAD_GATEWAY: Page(502, b"<html><title>502 Bad Gateway</title></html>", "text/html"),
    Fault.UNAVAILABLE: Page(503, b"<html><title>503</title></html>", "text/html"),
    Fault.LOGIN_PAGE: Page(200, b"<html><title>Sign in</title></html>", "text/html"),
}
