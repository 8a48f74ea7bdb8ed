"""What changed in an Alertmanager configuration: by receiver, and by route in words."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from obsdash.diff.integrations import INTEGRATIONS
from obsdash.diff.leaf import ORDER, Leaf
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import FILE, Finding, Group, Topic, part_findings, plainly
from obsdash.diff.ondisk import SECRETS
from obsdash.diff.routing import respelled
from obsdash.diff.scope import Part, Scope
from obsdash.durations import milliseconds
from obsdash.resource import Resource
from obsdash.spelling import cut, quoted

_DEPTH = 6  # how deep in the tree a route has a line of its own
_MATCHERS = ("matchers", "source_matchers", "target_matchers")


def alertmanager_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two configurations."""
    scope = Scope(Part.ALERTMANAGER, respelled(live.spec), respelled(desired.spec))
    yield from part_findings(scope, "", TOPICS, desired)


def _route(group: Group) -> Iterator[str]:
    """Tell a route by the matchers on the way to it: `route severity="critical": receiver …`."""
    for leaf in group.leaves:
        path = leaf.path
        reordered = path[-1] == ORDER
        steps = [path[i + 1] for i, part in enumerate(path[:-1]) if part == "routes"]
        steps = steps[: -1 if reordered else None]
        name = f"route {' > '.join(step or 'of all' for step in steps)}" if steps else "root route"
        at_route = len(path) > 1 and path[-2] == "routes"
        if reordered:
            yield f"{name}: order of its routes changed"
        elif at_route and MISSING in (leaf.before, leaf.after):
            route = leaf.before if leaf.after is MISSING else leaf.after
            told = isinstance(route, dict) and "receiver" in route
            to = f" to {quoted(str(route['receiver']))}" if told else ""
            yield f"{name}{to} {_verb(leaf)}"
        elif path[-1] == "receiver" and {type(leaf.before), type(leaf.after)} == {str}:
            who = f"alerts with {', '.join(steps)}" if steps else "alerts that no route takes"
            yield f"{who} now go to {quoted(leaf.after)} instead of {quoted(leaf.before)}"
        else:
            last = max((i for i, part in enumerate(path) if part == "routes"), default=-1)
            yield f"{name}: {_told(leaf, path[last + 2 :] or path[-1:])}"


def _receiver(group: Group) -> Iterator[str]:
    """Tell what changed in a receiver by integration: `receiver "mail": email to "a" → "b"`."""
    name = f"receiver {quoted(group.name)}"
    for leaf in group.leaves:
        match leaf.path[2:]:
            case ():
                yield f"{name} {_verb(leaf)}"
            case ("name",):
                yield f"receiver {quoted(str(leaf.before))} renamed to {quoted(str(leaf.after))}"
            case (kind,) if kind in INTEGRATIONS and isinstance(_present(leaf), list):
                for one in _present(leaf):
                    yield f"{name}: {_kind(kind, '')}{_target(one)} {_verb(leaf)}"
            case (kind, item) if kind in INTEGRATIONS and MISSING in (leaf.before, leaf.after):
                yield f"{name}: {_kind(kind, item)}{_target(_present(leaf))} {_verb(leaf)}"
            case (kind, item, *rest) if kind in INTEGRATIONS and rest:
                yield f"{name}: {_kind(kind, item)} {_told(leaf, rest)}"
            case rest:
                yield f"{name}: {_told(leaf, rest)}"


def _item(name: str) -> Callable[[Group], Iterator[str]]:
    """Return how to tell items that came, went or changed; `{}` in the name is the item's own."""

    def tell(group: Group) -> Iterator[str]:
        subject = name.format(cut(group.name))
        if group.whole:
            yield f"{subject} {_verb(group.leaves[0])}"
            return
        for leaf in group.leaves:
            yield f"{subject}: {_told(leaf, leaf.path[len(group.path) :])}"

    return tell


def _global(group: Group) -> Iterator[str]:
    for leaf in group.leaves:
        yield _told(leaf, leaf.path)


def _secrets(group: Group) -> Iterator[str]:
    yield f"differs in secrets, which are not shown: {group.before}"


def _told(leaf: Leaf, path: Sequence[str]) -> str:
    """Tell a value that changed; durations and matchers as they are written."""
    before, after = leaf.before, leaf.after
    if path and path[-1] == ORDER:
        return f"{'.'.join(path[:-1])} reordered"
    name = ".".join(path)
    if MISSING in (before, after):
        return plainly(name, _readable(path, before), _readable(path, after))
    if path and path[-1] in _MATCHERS:
        return f"{name} {_readable(path, before)} → {_readable(path, after)}"
    if all(isinstance(side, str) and milliseconds(side) is not None for side in (before, after)):
        return f"{name} {before} → {after}"
    return plainly(name, before, after)


def _readable(path: Sequence[str], value: Any) -> Any:
    if path and path[-1] in _MATCHERS and isinstance(value, list):
        return cut(", ".join(map(str, value)))
    return value


def _verb(leaf: Leaf) -> str:
    return "removed" if leaf.after is MISSING else "added"


def _present(leaf: Leaf) -> Any:
    return leaf.before if leaf.after is MISSING else leaf.after


def _kind(kind: str, item: str) -> str:
    """Return `slack`, and `slack #2` for a receiver's second."""
    return f"{kind.removesuffix('_configs')}{item}"


def _target(integration: Any) -> str:
    """Return whom an integration tells, where it says so openly."""
    found = integration if isinstance(integration, dict) else {}
    told = (found.get(key) for key in ("to", "channel", "room_id", "chat_id", "topic_arn"))
    return next((f" to {quoted(str(value))}" for value in told if value), "")


TOPICS = (
    Topic(("receivers", "*"), _receiver),
    *(Topic(("route", *("routes", "*") * depth), _route) for depth in range(_DEPTH)),
    Topic(("inhibit_rules", "*"), _item("inhibit rule {}")),
    Topic(("time_intervals", "*"), _item('time interval "{}"')),
    Topic(("mute_time_intervals", "*"), _item('time interval "{}"')),
    Topic(("global",), _global),
    Topic((SECRETS,), _secrets),
    FILE,
)
