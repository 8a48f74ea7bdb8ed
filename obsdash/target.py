"""What every target is, and how a plan is applied to one."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from obsdash.drift import ASK, Base, Policy
from obsdash.errors import TargetError
from obsdash.plan import Action, Blocked, Create, Delete, Plan, Snapshot, Update, make_plan
from obsdash.resource import Ref, Resource, fingerprint


@dataclass(frozen=True, slots=True)
class Applied:
    """The target now says what was wanted."""

    ref: Ref
    verb: str  # created, updated, deleted


@dataclass(frozen=True, slots=True)
class Refused:
    """Not attempted, because the plan no longer holds or a guard says no."""

    ref: Ref
    reason: str


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

    def bases(self, updates: Collection[Update]) -> Mapping[Ref, Base]:
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
    updates = [action for action in plan.actions if isinstance(action, Update)]
    if not updates or not isinstance(target, Versioned):
        return plan
    from obsdash.drift.settle import three_way  # not paid where nothing differs

    return three_way(plan, target.bases(updates), policy, snapshot.sources)


def apply_plan(
    plan: Plan, target: Target, *, note: Callable[[Outcome], None] | None = None
) -> Report:
    """Apply exactly the plan: what changed since it was made is refused, object by object.

    note: is told each outcome as soon as it is known.
    """
    outcomes: list[Outcome] = []
    try:
        for outcome in _outcomes(plan, target):
            outcomes.append(outcome)  # kept one by one: an interrupt loses none
            if note:
                note(outcome)
    except KeyboardInterrupt:
        return Report(plan.target, tuple(outcomes), interrupted=True)
    return Report(plan.target, tuple(outcomes))


def _outcomes(plan: Plan, target: Target) -> Iterator[Outcome]:
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
        yield Refused(ref, why)
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
