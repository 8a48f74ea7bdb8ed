"""What changed in an Alertmanager configuration: by receiver, inhibition and time interval."""

from collections.abc import Iterator
from typing import Any

from obsdash.diff.alignment import ADDRESSES, address
from obsdash.diff.leaf import Leaf
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import FILE, Finding, Fold, Group, Topic, part_findings
from obsdash.diff.ondisk import SECRETS
from obsdash.diff.routing.integrations import INTEGRATIONS, SECRET
from obsdash.diff.routing.intervals import interval_changes
from obsdash.diff.routing.routes import ROUTES, listed, matchers_told, told
from obsdash.diff.routing.routing import respelled
from obsdash.diff.routing.withheld import withheld, without_secrets
from obsdash.diff.scope import Part, Scope
from obsdash.resource import Resource
from obsdash.spelling import cut, from_to, quoted

_HIDDEN = "secret"  # the class of noise


def alertmanager_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two configurations."""
    before, after = (respelled(without_secrets(side.spec)) for side in (live, desired))
    found, needed = withheld(live.spec), withheld(desired.spec)
    other = [one for one in sorted(found.keys() & needed.keys()) if found[one] != needed[one]]
    unseen = [one for one in other if SECRET in (found[one], needed[one])]
    yield from (Fold(_HIDDEN) for _ in unseen)
    if told := live.spec.get(SECRETS) or ", ".join(one for one in other if one not in unseen):
        before[SECRETS] = told
    yield from part_findings(Scope(Part.ALERTMANAGER, before, after), "", TOPICS, desired)


def _receiver(group: Group) -> Iterator[str]:
    """Tell what changed in a receiver by integration: `receiver "ops": email to "a" → "b"`."""
    name = f"receiver {quoted(group.name)}"
    for leaf in group.leaves:
        one_side = MISSING in (leaf.before, leaf.after)
        match leaf.path[2:]:
            case ():
                yield f"{name} {_verb(leaf)}{_channels(leaf.after)}"
            case ("name",):
                yield f"receiver {quoted(str(leaf.before))} renamed to {quoted(str(leaf.after))}"
            case (kind,) if kind in INTEGRATIONS and isinstance(_present(leaf), list):
                for one in _present(leaf):
                    yield f"{name}: {_kind(kind, '')}{_target(one)} {_verb(leaf)}"
            case (kind, _) if kind in INTEGRATIONS and one_side:
                yield f"{name}: {_kind(kind, '')}{_target(_present(leaf))} {_verb(leaf)}"
            case (kind, _, key) if kind in INTEGRATIONS and key in ADDRESSES and not one_side:
                yield f"{name}: {_kind(kind, '')} {told(leaf, (key,))}"
            case (kind, item, *rest) if kind in INTEGRATIONS and rest:
                yield f"{name}: {_kind(kind, item)} {told(leaf, rest)}"
            case rest:
                yield f"{name}: {told(leaf, rest)}"


def _inhibition(group: Group) -> Iterator[str]:
    """Tell an inhibition by both its sides: `inhibit rule severity="critical" → …`."""
    subject = f"inhibit rule {cut(group.name)}"
    if group.whole:
        rule = group.before if group.after is MISSING else group.after
        equal = rule.get("equal") if isinstance(rule, dict) else None
        where = f" (equal {', '.join(map(str, equal))})" if isinstance(equal, list) else ""
        yield f"{subject}{where if equal else ''} {_verb(group.leaves[0])}"
        return
    for leaf in group.leaves:
        match leaf.path[len(group.path) :]:
            case ("source_matchers" | "target_matchers" as side,):
                yield f"{subject}: {side.partition('_')[0]} {matchers_told(leaf)}"
            case ("equal",):
                yield f"{subject}: {listed('equal', leaf)}"
            case path:
                yield f"{subject}: {told(leaf, path)}"


def _interval(group: Group) -> Iterator[str]:
    subject = f"time interval {quoted(group.name)}"
    sides = group.before, group.after
    if group.whole or not all(isinstance(side, dict) for side in sides):
        yield f"{subject} {_verb(group.leaves[0])}"
        return
    for leaf in group.leaves:
        if leaf.path[len(group.path) :] == ("name",):
            yield f"time interval {quoted(str(leaf.before))} renamed to {quoted(str(leaf.after))}"
    yield from (f"{subject}: {text}" for text in interval_changes(*sides))


def _templates(group: Group) -> Iterator[str]:
    for leaf in group.leaves:
        yield listed("templates", leaf)


def _template_file(group: Group) -> Iterator[str]:
    name = f"template file {quoted(group.name)}"
    for leaf in group.leaves:
        one_side = MISSING in (leaf.before, leaf.after)
        yield f"{name} {_verb(leaf) if one_side else from_to(leaf.before, leaf.after)}"


def _global(group: Group) -> Iterator[str]:
    for leaf in group.leaves:
        yield told(leaf, leaf.path)


def _secrets(group: Group) -> Iterator[str]:
    yield f"differs in secrets, which are not shown: {group.before}"


def _verb(leaf: Leaf) -> str:
    return "removed" if leaf.after is MISSING else "added"


def _present(leaf: Leaf) -> Any:
    return leaf.before if leaf.after is MISSING else leaf.after


def _kind(kind: str, item: str) -> str:
    """Return `slack "#a"`, and `webhook #2` for a receiver's second that has no open address."""
    whom, number, count = item.rpartition(" #")
    which = f" #{count}" if number and count.isdigit() else ""
    whom = whom if which else item
    return f"{kind.removesuffix('_configs')}{f' {quoted(whom)}' if whom else ''}{which}"


def _channels(receiver: Any) -> str:
    """Return `: slack to "#a", webhook`, "" for a receiver that is gone or tells nobody."""
    found = receiver if isinstance(receiver, dict) else {}
    told = [
        f"{_kind(kind, '')}{_target(one)}"
        for kind, entries in found.items()
        if kind in INTEGRATIONS and isinstance(entries, list)
        for one in entries
    ]
    return f": {', '.join(told)}" if told else ""


def _target(integration: Any) -> str:
    """Return whom an integration tells, where it says so openly."""
    whom = address(integration)
    return f" to {quoted(whom)}" if whom else ""


TOPICS = (
    Topic(("receivers", "*"), _receiver),
    *ROUTES,
    Topic(("inhibit_rules", "*"), _inhibition),
    Topic(("time_intervals", "*"), _interval),
    Topic(("mute_time_intervals", "*"), _interval),
    Topic(("templates",), _templates),
    Topic(("template_files", "*"), _template_file),
    Topic(("global",), _global),
    Topic((SECRETS,), _secrets),
    FILE,
)
