"""The three-way merge of JSON: objects by key, lists of named things by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from obsdash.diff.alignment import IDENTITIES, Identity, aligned, by, paired
from obsdash.diff.leaves import WHOLE, same
from obsdash.diff.missing import MISSING
from obsdash.merge.order import Triple, interleaved
from obsdash.origin import escape

Side = Literal["ours", "theirs"]


class Three(NamedTuple):
    """A value in the base, on our side, on theirs; MISSING where it is not."""

    base: Any
    ours: Any
    theirs: Any

    def map(self, function: Callable[[Any], Any]) -> "Three":
        """Return what a function makes of each."""
        return Three(*map(function, self))

    def items(self, indexes: Triple) -> "Three":
        """Return the items of three lists."""
        pairs = zip(self, indexes, strict=True)
        return Three(*(MISSING if index is None else side[index] for side, index in pairs))


class Spot(NamedTuple):
    """A place by JSON pointers into the base, our side and their side."""

    base: str = ""
    ours: str = ""
    theirs: str = ""

    def key(self, key: str) -> "Spot":
        """Return the place of an object's value."""
        return Spot(*(f"{pointer}/{escape(key)}" for pointer in self))

    def item(self, indexes: Sequence[int | None]) -> "Spot":
        """Return the place of a list's item; `-`, which is nowhere, where a side has none."""
        return Spot(
            *(
                f"{pointer}/{'-' if index is None else index}"
                for pointer, index in zip(self, indexes, strict=True)
            )
        )

    @property
    def name(self) -> str:
        """Return the key that it stands under."""
        return self.ours.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Collision:
    """A place that both sides changed, to different things."""

    spot: Spot
    ours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """What two sides come to together."""

    document: dict[str, Any]
    collisions: tuple[Collision, ...] = ()


@dataclass(slots=True)
class Work:
    """A merge under way.

    taking_out: what the base has and their side has not is taken out of our side, part by part:
    an object or a list that their side lacks is an empty one, not one that somebody removed whole.
    """

    prefer: Side
    taking_out: bool = False
    collisions: list[Collision] = field(default_factory=list)

    def collide(self, spot: Spot, ours: Any, theirs: Any) -> Any:
        """Note a collision; return what the preferred side says."""
        self.collisions.append(Collision(spot, ours, theirs))
        return ours if self.prefer == "ours" else theirs


def equal(a: Any, b: Any) -> bool:
    """Whether two values, which may be MISSING, are the same JSON."""
    if a is MISSING or b is MISSING:
        return a is b
    return same(a, b)


def merge_value(values: Three, spot: Spot, work: Work) -> Any:
    """Return what three values come to, MISSING for what is not to be there."""
    base, ours, theirs = values
    if equal(base, theirs) or equal(ours, theirs):
        return ours
    if equal(base, ours):
        return theirs
    if spot.name not in WHOLE:
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return _objects(Three(base if isinstance(base, dict) else {}, ours, theirs), spot, work)
        if isinstance(ours, list) and isinstance(theirs, list):
            return _lists(Three(base if isinstance(base, list) else [], ours, theirs), spot, work)
    return work.collide(spot, ours, theirs)


def _objects(values: Three, spot: Spot, work: Work) -> dict[str, Any]:
    merged = {}
    for key in dict.fromkeys([*values.ours, *values.theirs]):
        inner = Three(*(side.get(key, MISSING) for side in values))
        take = _taken_out if work.taking_out and inner.theirs is MISSING else merge_value
        merged[key] = take(inner, spot.key(key), work)
    return {key: value for key, value in merged.items() if value is not MISSING}


def _taken_out(values: Three, spot: Spot, work: Work) -> Any:
    """Return what our side has besides the base, MISSING for nothing; their side has nothing."""
    base, ours, _ = values
    for kind in (dict, list):
        if isinstance(base, kind) and isinstance(ours, kind):
            return merge_value(Three(base, ours, kind()), spot, work) or MISSING
    return merge_value(values, spot, work)


def _lists(values: Three, spot: Spot, work: Work) -> Any:
    base, ours, theirs = values
    items = (*base, *ours, *theirs)
    identity = IDENTITIES.get(spot.name)
    if identity and identity.keys and all(isinstance(item, dict) for item in items):
        return _named(values, identity, spot, work)
    if spot.name == "tags" and all(isinstance(item, str) for item in items):
        kept = [tag for tag in ours if tag in theirs or tag not in base]
        return [*kept, *(tag for tag in theirs if tag not in base and tag not in ours)]
    return work.collide(spot, ours, theirs)


def _named(values: Three, identity: Identity, spot: Spot, work: Work) -> list[Any]:
    triples = _triples(values, identity)
    merged = {t: merge_value(values.items(t), spot.item(t), work) for t in triples}
    order, contested = interleaved(triples)
    if contested and work.collide(spot, "ours", "theirs") == "theirs":
        order, _ = interleaved(triples, first=2)
    return [merged[triple] for triple in order if merged[triple] is not MISSING]


def _triples(values: Three, identity: Identity) -> list[Triple]:
    """Say which items of three lists are the same thing, by their indexes."""
    base, ours, theirs = values
    mine, other = _counterparts(base, ours, identity), _counterparts(base, theirs, identity)
    kept: list[Triple] = [(i, mine.get(i), other.get(i)) for i in range(len(base))]
    to_ours = [j for j in range(len(ours)) if j not in mine.values()]
    to_theirs = [j for j in range(len(theirs)) if j not in other.values()]
    added = [[ours[j] for j in to_ours], [theirs[j] for j in to_theirs]]
    twins = paired(added[1], added[0], (by(identity.name),))  # new things are only what they say
    mine_new: list[Triple] = [
        (None, j, to_theirs[twins[n]] if n in twins else None) for n, j in enumerate(to_ours)
    ]
    alone = set(range(len(to_theirs))) - set(twins.values())
    return [*kept, *mine_new, *((None, None, to_theirs[n]) for n in sorted(alone))]


def _counterparts(base: list[Any], side: list[Any], identity: Identity) -> dict[int, int | None]:
    """Return index in the base → index on a side, None where it is gone."""
    pairs = aligned(base, side, identity)
    return {pair.live: pair.desired for pair in pairs if pair.live is not None}
