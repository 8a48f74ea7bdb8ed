"""Grafana's complaints without the secrets that it complains about."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from urllib.parse import quote

from obsdash.delivery.integrations import REDACTED
from obsdash.grafana.trouble import GrafanaError

_CUT = "…"  # how a long complaint ends
_LEAST = 3  # characters that are worth hiding at a cut


@contextmanager
def discreet(secrets: Collection[str]) -> Iterator[None]:
    """Take secrets out of what Grafana says: of an address that is none it repeats the whole."""
    try:
        yield
    except GrafanaError as error:
        error.message = hidden(error.message, secrets)
        error.reason = hidden(error.reason, secrets)
        error.args = (error.message,)
        raise


def hidden(text: str, secrets: Collection[str]) -> str:
    """Return a text without secrets, however they are spelled, also where the text was cut."""
    spellings = {form for secret in secrets if secret for form in _spellings(secret)}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = _without_tail(text.replace(spelling, REDACTED), spelling)
    return text


def _spellings(secret: str) -> tuple[str, ...]:
    escaped = (json.dumps(secret, ensure_ascii=plain)[1:-1] for plain in (True, False))
    return secret, *escaped, quote(secret), quote(secret, safe="")


def _without_tail(text: str, spelling: str) -> str:
    """Hide the beginning of a secret that a cut left at the end of a text."""
    if text.endswith(_CUT):
        for length in range(len(spelling) - 1, _LEAST - 1, -1):
            if text.endswith(spelling[:length] + _CUT):
                return text[: -length - 1] + REDACTED + _CUT
    return text
