"""The plan: a value that says what would be done to one target. Made without I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal, assert_never

from obsdash.change import Change, Difference
from obsdash.diff import difference
from obsdash.diff.secret import rotation, unseen
from obsdash.migration.sources import NONE, Sources
from obsdash.resource import KINDS, Ref, Resource, canonical_json, fingerprint

Fate = Literal["undecided", "overwritten", "kept"]


@dataclass(frozen=True, slots=True)
class Save:
    """A version that somebody saved on the server.

    at: `2026-11-21T10:04:00Z`. by: a login, "" when it is unknown.
    """

    version: int
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody else changed since obsdash saved, and what the plan does about it.

    change: from what obsdash saved to what is live. save: None when no version shows it.
    collides: whether the definition changed the same place to something else.
    fate: whether applying the plan overwrites it; an object with an undecided one is refused.
    """

    change: Change
    save: Save | None = None
    collides: bool = False
    fate: Fate = "undecided"


@dataclass(frozen=True, slots=True)
class Sides:
    """Who changed what of an object since obsdash saved it last.

    yours: from what obsdash saved to what is defined. edits: what others did, never empty.
    notes: sentences beside them.
    """

    yours: tuple[Change, ...]
    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Create:
    """Make what is not there yet."""

    desired: Resource

    @property
    def ref(self) -> Ref:
        return self.desired.ref


@dataclass(frozen=True, slots=True)
class Update:
    """Replace what is there; `changes` says in words what that means.

    sides: whose changes these are, where others edited the object. notes: sentences beside them.
    """

    live: Resource
    desired: Resource
    changes: tuple[Change, ...]
    noise: Mapping[str, int] = field(default_factory=dict)
    sides: Sides | None = None
    notes: tuple[str, ...] = ()

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
    sides: Sides | None = None

    @property
    def ref(self) -> Ref:
        return self.desired.ref


Action = Create | Update | Delete | Blocked


@dataclass(frozen=True, slots=True)
class Kept:
    """Leave an object as others edited it, as was asked for.

    desired: the definition with their edits.
    """

    desired: Resource
    sides: Sides

    @property
    def ref(self) -> Ref:
        return self.desired.ref


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a target read of itself.

    live: what exists of the wanted resources, and whatever else of ours is there.
    unmanaged: what exists besides, of the target's kinds, and is not ours.
    blocked: what exists but may not be written, with the reason (provisioned, another owner, …).
    server: the server's kind and version, as a reader should see it: `Grafana 12.3.1`.
    sources: the data sources of the server, which spellings of references are told by.
    cautions: sentences about what it holds in another form than it is defined, with the place.
    """

    live: Mapping[Ref, Resource] = field(default_factory=dict)
    unmanaged: tuple[Ref, ...] = ()
    blocked: Mapping[Ref, str] = field(default_factory=dict)
    server: str = ""
    sources: Sources = NONE
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to a target; falsy when there is nothing to do.

    orphans: ours, live, no longer defined; deleted with `--prune` only.
    noise: folded differences of the unchanged resources, by class.
    kept: not as defined, and left alone all the same.
    two_way: whose updates cannot be told from edits, with the reason.
    notes: sentences about unchanged resources.
    cautions: sentences about what the definitions say and the target cannot hold.
    unseen: unchanged as far as one can see: they have secrets, which the target does not show.
    """

    target: str
    actions: tuple[Action, ...] = ()
    unchanged: tuple[Ref, ...] = ()
    orphans: tuple[Ref, ...] = ()
    unmanaged: tuple[Ref, ...] = ()
    noise: Mapping[str, int] = field(default_factory=dict)
    server: str = ""
    kept: tuple[Kept, ...] = ()
    two_way: Mapping[Ref, str] = field(default_factory=dict)
    unseen: tuple[Ref, ...] = ()
    notes: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict)
    cautions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.actions)

    @property
    def in_sync(self) -> bool:
        """Whether everything is as defined."""
        return not self.actions and not self.kept

    @property
    def checksum(self) -> str:
        """Six hex digits over everything that applying the plan depends on."""
        parts = [self.target, *(_identity(action) for action in self.actions)]
        return sha256(canonical_json(parts)).hexdigest()[:6]


def make_plan(
    target: str,
    desired: Iterable[Resource],
    snapshot: Snapshot,
    *,
    prune: bool = False,
    rotate: bool = False,
) -> Plan:
    """Compare what is wanted with what is live; `rotate`: and write all secrets again."""
    actions: list[Action] = []
    unchanged: list[Ref] = []
    noise: Counter[str] = Counter()
    notes: dict[Ref, tuple[str, ...]] = {}
    wanted = {resource.ref: resource for resource in desired}
    for ref in sorted(wanted, key=apply_order):
        step = _decide(wanted[ref], snapshot, rotate=rotate)
        if isinstance(step, Difference):
            unchanged.append(ref)
            noise.update(step.noise)
            if step.notes:
                notes[ref] = step.notes
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
        notes=notes,
        cautions=(
            *(text for ref in sorted(wanted) for text in wanted[ref].cautions),
            *snapshot.cautions,
        ),
        unseen=tuple(ref for ref in unchanged if unseen(snapshot.live[ref], wanted[ref])),
    )


def apply_order(ref: Ref) -> tuple[int, int, str]:
    """Sort references before what refers to them, and folders from the root down."""
    return KINDS.index(ref.kind), ref.uid.count("/") if ref.kind == "folder" else 0, ref.uid


def _decide(desired: Resource, snapshot: Snapshot, *, rotate: bool) -> Action | Difference:
    """Return what to do about one resource, or the difference that asks for nothing."""
    live = snapshot.live.get(desired.ref)
    found = difference(live, desired, snapshot.sources) if live else None
    if rotate and live and found:
        found = replace(found, changes=(*found.changes, *rotation(live, desired)))
    if found and not found.changes:
        return found
    if reason := snapshot.blocked.get(desired.ref):
        return Blocked(desired, reason)
    if live and found:
        return Update(live, desired, found.changes, found.noise, notes=found.notes)
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
