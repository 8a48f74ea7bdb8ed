"""The plan: a value that says what would be done to one target. Made without I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import assert_never

from obsdash.change import Change
from obsdash.diff import difference
from obsdash.resource import KINDS, Ref, Resource, canonical_json, fingerprint


@dataclass(frozen=True, slots=True)
class Create:
    """Make what is not there yet."""

    desired: Resource

    @property
    def ref(self) -> Ref:
        return self.desired.ref


@dataclass(frozen=True, slots=True)
class Update:
    """Replace what is there; `changes` says in words what that means."""

    live: Resource
    desired: Resource
    changes: tuple[Change, ...]
    noise: Mapping[str, int] = field(default_factory=dict)

    @property
    def ref(self) -> Ref:
        return self.desired.ref


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove what is ours and no longer defined; planned with `--prune` only."""

    live: Resource

    @property
    def ref(self) -> Ref:
        return self.live.ref


@dataclass(frozen=True, slots=True)
class Blocked:
    """Leave alone what differs but must not be touched; `reason` is a sentence."""

    desired: Resource
    reason: str

    @property
    def ref(self) -> Ref:
        return self.desired.ref


Action = Create | Update | Delete | Blocked


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a target read of itself.

    live: what exists of the wanted resources, and whatever else of ours is there.
    unmanaged: what exists besides, of the target's kinds, and is not ours.
    blocked: what exists but may not be written, with the reason (provisioned, another owner, …).
    server: the server's kind and version, as a reader should see it: `Grafana 12.3.1`.
    """

    live: Mapping[Ref, Resource] = field(default_factory=dict)
    unmanaged: tuple[Ref, ...] = ()
    blocked: Mapping[Ref, str] = field(default_factory=dict)
    server: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to a target; falsy when there is nothing to do.

    orphans: ours, live, no longer defined; deleted with `--prune` only.
    noise: folded differences of the unchanged resources, by class.
    """

    target: str
    actions: tuple[Action, ...] = ()
    unchanged: tuple[Ref, ...] = ()
    orphans: tuple[Ref, ...] = ()
    unmanaged: tuple[Ref, ...] = ()
    noise: Mapping[str, int] = field(default_factory=dict)
    server: str = ""

    def __bool__(self) -> bool:
        return bool(self.actions)

    @property
    def checksum(self) -> str:
        """Six hex digits over everything that applying the plan depends on."""
        parts = [self.target, *(_identity(action) for action in self.actions)]
        return sha256(canonical_json(parts)).hexdigest()[:6]


def make_plan(
    target: str, desired: Iterable[Resource], snapshot: Snapshot, *, prune: bool = False
) -> Plan:
    """Compare what is wanted with what is live."""
    actions: list[Action] = []
    unchanged: list[Ref] = []
    noise: dict[str, int] = {}
    wanted = {resource.ref: resource for resource in desired}
    for ref in sorted(wanted, key=apply_order):
        step = _decide(wanted[ref], snapshot)
        if isinstance(step, Mapping):
            unchanged.append(ref)
            noise = {name: noise.get(name, 0) + step.get(name, 0) for name in {**noise, **step}}
        else:
            actions.append(step)
    orphans = sorted(snapshot.live.keys() - wanted.keys(), key=apply_order)
    if prune:
        actions += [Delete(snapshot.live[ref]) for ref in reversed(orphans)]
        orphans = []
    return Plan(
        target=target,
        actions=tuple(actions),
        unchanged=tuple(unchanged),
        orphans=tuple(orphans),
        unmanaged=snapshot.unmanaged,
        noise=dict(sorted(noise.items())),
        server=snapshot.server,
    )


def apply_order(ref: Ref) -> tuple[int, int, str]:
    """Sort references before what refers to them, and folders from the root down."""
    return KINDS.index(ref.kind), ref.uid.count("/") if ref.kind == "folder" else 0, ref.uid


def _decide(desired: Resource, snapshot: Snapshot) -> Action | Mapping[str, int]:
    """Return what to do about one resource, or the noise to count when that is nothing."""
    live = snapshot.live.get(desired.ref)
    found = difference(live, desired) if live else None
    if found and not found.changes:
        return found.noise
    if reason := snapshot.blocked.get(desired.ref):
        return Blocked(desired, reason)
    if live and found:
        return Update(live, desired, found.changes, found.noise)
    return Create(desired)


def _identity(action: Action) -> list[str]:
    match action:
        case Create(desired=desired):
            return ["create", str(action.ref), fingerprint(desired)]
        case Update(live=live, desired=desired):
            return ["update", str(action.ref), fingerprint(live), fingerprint(desired)]
        case Delete(live=live):
            return ["delete", str(action.ref), fingerprint(live)]
        case Blocked(reason=reason):
            return ["blocked", str(action.ref), reason]
        case _:
            assert_never(action)
