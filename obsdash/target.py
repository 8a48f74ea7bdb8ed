"""What every target is, and how a plan is applied to one."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from obsdash.drift import ASK, Base, Policy
from obsdash.errors import TargetError
from obsdash.migration.sources import Sources
from obsdash.plan import Action, Blocked, Create, Delete, Plan, Snapshot, Update, make_plan
from obsdash.resource import Ref, Resource, fingerprint


@dataclass(frozen=True, slots=True)
class Applied:
    """The target now says what was wanted."""

    ref: Ref
    verb: str  # created, updated, deleted


@dataclass(frozen=True, slots=True)
class Refused:
    """Not attempted, because the plan no longer holds or a guard says no.

    stale: whether the object was changed since it was planned, so that a new plan can be made.
    """

    ref: Ref
    reason: str
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Attempted; the object is as it was before, unless the reason says otherwise."""

    ref: Ref
    reason: str
    help: str = ""


Outcome = Applied | Refused | Failed


class Target(Protocol):
    """A place that resources are delivered to. The rest of the code knows nothing more of it."""

    @property
    def name(self) -> str:
        """Return what a reader calls it: `grafana https://grafana.example.com`."""

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return what of the resources belongs here, in the shape that it has here."""

    def read(self, wanted: Collection[Resource], *, others: bool = True) -> Snapshot:
        """Return what is live; raises TargetError when the target cannot be read as a whole.

        Without `others`, only the wanted resources matter: orphans and unmanaged may be left out.
        """

    def apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        """Carry out the actions (no Blocked among them), in the order that is safe here.

        Yields an outcome an action, as soon as it is known; trouble with one object is a Failed,
        never an exception.
        """


@runtime_checkable
class Versioned(Target, Protocol):
    """A target that keeps old versions of objects, so that edits there can be told from ours."""

    def bases(self, updates: Collection[Update], sources: Sources) -> Mapping[Ref, Base]:
        """Return what we saved last of each object, or why that is not known."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a plan. `interrupted` when a Ctrl-C ended it early."""

    target: str
    outcomes: tuple[Outcome, ...] = ()
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything that was planned is done."""
        return not self.interrupted and all(isinstance(o, Applied) for o in self.outcomes)


def of_kinds(resources: Collection[Resource], kinds: Collection[str]) -> tuple[Resource, ...]:
    """Return the resources of some kinds."""
    return tuple(resource for resource in resources if resource.ref.kind in kinds)


def plan_for(
    target: Target,
    resources: Collection[Resource],
    policy: Policy = ASK,
    *,
    prune: bool = False,
    rotate: bool = False,
) -> Plan:
    """Read a target and compare it with what is defined for it.

    rotate: write all secrets again, as nobody can see whether they changed.
    policy: what to do about what others edited there.
    """
    desired = target.take(resources)
    snapshot = target.read(desired)
    plan = make_plan(target.name, desired, snapshot, prune=prune, rotate=rotate)
    return _told_apart(plan, target, policy, snapshot)


def plan_again(plan: Plan, target: Target, outcomes: Collection[Outcome]) -> Plan:
    """Plan anew what was refused because it had changed since; raises TargetError."""
    stale = {one.ref for one in outcomes if isinstance(one, Refused) and one.stale}
    actions = [action for action in plan.actions if action.ref in stale]
    snapshot = target.read([_subject(action) for action in actions], others=False)
    desired = [action.desired for action in actions if not isinstance(action, Delete)]
    anew = make_plan(target.name, desired, snapshot, prune=True)  # of what was to be deleted
    return _told_apart(anew, target, ASK, snapshot)


def _told_apart(plan: Plan, target: Target, policy: Policy, snapshot: Snapshot) -> Plan:
    """Say which of the changes others made, where the target knows."""
    updates = [action for action in plan.actions if isinstance(action, Update)]
    if not updates or not isinstance(target, Versioned):
        return plan
    from obsdash.drift.settle import three_way  # not paid where nothing differs

    return three_way(plan, target.bases(updates, snapshot.sources), policy, snapshot.sources)


def apply_plan(
    plan: Plan, target: Target, *, note: Callable[[Outcome], None] | None = None
) -> Report:
    """Apply exactly the plan: what changed since it was made is refused, object by object.

    note: is told each outcome as soon as it is known.
    """
    outcomes, noted = list[Outcome](), 0
    found, interrupted = _outcomes(plan, target), False
    try:
        for outcome in found:
            outcomes.append(outcome)  # kept one by one: an interrupt loses none
            if note:
                note(outcome)
            noted += 1
    except KeyboardInterrupt as interrupt:
        interrupted = True
        outcomes += _last(found, interrupt)
        if note:
            for outcome in outcomes[noted:]:
                note(outcome)
    return Report(plan.target, tuple(outcomes), interrupted)


def _last(found: Generator[Outcome], interrupt: KeyboardInterrupt) -> Iterator[Outcome]:
    """Yield what ends after an interrupt, which the target is told of when it met us instead."""
    with suppress(KeyboardInterrupt, StopIteration):
        yield found.throw(interrupt)
        yield from found


def _outcomes(plan: Plan, target: Target) -> Generator[Outcome]:
    for action in plan.actions:
        if isinstance(action, Blocked):
            yield Refused(action.ref, action.reason)
    planned = [action for action in plan.actions if not isinstance(action, Blocked)]
    if not planned:
        return
    try:
        snapshot = target.read([_subject(action) for action in planned], others=False)
    except TargetError as error:
        yield from (Failed(action.ref, error.message, error.help) for action in planned)
        return
    stale = {action.ref: why for action in planned if (why := _stale(action, snapshot))}
    for ref, why in stale.items():
        yield Refused(ref, why, stale=True)
    yield from target.apply([_fresh(a, snapshot) for a in planned if a.ref not in stale])


def _subject(action: Action) -> Resource:
    return action.live if isinstance(action, Delete) else action.desired


def _fresh(action: Action, snapshot: Snapshot) -> Action:
    """Give an update the revision just read: a saved plan's may be of another numbering."""
    if isinstance(action, Update):
        return replace(action, live=snapshot.live[action.ref])
    return action


def _stale(action: Action, snapshot: Snapshot) -> str:
    """Return why a planned action no longer holds, "" when it does."""
    if reason := snapshot.blocked.get(action.ref):
        return reason
    now = snapshot.live.get(action.ref)
    then = None if isinstance(action, Create | Blocked) else action.live
    if fingerprint(now) == fingerprint(then):
        return ""
    if now is None:
        return "it was deleted since the plan was made"
    return "it was changed since the plan was made" if then else "it was created by someone else"
