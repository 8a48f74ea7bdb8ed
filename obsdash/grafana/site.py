"""What a kind needs to know of the server it works on."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from obsdash.grafana.folders import Folders
from obsdash.grafana.server import Server
from obsdash.grafana.transport import Grafana, Json
from obsdash.grafana.trouble import GrafanaError
from obsdash.resource import Ref, Resource

T = TypeVar("T")
R = TypeVar("R")

CACHE_LIFE = 10.0  # seconds that Grafana may remember what we were not allowed to see


@dataclass(frozen=True, slots=True)
class Site:
    """One server, seen with the eyes of one project, at one moment."""

    api: Grafana
    server: Server
    folders: Folders
    project: str
    adopt: bool
    workers: int
    reveal: Callable[[str], str]  # secret reference → secret
    claimed: set[Ref] = field(default_factory=set)  # what the register was told to be ours

    def each(self, function: Callable[[T], R], items: Collection[T]) -> list[R]:
        """Return what a function gives for each item, several at a time."""
        pool = ThreadPoolExecutor(self.workers)
        try:
            return list(pool.map(function, items))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # a Ctrl-C waits for no server


@dataclass(slots=True)
class Found:
    """What a kind found; the fields are those of a Snapshot."""

    live: dict[Ref, Resource] = field(default_factory=dict)
    unmanaged: list[Ref] = field(default_factory=list)
    blocked: dict[Ref, str] = field(default_factory=dict)
    cautions: list[str] = field(default_factory=list)


class Kind(Protocol):
    """A kind of object: a module of functions. Trouble is a TargetError."""

    NAME: str  # in resource.KINDS
    WRITERS: int  # how many writes at once the server bears
    VERSIONED: bool  # whether the server refuses a write that is based on an old version
    PIECEMEAL: bool  # whether a write may take several calls, and so end between them
    REGISTERED: bool  # whether the project's register says whose it is

    def read(self, site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
        """Read what is wanted (by uid) and, if told so, what else there is."""

    def fetch(self, site: Site, like: Resource) -> Resource | None:
        """Read one object, in the shape of the one given."""

    def save(self, site: Site, desired: Resource, live: Resource | None) -> None:
        """Create an object, or replace the live one."""

    def delete(self, site: Site, live: Resource) -> None:
        """Delete an object."""

    def keep(self, site: Site, live: Resource) -> str:
        """Return why an object must not be deleted, "" when it may."""


def find(site: Site, *path: str, listed: Callable[[], bool] = lambda: True) -> Json:
    """Return what is at a path, None when there is nothing.

    Grafana answers 403, too, for a uid that does not exist, unless one has rights on everything:
    what is denied and not listed is not there for us.
    """
    try:
        return site.api.get(*path)
    except GrafanaError as error:
        if error.status == 404 or (error.status == 403 and not listed()):
            return None
        raise


def is_listed(site: Site, uid: str) -> bool:
    """Whether the search shows a dashboard or folder."""
    return any(hit["uid"] == uid for hit in site.api.get("search", dashboardUIDs=uid))


def not_ours(site: Site, owners: Collection[str]) -> str:
    """Return why an object with these owners must not be written, "" when it may."""
    if site.project in owners or (site.adopt and not owners):
        return ""
    if owners:
        others = ", ".join(sorted(owners))
        return f"it belongs to the obsdash project {others}, which would have to give it up first"
    return "it exists and obsdash did not make it; --adopt takes it over"
