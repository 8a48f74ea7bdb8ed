"""What an Alertmanager fills in for what a configuration leaves out."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from obsdash.diff.leaf import Leaf
from obsdash.diff.leaves import same, value_at
from obsdash.diff.missing import MISSING
from obsdash.diff.ondisk import ON_DISK
from obsdash.diff.routing.integrations import (
    COMMON,
    GLOBAL,
    INTEGRATIONS,
    OTHER,
    ROOT_ROUTE,
    SECRET,
)
from obsdash.diff.scope import Scope

# What an integration has from another of its keys when it is left out.
_SIBLINGS = {
    ("email_configs", "headers.From"): "from",
    ("email_configs", "headers.To"): "to",
    ("pagerduty_configs", "source"): "client",
    ("slack_configs", "http_config.authorization.credentials"): "app_token",
}

# What an integration has from the global part under another name than `slack_api_url`.
_SHARED = {("wechat_configs", "corp_id"): "wechat_api_corp_id"}


# What a route has from the one above it, or not at all, when it is empty.
_EMPTY_MEANS_ABSENT = (
    *("continue", "routes", "matchers", "group_by"),
    *("mute_time_intervals", "active_time_intervals"),
)


def filled_in(leaf: Leaf, scope: Scope) -> bool:
    """Whether a value on one side is what Alertmanager takes its absence on the other for."""
    live = leaf.after is MISSING
    value = leaf.before if live else leaf.after
    unsaid = not live and ON_DISK in scope.before and value in _ZERO  # a server leaves it out
    match leaf.path:
        case "global", *rest:
            return unsaid or _default(value, GLOBAL.get(".".join(rest)))
        case "route", key:
            return key != "receiver" and _default(value, ROOT_ROUTE.get(key))
        case "route", *_, key:
            return key in _EMPTY_MEANS_ABSENT and not value
        case "receivers", receiver, "labels", "name":
            return bool(value == receiver)
        case "receivers", _, kind, _, _, *_ if kind in INTEGRATIONS:
            places = leaf.place.live, leaf.place.desired
            side = _Side(scope.before, places[0]), _Side(scope.after, places[1])
            sides = side if live else side[::-1]
            return unsaid or _integration(leaf.path[2], leaf.path[4:], value, sides)
    return _default(value, OTHER.get(".".join(leaf.path)))


_ZERO: tuple[Any, ...] = (False, 0, "", "0s", None, [], {})


def _default(value: Any, accepted: tuple[Any, ...] | None) -> bool:
    return any(same(value, one) for one in (_ZERO if accepted is None else accepted))


class _Side(NamedTuple):
    """A configuration, and where in it something of an integration is, or would be."""

    config: Mapping[str, Any]
    pointer: str

    def integration(self, depth: int) -> Mapping[str, Any]:
        """Return the integration that is `depth` steps above."""
        found = value_at(self.config, self.pointer.rsplit("/", depth)[0])
        return found if isinstance(found, dict) else {}


def _integration(kind: str, path: tuple[str, ...], value: Any, sides: tuple[_Side, _Side]) -> bool:
    """Judge a value that an integration has on the first of two sides only."""
    here, there = sides
    dotted = ".".join(path)
    sibling = _SIBLINGS.get((kind, dotted), "")
    if sibling and same(here.integration(len(path)).get(sibling), value):
        return True
    own_http = path[0] == "http_config" and "http_config" in there.integration(len(path))
    inherited = MISSING if own_http else _inherited(here.config, kind, path)
    if inherited is not MISSING:
        # A file that repeats a secret may hold another one; an Alertmanager repeats the shared one.
        told = value != SECRET or ON_DISK in here.config
        return told and same(inherited, value)
    return _default(value, INTEGRATIONS[kind].get(dotted, COMMON.get(dotted)))


def _inherited(config: Mapping[str, Any], kind: str, path: tuple[str, ...]) -> Any:
    """Return what an integration has from the global part, MISSING when that has no such key."""
    shared = _SHARED.get((kind, path[0]), f"{kind.removesuffix('_configs')}_{path[0]}")
    key = path if path[0] == "http_config" else (shared.replace("email_", "smtp_"), *path[1:])
    found = config.get("global")
    for step in key:
        found = found.get(step, MISSING) if isinstance(found, dict) else MISSING
    return GLOBAL.get(".".join(key), (MISSING,))[0] if found is MISSING else found
