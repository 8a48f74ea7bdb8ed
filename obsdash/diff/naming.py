"""From leaves to changes with names: what is noise is counted, what is not goes to its topic."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from obsdash.change import Change, Verb
from obsdash.diff.leaf import ORDER, Leaf
from obsdash.diff.leaves import leaves, value_at
from obsdash.diff.missing import MISSING
from obsdash.diff.noise import noise_class
from obsdash.diff.ondisk import ON_DISK
from obsdash.diff.scope import Scope
from obsdash.resource import Resource
from obsdash.spelling import from_to, spelled


class Fold(NamedTuple):
    """A difference that says nothing, and where that is told: which one it is."""

    noise: str
    leaf: Leaf | None = None


class Note(NamedTuple):
    """A sentence about the whole that is no change."""

    text: str


Finding = Change | Fold | Note


@dataclass(frozen=True, slots=True)
class Group:
    """The leaves of one topic: all below `path`, which is relative to the scope's part."""

    path: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    scope: Scope

    @property
    def name(self) -> str:
        """The last element of the path: a key, or an item's name."""
        return self.path[-1]

    @property
    def live(self) -> str:
        """The JSON pointer into the live document."""
        return self._pointer(self.leaves[0].place.live)

    @property
    def desired(self) -> str:
        """The JSON pointer into the desired document."""
        return self._pointer(self.leaves[0].place.desired)

    @property
    def before(self) -> Any:
        """The live value, MISSING when there is none."""
        if self.leaves[0].path == self.path:
            return self.leaves[0].before
        return value_at(self.scope.before, self.live[len(self.scope.place.live) :])

    @property
    def after(self) -> Any:
        """The desired value, MISSING when there is none."""
        if self.leaves[0].path == self.path:
            return self.leaves[0].after
        return value_at(self.scope.after, self.desired[len(self.scope.place.desired) :])

    @property
    def whole(self) -> bool:
        """Whether the thing itself came or went, not something in it."""
        return self.leaves[0].path == self.path and MISSING in (self.before, self.after)

    def _pointer(self, pointer: str) -> str:
        path = self.leaves[0].path
        for _ in range(len(path) - len(self.path) - (path[-1] == ORDER)):
            pointer = pointer.rpartition("/")[0]
        return pointer


class Topic(NamedTuple):
    """How the differences below a path are told; `*` in the pattern is any item's name."""

    pattern: tuple[str, ...]
    tell: Callable[[Group], Iterable[str]]
    verb: Verb = "changed"


def part_findings(
    scope: Scope, subject: str, topics: Sequence[Topic], desired: Resource
) -> Iterator[Finding]:
    """Yield what separates two documents or parts of documents."""
    kept: list[Leaf] = []
    for leaf in leaves(scope.before, scope.after, scope.place):
        noise = noise_class(leaf, scope)
        if noise:
            yield Fold(noise, leaf)
        else:
            kept.append(leaf)
    for group, topic in _grouped(kept, scope, topics):
        for text in topic.tell(group):
            yield _told(desired, subject, text, topic.verb, group)


def _told(desired: Resource, subject: str, text: str, verb: Verb, group: Group) -> Change:
    """Make the change that a group of leaves is."""
    gone = group.after is MISSING
    return Change(
        subject=subject,
        text=text,
        verb=verb,
        path=group.live if gone else group.desired,
        before=None if group.before is MISSING else group.before,
        after=None if gone else group.after,
        origin=desired.origin_of(group.desired.rpartition("/")[0] if gone else group.desired),
    )


def whole(
    desired: Resource, subject: str, text: str, verb: Verb, path: str, before: Any, after: Any
) -> Change:
    """Make the change that a whole part is: added, removed, moved, renamed."""
    origin = None if verb == "removed" else desired.origin_of(path)
    return Change(subject, text, verb, path, before, after, origin)


def _grouped(
    found: Sequence[Leaf], scope: Scope, topics: Sequence[Topic]
) -> Iterator[tuple[Group, Topic]]:
    by_topic: dict[tuple[str, ...], tuple[Topic, list[Leaf]]] = {}
    for leaf in found:
        topic = _topic(leaf.path, topics)
        path = leaf.path[: len(topic.pattern)] if topic.pattern else leaf.path
        by_topic.setdefault(path, (topic, []))[1].append(leaf)
    for path, (topic, group) in by_topic.items():
        yield Group(path, tuple(group), scope), topic


def _topic(path: tuple[str, ...], topics: Sequence[Topic]) -> Topic:
    matching = (topic for topic in topics if _matches(path, topic.pattern))
    return max(matching, key=lambda topic: len(topic.pattern), default=PLAIN)


def _matches(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return len(path) >= len(pattern) and all(
        want in ("*", part) for part, want in zip(path, pattern, strict=False)
    )


def label(path: Sequence[str]) -> str:
    """Spell a path as readers of dashboards do: `options.legend.calcs`."""
    if path[:2] == ("fieldConfig", "defaults"):
        path = path[2:]
    return ".".join(path)


def plainly(name: str, before: Any, after: Any) -> str:
    """Tell a difference of two values: `unit "s" → "ms"`, `min 0 added`."""
    if before is MISSING:
        return f"{name} {spelled(after)} added"
    if after is MISSING:
        return f"{name} {spelled(before)} removed"
    return f"{name} {from_to(before, after)}"


def _plain(group: Group) -> Iterator[str]:
    for leaf in group.leaves:
        if leaf.path[-1] == ORDER:
            yield f"{label(leaf.path[:-1])} reordered"
        else:
            yield plainly(label(leaf.path), leaf.before, leaf.after)


def texts(group: Group, prefix: str = "") -> Iterator[str]:
    """Tell each leaf of a group by its path below the group."""
    for leaf in group.leaves:
        below = leaf.path[len(group.path) :]
        if below and below[-1] == ORDER:
            yield f"{prefix}{label(below[:-1]) or group.name} reordered"
        else:
            yield prefix + plainly(label(below) or group.name, leaf.before, leaf.after)


def _file(group: Group) -> Iterator[str]:
    yield f"{ON_DISK} {group.before}"


PLAIN = Topic((), _plain)
FILE = Topic((ON_DISK,), _file)
