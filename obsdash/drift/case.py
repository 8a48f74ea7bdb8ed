"""The three documents of an object, and the edits that they show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from obsdash.change import Change
from obsdash.diff import difference, folded
from obsdash.diff.dashboard.panels import flattened, pairing
from obsdash.diff.leaf import Leaf
from obsdash.drift.forms import levelled
from obsdash.drift.model import Base
from obsdash.drift.places import marked
from obsdash.merge import Collision, Merged, Rewrite, Side, merge, restored, taken_out
from obsdash.migration.sources import Sources
from obsdash.plan import Edit, Save
from obsdash.resource import Resource

_OF_ANY = ("/id", "/gridPos")  # what a panel has that does not depend on its type


@dataclass(frozen=True, slots=True)
class Case:
    """What obsdash saved last, what is defined, what is live.

    All at one schema version, and with the words of the base wherever another one only says the
    same in others: what is left between them are people's changes.
    """

    base: Resource
    ours: Resource
    theirs: Resource
    sources: Sources

    def merged(self, prefer: Side) -> Merged:
        """Join both sides."""
        return merge(self.base.spec, self.ours.spec, self.theirs.spec, prefer=prefer)

    def changes(self, one: Resource, other: Resource) -> tuple[Change, ...]:
        """Return what leads from one document to another."""
        return difference(one, other, self.sources).changes


def case_of(live: Resource, desired: Resource, base: Resource, sources: Sources) -> Case:
    """Prepare the three documents."""
    known, ours, theirs = levelled((base, desired, live), sources)
    ours = _cleared(ours, known, [_of_desired(leaf) for leaf in folded(known, ours, sources)])
    theirs = _cleared_live(theirs, known, sources)
    return Case(marked(known, ours), ours, marked(theirs, ours), sources)


def without_edits(
    saved: Resource, edited: Resource, before: Resource, sources: Sources
) -> Resource:
    """Return what we alone would have saved, where we saved on top of others' edits.

    edited: what we saved upon. before: what we had saved before the edits.
    """
    case = case_of(edited, saved, before, sources)
    return replace(before, spec=taken_out(case.ours.spec, case.theirs.spec, case.base.spec))


def _cleared_live(live: Resource, base: Resource, sources: Sources) -> Resource:
    return _cleared(live, base, [_of_live(leaf) for leaf in folded(live, base, sources)])


def _cleared(side: Resource, base: Resource, rewrites: Sequence[Rewrite]) -> Resource:
    """Return a document without rewrites, but in what a panel of another type says anew."""
    pairs = pairing(flattened(base.spec), flattened(side.spec)).pairs
    anew = tuple(f"{now.pointer}/" for was, now in pairs if was.type != now.type)
    kept = (one for one in rewrites if not one.here.startswith(anew) or one.here.endswith(_OF_ANY))
    return replace(side, spec=restored(side.spec, base.spec, kept))


def _of_live(leaf: Leaf) -> Rewrite:
    return Rewrite(leaf.place.live, leaf.place.desired, leaf.before, leaf.after)


def _of_desired(leaf: Leaf) -> Rewrite:
    return Rewrite(leaf.place.desired, leaf.place.live, leaf.after, leaf.before)


def edits_of(case: Case, base: Base) -> tuple[Edit, ...]:
    """Return what others changed and the definition does not say, with who did it and when."""
    told = case.changes(case.base, case.theirs)
    if not told:
        return ()
    left = case.changes(case.ours, case.theirs)
    joined = case.merged("theirs")
    flagged = [(change, _collides(change, case, joined.collisions)) for change in told]
    open_ = [(c, collides) for c, collides in flagged if collides or _among(c, left)]
    if not open_ and case.changes(case.ours, replace(case.ours, spec=joined.document)):
        open_ = flagged  # in doubt an edit is told
    who = list(_authors(case, base, [change for change, _ in open_]))
    return tuple(
        Edit(change, save, collides) for (change, collides), save in zip(open_, who, strict=True)
    )


def _authors(case: Case, base: Base, changes: Sequence[Change]) -> Iterator[Save | None]:
    """Yield who made each change: the first version in which it needs no change any more."""
    left = [(save, _left(case, after) if after else ()) for save, after in base.saves]
    for change in changes:
        yield next((save for save, open_ in left if not _among(change, open_)), None)


def _left(case: Case, after: Resource) -> tuple[Change, ...]:
    """Return what was still to be changed after a version was saved."""
    base, theirs, then = levelled((case.base, case.theirs, after), case.sources)
    return case.changes(_cleared_live(then, base, case.sources), theirs)


def _among(change: Change, others: Iterable[Change]) -> bool:
    """Whether others are about the same place; all lead to the same document."""
    if change.verb == "removed":
        return any(
            (one.verb, one.subject) == ("removed", change.subject)
            and related(one.path.rpartition("/")[0], change.path.rpartition("/")[0])
            for one in others
        )
    return any(one.verb != "removed" and related(change.path, one.path) for one in others)


def _collides(change: Change, case: Case, collisions: Sequence[Collision]) -> bool:
    if not change.path:  # the folder
        return case.base.folder != case.ours.folder
    if change.verb == "removed":
        return any(related(change.path, one.spot.base) for one in collisions)
    return any(related(change.path, one.spot.theirs) for one in collisions)


def related(pointer: str, other: str) -> bool:
    """Whether one place is, or is around, the other one."""
    return (
        pointer == other
        or (bool(other) and pointer.startswith(f"{other}/"))
        or (bool(pointer) and other.startswith(f"{pointer}/"))
    )
