"""What the double knows, guarded by one lock."""

import itertools
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.doubles.grafana.answers import Refusal, User

Json = dict[str, Any]


@dataclass
class Folder:
    id: int
    uid: str
    title: str
    version: int = 1
    parent: str = ""


@dataclass
class Version:
    """One saved version of a dashboard."""

    id: int
    number: int
    parent: int
    message: str
    by: str
    data: Json
    created: str


@dataclass
class Dashboard:
    id: int
    uid: str
    folder: str  # uid
    data: Json
    versions: list[Version]
    provisioned: str = ""  # file

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def version(self) -> int:
        return self.versions[-1].number


@dataclass
class Datasource:
    id: int
    fields: Json  # as answered, without secrets
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass
class LibraryElement:
    id: int
    uid: str
    name: str
    folder: str  # uid
    kind: int  # 1: a panel
    model: Json
    version: int = 1


class Store:
    """All of one server's state. `version` decides the semantics."""

    def __init__(self, version: str = "9.3.2") -> None:
        self.version = version
        self.lock = threading.RLock()
        self.folders: dict[str, Folder] = {}
        self.dashboards: dict[str, Dashboard] = {}
        self.datasources: dict[str, Datasource] = {}
        self.library: dict[str, LibraryElement] = {}
        self.tokens: dict[str, User] = {}
        self.hide_version = False
        self.git_workflow = False
        self.stale: list[Json] | None = None  # what the search shows while it lags behind
        self.denied: set[str] = set()  # uids of dashboards that nobody may see
        self._ids = itertools.count(1)

    @property
    def numbers(self) -> tuple[int, int]:
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    @property
    def unique_titles(self) -> bool:
        return self.numbers < (11, 3)

    @property
    def nested_folders(self) -> bool:
        return self.numbers >= (11, 0)

    def next_id(self) -> int:
        return next(self._ids)

    def new_uid(self) -> str:
        return f"generated-{self.next_id()}"

    def inside(self, uid: str) -> Iterator[Folder]:
        """Yield the folder and all below it."""
        yield self.folders[uid]
        for child in [f.uid for f in self.folders.values() if f.parent == uid]:
            yield from self.inside(child)


def now() -> str:
    """Return the time as Grafana writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def checked_uid(uid: str) -> str:
    """Return a uid that Grafana takes for dashboards and folders."""
    if not re.fullmatch("[A-Za-z0-9_-]*", uid):
        raise Refusal(400, "uid contains illegal characters")
    if len(uid) > 40:
        raise Refusal(400, "uid too long, max 40 characters")
    return uid


def slug(title: str) -> str:
    """Return what a title becomes in a URL; Grafana up to 11.2 compares titles by it."""
    text = title.lower().replace("&", " and ").replace("@", " at ")
    return re.sub("[^a-z0-9_]+", "-", text).strip("-_") or title
