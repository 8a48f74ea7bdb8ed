"""A target in a dictionary: the smallest thing that keeps the contract of `Target`."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from obsdash.plan import Action, Blocked, Create, Delete, Snapshot, Update
from obsdash.resource import DASHBOARD, FOLDER, Ref, Resource
from obsdash.target import Applied, Failed, Outcome, of_kinds


@dataclass
class MemoryTarget:
    """Holds resources by ref. `broken` names those that cannot be written."""

    live: dict[Ref, Resource] = field(default_factory=dict)
    blocked: dict[Ref, str] = field(default_factory=dict)
    broken: set[Ref] = field(default_factory=set)
    before_each: Callable[[Action], None] = lambda action: None
    name: str = "memory"
    kinds: tuple[str, ...] = (FOLDER, DASHBOARD)

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        return of_kinds(resources, self.kinds)

    def read(self, wanted: Collection[Resource], *, others: bool = True) -> Snapshot:
        refs = {resource.ref for resource in wanted}
        live = {ref: found for ref, found in self.live.items() if others or ref in refs}
        return Snapshot(live, blocked=self.blocked, server="Memory 1.0")

    def apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        for action in actions:
            self.before_each(action)
            yield self._apply(action)

    def _apply(self, action: Action) -> Outcome:
        if action.ref in self.broken:
            return Failed(action.ref, "the disk is full")
        match action:
            case Create(desired=desired):
                self.live[action.ref] = desired
                return Applied(action.ref, "created")
            case Update(desired=desired):
                self.live[action.ref] = desired
                return Applied(action.ref, "updated")
            case Delete():
                del self.live[action.ref]
                return Applied(action.ref, "deleted")
            case Blocked():
                raise AssertionError("a blocked action never reaches a target")


def dashboard(uid: str, title: str = "", *, folder: str = "", **spec: object) -> Resource:
    """Return a small dashboard."""
    document = {"uid": uid, "title": title or uid, "panels": [], **spec}
    return Resource(Ref(DASHBOARD, uid), document, folder=folder)
