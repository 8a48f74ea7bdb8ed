"""What changed in a tree of routes: who is told now, and of what."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from obsdash.diff.leaf import ORDER, Leaf
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Group, Topic, plainly
from obsdash.durations import milliseconds
from obsdash.spelling import cut, quoted

_DEPTH = 6  # how deep in the tree a route has a line of its own
_OF_ROOT = 2  # steps to a key of the root route
_ABOVE = "the receiver of the route above"


def _route(group: Group) -> Iterator[str]:
    """Tell a route by the matchers on the way to it: `route severity="critical": receiver …`."""
    for leaf in group.leaves:
        path = leaf.path
        reordered = path[-1] == ORDER
        steps = [path[i + 1] for i, part in enumerate(path[:-1]) if part == "routes"]
        steps = steps[: -1 if reordered else None]
        name = f"route {' > '.join(step or 'of all' for step in steps)}" if steps else "root route"
        last = max((i for i, part in enumerate(path) if part == "routes"), default=-1)
        at_route = len(path) > 1 and path[-2] == "routes"
        if reordered:
            yield f"{name}: {_moved(leaf.before, leaf.after)}"
        elif at_route and MISSING in (leaf.before, leaf.after):
            yield f"{name}{_whole(leaf)}"
        elif path[-1] == "receiver" and (instead := _receivers(leaf)):
            who = f"alerts with {', '.join(steps)}" if steps else "alerts that no route takes"
            yield f"{who} now go to {instead}"
        else:
            tell = _TOLD.get(path[-1])
            yield f"{name}: {tell(leaf) if tell else told(leaf, path[last + 2 :] or path[-1:])}"


def _whole(leaf: Leaf) -> str:
    """Return ` to "slack", with 2 routes below it, removed`."""
    gone = leaf.after is MISSING
    route = leaf.before if gone else leaf.after
    found = route if isinstance(route, dict) else {}
    to = f" to {quoted(str(found['receiver']))}" if "receiver" in found else ""
    below = _below(found)
    more = f", with {below} route{'s' if below > 1 else ''} below it," if below else ""
    return f"{to}{more} {'removed' if gone else 'added'}"


def _below(route: Mapping[str, Any]) -> int:
    routes = route.get("routes")
    inner = [one for one in routes if isinstance(one, dict)] if isinstance(routes, list) else []
    return len(inner) + sum(map(_below, inner))


def _receivers(leaf: Leaf) -> str:
    """Return `"pager" instead of "slack"`, "" where a side is no receiver's name."""
    sides = [_ABOVE if side is MISSING else side for side in (leaf.after, leaf.before)]
    if not all(isinstance(side, str) for side in sides):
        return ""
    return " instead of ".join(side if side is _ABOVE else quoted(side) for side in sides)


def _moved(before: Any, after: Any) -> str:
    """Say where the one route that moved stands now; an alert goes to the first that takes it."""
    for name in after:
        if [one for one in before if one != name] == [one for one in after if one != name]:
            at = after.index(name)
            where = f"before {cut(after[at + 1])}" if at + 1 < len(after) else "last"
            return f"{cut(name)} now comes {where}"
    return "order of its routes changed"


def matchers_told(leaf: Leaf) -> str:
    """Say which labels are asked for now, and which no longer."""
    gone, new = _apart(leaf.before, leaf.after)
    if gone and new:
        return f"{', '.join(gone)} → {', '.join(new)}"
    return f"also needs {', '.join(new)}" if new else f"no longer needs {', '.join(gone)}"


def listed(name: str, leaf: Leaf) -> str:
    """Say what a list of names has gained and lost, or that it is in another order."""
    gone, new = _apart(leaf.before, leaf.after)
    if gone and new:
        return f"{name} {_names(leaf.after)} instead of {_names(leaf.before)}"
    if not gone and not new:
        return f"{name} reordered"
    return f"{name} {', '.join(new or gone)} {'added' if new else 'removed'}"


def _names(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _apart(before: Any, after: Any) -> tuple[list[str], list[str]]:
    """Return which items are on one side only, as texts."""
    old, new = (
        [str(one) for one in side] if isinstance(side, list) else [] for side in (before, after)
    )
    return [one for one in old if one not in new], [one for one in new if one not in old]


def _group_by(leaf: Leaf) -> str:
    after, before = (_labels(side) for side in (leaf.after, leaf.before))
    if not after:
        above = "no longer grouped" if len(leaf.path) == _OF_ROOT else "grouped as the route above"
        return f"{above}, by {before} before"
    return f"now grouped by {after}{f' instead of {before}' if before else ''}"


def _labels(value: Any) -> str:
    names = "" if value is MISSING else _names(value)
    return "all labels" if names == "..." else names


def _during(now: str, then: str) -> Callable[[Leaf], str]:
    def tell(leaf: Leaf) -> str:
        gone, new = _apart(leaf.before, leaf.after)
        texts = [f"{now} {', '.join(new)}"] if new else []
        texts += [f"{then} {', '.join(gone)}"] if gone else []
        return ", ".join(texts) or f"{leaf.path[-1]} reordered"

    return tell


def _goes_on(leaf: Leaf) -> str:
    return f"alerts {'now' if leaf.after is True else 'no longer'} go on to the routes after it"


def _matchers(leaf: Leaf) -> str:
    text = matchers_told(leaf)
    return f"matchers {text}" if "→" in text else text


def told(leaf: Leaf, path: Sequence[str]) -> str:
    """Tell a value that changed; durations as they are written."""
    before, after = leaf.before, leaf.after
    if path and path[-1] == ORDER:
        return f"{'.'.join(path[:-1])} reordered"
    name = ".".join(path)
    times = [side for side in (before, after) if side is not MISSING]
    if not all(isinstance(side, str) and milliseconds(side) is not None for side in times):
        return plainly(name, before, after)
    if len(times) == 1:
        return f"{name} {times[0]} {'removed' if after is MISSING else 'added'}"
    return f"{name} {before} → {after}"


_TOLD: Mapping[str, Callable[[Leaf], str]] = {
    "matchers": _matchers,
    "group_by": _group_by,
    "continue": _goes_on,
    "mute_time_intervals": _during("now muted during", "no longer muted during"),
    "active_time_intervals": _during("now only during", "no longer only during"),
}

ROUTES = tuple(Topic(("route", *("routes", "*") * depth), _route) for depth in range(_DEPTH))
