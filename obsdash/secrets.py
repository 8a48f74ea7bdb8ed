"""Secrets are references, `env:NAME` or `file:/path`; the value exists only while it is sent."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from obsdash.errors import ConfigError

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
_all_set = ContextVar("_all_set", default=False)
_REMEDY = 'write "env:NAME" or "file:/run/secrets/name"'


def check(reference: object, what: str) -> str:
    """Return the reference, or raise ConfigError without repeating what was written."""
    if isinstance(reference, str) and _REFERENCE.fullmatch(reference):
        return reference
    raise ConfigError(f"{what} must be a reference, not the secret itself", help=_REMEDY)


def is_set(reference: str, environ: Mapping[str, str]) -> bool:
    """Whether a reference leads to a value that is not empty."""
    if _all_set.get():
        return bool(reference)
    try:
        return bool(resolve(reference, environ))
    except ConfigError:
        return False


@contextmanager
def taken_as_set() -> Iterator[None]:
    """Let every reference count as set: what is asked then does not depend on the machine."""
    before = _all_set.set(True)
    try:
        yield
    finally:
        _all_set.reset(before)


def are_taken_as_set() -> bool:
    """Whether every reference counts as set, so that what is built now reaches no server."""
    return _all_set.get()


def resolve(reference: str, environ: Mapping[str, str]) -> str:
    """Return the secret that a reference points at; raises ConfigError when there is none."""
    scheme, _, place = reference.partition(":")
    if scheme == "file":
        return _read(place)
    value = environ.get(place, "")
    if not value:
        raise ConfigError(f"the secret {reference} is not set", help=f"export {place}=…")
    return value


def _read(path: str) -> str:
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"the secret file {path} cannot be read: {reason}") from None
    if not value:
        raise ConfigError(f"the secret file {path} is empty")
    return value
