"""Grafana's complaints without the secrets that it complains about."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from obsdash.delivery.integrations import REDACTED
from obsdash.grafana.trouble import GrafanaError


@contextmanager
def discreet(secrets: Collection[str]) -> Iterator[None]:
    """Take secrets out of what Grafana says: of an address that is none it repeats the whole."""
    try:
        yield
    except GrafanaError as error:
        for secret in sorted(filter(None, secrets), key=len, reverse=True):
            error.message = error.message.replace(secret, REDACTED)
            error.reason = error.reason.replace(secret, REDACTED)
        error.args = (error.message,)
        raise
