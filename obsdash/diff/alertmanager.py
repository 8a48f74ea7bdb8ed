"""What changed in an Alertmanager configuration: by receiver, and by route in words."""

from collections.abc import Callable, Iterator

from obsdash.diff.leaves import ORDER
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Finding, Group, Topic, part_findings, texts
from obsdash.diff.scope import Part, Scope
from obsdash.resource import Resource
from obsdash.spelling import quoted


def alertmanager_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two configurations."""
    scope = Scope(Part.ALERTMANAGER, live.spec, desired.spec)
    yield from part_findings(scope, "", TOPICS, desired)


def _route(group: Group) -> Iterator[str]:
    """Tell a route by the matchers on the way to it: `route severity="critical": receiver …`."""
    for leaf in group.leaves:
        path = leaf.path
        reordered = path[-1] == ORDER
        steps = [path[i + 1] for i, part in enumerate(path[:-1]) if part == "routes"]
        steps = steps[: -1 if reordered else None]
        name = f"route {' > '.join(steps)}" if steps else "root route"
        at_route = len(path) > 1 and path[-2] == "routes"
        if reordered:
            yield f"{name}: order of its routes changed"
        elif at_route and MISSING in (leaf.before, leaf.after):
            route = leaf.before if leaf.after is MISSING else leaf.after
            to = f" to {quoted(str(route.get('receiver')))}" if "receiver" in route else ""
            yield f"{name}{to} {'removed' if leaf.after is MISSING else 'added'}"
        else:
            last = max((i for i, part in enumerate(path) if part == "routes"), default=-1)
            below = Group(path[: last + 2], (leaf,), group.scope)
            yield from texts(below, f"{name}: ")


def _item(name: str) -> Callable[[Group], Iterator[str]]:
    """Return how to tell items that came, went or changed; `{}` in the name is the item's own."""

    def tell(group: Group) -> Iterator[str]:
        subject = name.format(group.name)
        if group.whole:
            yield f"{subject} {'removed' if group.after is MISSING else 'added'}"
        else:
            yield from texts(group, f"{subject}: ")

    return tell


TOPICS = (
    Topic(("receivers", "*"), _item('receiver "{}"')),
    Topic(("route",), _route),
    Topic(("inhibit_rules", "*"), _item("inhibition {}")),
)
