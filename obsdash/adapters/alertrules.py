"""Groups of Grafana-managed rules, as its provisioning files and exports write them → drafts."""

import re
from dataclasses import replace
from typing import Any

from obsdash.adapters.draft import Draft, Where, origin_in, text_of
from obsdash.disk.alertrules import from_file
from obsdash.errors import DefinitionError
from obsdash.origin import ORIGIN_KEY, Origin
from obsdash.resource import Spec, alert_group_ref

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_TICK = 10  # seconds
_KEYS = {"orgId", "name", "folder", "interval", "rules", ORIGIN_KEY}


def is_rule_file(document: Spec) -> bool:
    """Whether a document is a provisioning file with groups of rules."""
    groups = document.get("groups")
    return isinstance(groups, list) and any(isinstance(g, dict) and is_group(g) for g in groups)


def is_group(document: Spec) -> bool:
    """Whether a document is one group: its rules have a title and queries."""
    rules = document.get("rules")
    return isinstance(rules, list) and bool(rules) and all(map(_is_rule, rules))


def _is_rule(rule: object) -> bool:
    return isinstance(rule, dict) and "title" in rule and isinstance(rule.get("data"), list)


def read_file(document: Spec, where: Where) -> list[Draft]:
    """Return a draft for each group."""
    return [
        replace(draft, inside=f"/groups/{index}")
        for index, group in enumerate(document["groups"])
        for draft in read_group(group, where)
    ]


def read_group(group: Any, where: Where) -> list[Draft]:
    """Return the draft of one group; raises DefinitionError for what no Grafana takes."""
    origin = origin_in(group) or where.origin
    name = text_of(group, "name")
    if not name or not text_of(group, "folder").strip("/"):
        missing = "folder" if name else "name"
        raise DefinitionError(
            f"a group of Grafana's alert rules has no {missing}",
            origin=origin,
            help='add "name", and "folder", the path of its titles',
        )
    what = f"alert rule group {name!r}"
    if unknown := group.keys() - _KEYS:
        raise DefinitionError(f"{what} has no {min(unknown)!r}", origin=origin)
    if not is_group(group):
        raise DefinitionError(f"{what}: a rule has no title or no data", origin=origin)
    try:
        folder, spec = from_file(group)
    except ValueError as error:
        raise DefinitionError(f"{what}: {error}", origin=origin) from None
    if not isinstance(spec["interval"], int) or spec["interval"] % _TICK:
        raise DefinitionError(
            f"{what}: Grafana evaluates every 10s or a multiple of it", origin=origin
        )
    _check_uids(spec, what, origin)
    return [Draft(alert_group_ref(folder, spec["name"]), spec, origin, folder=folder)]


def _check_uids(spec: Spec, what: str, origin: Origin) -> None:
    seen = set()
    for rule in spec["rules"]:
        uid, place = rule.get("uid"), origin_in(rule) or origin
        if not isinstance(uid, str) or not _UID.fullmatch(uid):
            raise DefinitionError(
                f"{what}: the uid of rule {rule['title']!r} is {uid!r}",
                origin=place,
                help="a uid is 1–40 letters, digits, - and _",
            )
        if uid in seen:
            raise DefinitionError(f"{what} has two rules of the uid {uid!r}", origin=place)
        seen.add(uid)
