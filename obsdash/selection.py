"""Narrowing a plan to what the user named on the command line."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from obsdash.errors import ConfigError
from obsdash.plan import Action, Delete, Plan
from obsdash.resource import FOLDER, Ref, Resource
from obsdash.words import nearest


def narrow(plans: Sequence[Plan], patterns: Sequence[str]) -> list[Plan]:
    """Keep what matches a pattern (`dashboard/api`, `rule-group/*`, a bare uid), and its folders.

    Raises ConfigError for a pattern that matches nothing in any plan.
    """
    if not patterns:
        return list(plans)
    _refuse_unknown(patterns, {ref for plan in plans for ref in _refs(plan)})
    return [_narrow(plan, patterns) for plan in plans]


def select(resources: Iterable[Resource], patterns: Sequence[str]) -> list[Resource]:
    """Keep the resources that match a pattern, all when there is none; raises like `narrow`."""
    found = list(resources)
    _refuse_unknown(patterns, {resource.ref for resource in found})
    return [
        resource
        for resource in found
        if not patterns or any(_matches(resource.ref, pattern) for pattern in patterns)
    ]


def _refuse_unknown(patterns: Sequence[str], known: Collection[Ref]) -> None:
    for pattern in patterns:
        if not any(_matches(ref, pattern) for ref in known):
            names = [str(ref) for ref in known]
            raise ConfigError(
                f"nothing is called {pattern!r}{nearest(pattern, names)}",
                help="name a resource as obsdash diff prints it, or use * in the name",
            )


def _narrow(plan: Plan, patterns: Sequence[str]) -> Plan:
    chosen = [a for a in plan.actions if any(_matches(a.ref, pattern) for pattern in patterns)]
    folders = set(_folders(chosen))
    return replace(
        plan,
        actions=tuple(a for a in plan.actions if a in chosen or a.ref in folders),
        unchanged=_keep(plan.unchanged, patterns),
        orphans=_keep(plan.orphans, patterns),
        unmanaged=_keep(plan.unmanaged, patterns),
        unseen=_keep(plan.unseen, patterns),
        kept=tuple(k for k in plan.kept if any(_matches(k.ref, pattern) for pattern in patterns)),
        two_way={ref: plan.two_way[ref] for ref in _keep(plan.two_way, patterns)},
        notes={ref: plan.notes[ref] for ref in _keep(plan.notes, patterns)},
        noise={},
    )


def _folders(actions: Iterable[Action]) -> Iterable[Ref]:
    """Yield the folders that the chosen actions need, with those around them."""
    for action in actions:
        path = "" if isinstance(action, Delete) else action.desired.folder
        while path:
            yield Ref(FOLDER, path)
            path = path.rpartition("/")[0]


def _keep(refs: Iterable[Ref], patterns: Sequence[str]) -> tuple[Ref, ...]:
    return tuple(ref for ref in refs if any(_matches(ref, pattern) for pattern in patterns))


def _matches(ref: Ref, pattern: str) -> bool:
    return fnmatchcase(str(ref), pattern) or fnmatchcase(ref.uid, pattern)


def _refs(plan: Plan) -> Iterable[Ref]:
    yield from (action.ref for action in (*plan.actions, *plan.kept))
    yield from (*plan.unchanged, *plan.orphans, *plan.unmanaged)
