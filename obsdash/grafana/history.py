"""Grafana's version history of a dashboard: who saved what, and whether it was us."""

from collections.abc import Iterator

from obsdash.grafana.transport import Grafana
from obsdash.grafana.trouble import GrafanaError
from obsdash.resource import Resource, fingerprint

FIRST = "Initial save"  # how Grafana lists the first version, whatever was said on saving it
_HASH = 12  # hex digits of the fingerprint in a message


def message(project: str, resource: Resource) -> str:
    """Return what a version that we save says of itself."""
    return f"obsdash {project} {fingerprint(resource)[:_HASH]}"


def saved_by(api: Grafana, project: str, uid: str) -> bool:
    """Whether the history shows that a project saved this dashboard; False when it cannot."""
    try:
        return any(text.startswith(f"obsdash {project} ") for text in _messages(api, uid))
    except GrafanaError as error:
        if error.status >= 400:
            return False
        raise


def _messages(api: Grafana, uid: str) -> Iterator[str]:
    """Yield the messages of a dashboard's versions, the newest first."""
    answer = api.get("dashboards", "uid", uid, "versions")
    versions = answer["versions"] if isinstance(answer, dict) else answer  # a dict since 11
    for version in versions:
        if version.get("message") == FIRST:
            version = api.get("dashboards", "uid", uid, "versions", "1")
        yield version.get("message") or ""
