"""Secrets in words. A server says that it has one, never which: `""` stands for that."""

from collections.abc import Iterator

from obsdash.change import Change
from obsdash.resource import Resource

WRITTEN_AGAIN = "will be written again"


def secret_findings(live: Resource, desired: Resource) -> Iterator[Change]:
    """Yield which secrets come, go, or get another reference."""
    for name in sorted({*live.secrets, *desired.secrets}):
        before, after = live.secrets.get(name), desired.secrets.get(name)
        if text := told(before, after):
            yield Change("", f"secret {name} {text}", origin=desired.origin)


def unseen(live: Resource, desired: Resource) -> list[str]:
    """Return the secrets whose value may have changed without anybody seeing it."""
    return sorted(n for n, ref in desired.secrets.items() if ref and live.secrets.get(n) == "")


def rotation(live: Resource, desired: Resource) -> Iterator[Change]:
    """Yield that the secrets which cannot be compared are written again."""
    for name in unseen(live, desired):
        text = f"secret {name} {WRITTEN_AGAIN} ({desired.secrets[name]})"
        yield Change("", text, origin=desired.origin)


def told(before: str | None, after: str | None) -> str:
    """Say what became of one secret, "" when nothing did."""
    if before is None:
        return f"added ({after})" if after else "added"
    if after is None:
        return "removed"
    return f"{before} → {after}" if before and after and before != after else ""
