"""Rule files of Prometheus and Loki: `groups:`, sorted by name, one file a namespace."""

from collections.abc import Iterable

from obsdash.disk import yaml
from obsdash.resource import Spec


def encode_groups(groups: Iterable[Spec]) -> bytes:
    """Return the rule file of some groups, whatever order they come in."""
    return yaml.dump({"groups": sorted(groups, key=lambda group: str(group.get("name")))})


def decode_groups(content: bytes) -> list[Spec]:
    """Return the groups of a rule file; raises ValueError when it is none."""
    document = yaml.load(content)
    if document is None:
        return []
    if not isinstance(document, dict) or document.keys() - {"groups"}:
        raise ValueError("a rule file has one key, groups")
    groups = document.get("groups") or []
    if not isinstance(groups, list):
        raise ValueError("groups is a list")
    names = [group.get("name") for group in groups if isinstance(group, dict)]
    if len(names) < len(groups) or not all(isinstance(name, str) for name in names):
        raise ValueError("groups is a list of groups with names")
    if len(set(names)) < len(names):
        raise ValueError("two groups have the same name")
    return list(groups)
