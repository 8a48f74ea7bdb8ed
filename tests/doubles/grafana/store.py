"""What the double knows, guarded by one lock."""

import hashlib
import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.doubles.grafana.answers import Refusal, User
from tests.doubles.grafana.versions import EMPTY_DEFAULT

Json = dict[str, Any]


ADMIN = User("admin", "Admin", server_admin=True)


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
    by: str | None
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


@dataclass
class Integration:
    """One way to tell people, of a contact point."""

    uid: str
    type: str
    settings: Json
    secrets: dict[str, str] = field(default_factory=dict)
    silent: bool = False  # says nothing when an alert is resolved
    alias: str = ""  # the name that is shown, where it is not the contact point's

    def shown_as(self, name: str) -> str:
        return self.alias or name


@dataclass
class Rule:
    """A rule that Grafana evaluates; `index` is its place in the group, ties go by id."""

    document: Json  # as it is answered, without provenance
    interval: int  # seconds, of the whole group
    version: int = 1
    index: int = 0
    original: Json | None = None  # in Prometheus' form, where it was imported

    @property
    def uid(self) -> str:
        return str(self.document["uid"])

    @property
    def title(self) -> str:
        return str(self.document["title"])

    @property
    def folder(self) -> str:
        return str(self.document["folderUID"])

    @property
    def group(self) -> str:
        return str(self.document["ruleGroup"])


class Store:
    """All of one server's state. `version` decides the semantics."""

    def __init__(self, version: str = "9.3.2") -> None:
        self.version = version
        self.lock = threading.RLock()
        self.folders: dict[str, Folder] = {}
        self.dashboards: dict[str, Dashboard] = {}
        self.datasources: dict[str, Datasource] = {}
        self.library: dict[str, LibraryElement] = {}
        self.rules: dict[str, Rule] = {}
        self.recording_rules = False  # the feature flag of versions that have one
        self.contact_points: dict[str, list[Integration]] = default_contact_point(self)
        self.policies: Json = default_policies(self)
        self.timings: dict[str, list[Json]] = {}
        self.templates: dict[str, str] = {}
        self.provenances: dict[tuple[str, str], str] = {}  # by kind and name
        self.revision = 0  # of contact points, policies, timings and templates together
        self.tokens: dict[str, User] = {}
        self.accounts: dict[str, User] = {}  # of services, by number
        self.people: dict[str, User] = {ADMIN.login: ADMIN}  # the password is the login
        self.hide_version = False
        self.git_workflow = False
        self.stale: list[Json] | None = None  # what the search shows while it lags behind
        self.denied: set[str] = set()  # uids of dashboards that nobody may see
        self.keep_versions = 0  # how many of a dashboard; 0: all
        self.next_uids: list[str] = []  # that are made up next
        self._ids = itertools.count(1)

    @property
    def numbers(self) -> tuple[int, int]:
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    def has(self, since: tuple[int, int]) -> bool:
        """Whether a behaviour is there that came with a version."""
        return self.numbers >= since

    @property
    def unique_titles(self) -> bool:
        return self.numbers < (11, 3)

    @property
    def nested_folders(self) -> bool:
        return self.numbers >= (11, 0)

    def next_id(self) -> int:
        return next(self._ids)

    def new_uid(self) -> str:
        return self.next_uids.pop(0) if self.next_uids else f"generated-{self.next_id()}"

    def group(self, folder: str, name: str) -> list[Rule]:
        """Return the rules of a group in their order."""
        found = [r for r in self.rules.values() if (r.folder, r.group) == (folder, name)]
        return sorted(found, key=lambda rule: (rule.index, rule.document["id"]))

    def rules_settings(self) -> Iterator[Json]:
        """Yield the notification settings of the rules that have some."""
        for rule in self.rules.values():
            if settings := rule.document.get("notification_settings"):
                yield settings

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Take back what happened to the rules when the block ends in a refusal."""
        rules = {uid: replace(rule) for uid, rule in self.rules.items()}
        provenances = dict(self.provenances)
        try:
            yield
        except Refusal:
            self.rules, self.provenances = rules, provenances
            raise

    def inside(self, uid: str) -> Iterator[Folder]:
        """Yield the folder and all below it."""
        yield self.folders[uid]
        for child in [f.uid for f in self.folders.values() if f.parent == uid]:
            yield from self.inside(child)


def default_contact_point(store: Store) -> dict[str, list[Integration]]:
    """Return the contact point that a new server has."""
    if store.has(EMPTY_DEFAULT):
        return {"empty": []}
    email = Integration("", "email", {"addresses": "<example@email.com>"}, alias="email receiver")
    return {"grafana-default-email": [email]}


def default_policies(store: Store) -> Json:
    """Return the notification policies that a new server has."""
    (receiver,) = default_contact_point(store)
    return {"receiver": receiver, "group_by": ["grafana_folder", "alertname"]}


def digest(content: object) -> str:
    """Return a version that depends on the content only."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


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


@cache
def slug(title: str) -> str:
    """Return what a title becomes in a URL; Grafana up to 11.2 compares titles by it."""
    text = title.lower().replace("&", " and ").replace("@", " at ")
    return re.sub("[^a-z0-9_]+", "-", text).strip("-_") or title
