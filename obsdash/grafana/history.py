"""Grafana's version history of a dashboard: who saved what, and whether it was us.

The message of a version that we save is `obsdash <project> <hash>`. What we write with edits of
others in it, because they were to be kept or were put back, says so: `… on version 7`. What we
alone would have saved then is found by taking that version's edits out again. Since Grafana 12 the
message is an annotation, which tools that write the whole object back write again: of versions in a
row that say the same, only the first is ours.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

from obsdash.drift import Base
from obsdash.grafana.ownership import untagged
from obsdash.grafana.transport import Grafana, Json
from obsdash.grafana.trouble import GrafanaError
from obsdash.migration.sources import NONE, Sources
from obsdash.plan import Save, Update
from obsdash.resource import Resource, fingerprint

FIRST = "Initial save"  # how Grafana lists the first version, whatever was said on saving it
PAGE = 1000  # versions, of which Grafana keeps 20 unless told otherwise
NOBODY = "Anonymous"  # how newer versions call who has been deleted since, or was never known
MOST_READ = 20  # versions of others that are read to tell who of several changed what
_HASH = 12  # hex digits of the fingerprint in a message
_MESSAGE = re.compile(rf"([0-9a-f]{{{_HASH}}})(?: on version (\d+))?")


def message(project: str, resource: Resource, live: Resource | None = None) -> str:
    """Return what a version that we save says of itself.

    A resource with a revision has edits in it that were live in that version.
    """
    text = f"obsdash {project} {fingerprint(resource)[:_HASH]}"
    return f"{text} on version {resource.revision}" if live and resource.revision else text


def last_save(meta: Json) -> str:
    """Say who saved a dashboard last and when, by what Grafana tells beside it."""
    by, at = meta.get("updatedBy"), meta.get("updated")
    if not (isinstance(at, str) and at):
        return ""
    return f"{f'by {by} ' if by and by != NOBODY else ''}at {_utc(at):%Y-%m-%d %H:%M} UTC"


def saved_by(api: Grafana, project: str, uid: str) -> bool:
    """Whether the history shows that a project saved this dashboard; False when it cannot."""
    history = _History(api, project, uid)
    try:
        return any(history.own(version) for version in history.versions)
    except GrafanaError as error:
        if error.status >= 400:
            return False
        raise


def base_of(api: Grafana, project: str, update: Update, sources: Sources) -> Base:
    """Return what we saved last of a dashboard that is live, and who saved since."""
    history, live = _History(api, project, update.ref.uid, sources), update.live
    folders = (update.desired.folder, live.folder)
    try:
        found = history.base(live, folders, int(live.revision or 0))
        return Base(found.document, tuple(history.left_by(found.others, live)))
    except _LostError as lost:
        return Base(why=str(lost), edited=lost.edited)
    except GrafanaError as error:
        if error.status in (401, 403):
            return Base(why="its history may not be read: that needs the permission to write it")
        if error.status >= 400:
            return Base(why="its history cannot be read")
        raise


class _LostError(Exception):
    """The history does not show what we saved last. edited: but that others' edits are in it."""

    def __init__(self, why: str, *, edited: bool = False) -> None:
        super().__init__(why)
        self.edited = edited


class _Own(NamedTuple):
    """What the message of a version says that we saved. on: whose edits are in it, 0 for none."""

    hash: str
    on: int


class _Found(NamedTuple):
    """What we saved last, and the versions of others since, the oldest first."""

    document: Resource
    others: list[Save]


class _History:
    """The history of one dashboard, read as far as somebody asks."""

    def __init__(self, api: Grafana, project: str, uid: str, sources: Sources = NONE) -> None:
        """Take the place; nothing is read yet."""
        self._api = api
        self._sources = sources
        self._start = f"obsdash {project} "
        self._place = ("dashboards", "uid", uid, "versions")
        self._read: dict[int, Json] = {}

    @cached_property
    def versions(self) -> list[Json]:
        """Return the list of versions, the newest first."""
        found: list[Json] = []
        while page := self._page(len(found)):
            found += page
            if len(page) < PAGE:
                break
        return found

    def _page(self, start: int) -> list[Json]:
        try:
            answer = self._api.get(*self._place, limit=PAGE, start=start)
        except GrafanaError as error:
            if start and error.status == 404:  # behind the last one
                return []
            raise
        return list(answer["versions"] if isinstance(answer, dict) else answer)  # a dict since 11

    def own(self, listed: Json) -> _Own | None:
        """Return what a version says that we saved, None for another one."""
        text = listed.get("message") or ""
        if text == FIRST:
            text = self._version(listed["version"]).get("message") or ""
        found = _MESSAGE.fullmatch(text.removeprefix(self._start))
        if not found or not text.startswith(self._start):
            return None
        return _Own(found[1], int(found[2] or 0))

    def base(self, live: Resource, folders: Sequence[str], number: int) -> _Found:
        """Return what we alone would have saved up to a version, and in which of the folders."""
        others: list[Save] = []
        for listed, older in zip_longest(self.versions, self.versions[1:]):
            if listed["version"] > number:
                continue
            own = self.own(listed)
            if own and not (older and self.own(older) == own):  # a tool that keeps our message
                found = self._based(live, folders, listed["version"], own)
                return _Found(found.document, [*found.others, *others[::-1]])
            others.append(_save(listed))
        purged = min((listed["version"] for listed in self.versions), default=1) > 1
        raise _LostError(
            "what obsdash saved is no longer in its history"
            if purged
            else "obsdash has not saved it yet"
        )

    def _based(self, live: Resource, folders: Sequence[str], number: int, own: _Own) -> _Found:
        document = self._document(live, number)
        if not 0 < own.on < number:
            return _Found(_placed(document, own.hash, folders), [])
        try:
            edited = self._document(live, own.on)
            before = self.base(live, folders, own.on)
        except _LostError as lost:
            raise _LostError(str(lost), edited=True) from None
        from obsdash.drift.case import without_edits  # seldom needed, slow to load

        alone = without_edits(document, edited, before.document, self._sources)
        return _Found(alone, before.others)

    def left_by(
        self, saves: Sequence[Save], live: Resource
    ) -> Iterator[tuple[Save, Resource | None]]:
        """Yield saves with what each left; not read of the last one, and of many."""
        for left, save in zip(range(len(saves) - 1, -1, -1), saves, strict=True):
            read = 0 < left <= MOST_READ
            yield save, self._document(live, save.version) if read else None

    def _document(self, live: Resource, number: int) -> Resource:
        """Return what a version holds, without what says whose it is."""
        if str(number) == live.revision:
            return live
        if number not in {listed["version"] for listed in self.versions}:
            raise _LostError("what obsdash saved is no longer in its history")
        data = self._version(number)["data"]
        spec = {key: value for key, value in data.items() if key not in ("id", "version")}
        return replace(live, spec=untagged(spec, live.spec))

    def _version(self, number: int) -> Json:
        if number not in self._read:
            self._read[number] = self._api.get(*self._place, str(number))
        return self._read[number]


def _placed(document: Resource, hash_: str, folders: Sequence[str]) -> Resource:
    """Return a document in the folder that we put it into: versions do not say, the hash does."""
    for folder in folders:
        whole = replace(document, folder=folder)
        bare = replace(whole, spec={k: v for k, v in whole.spec.items() if k != "uid"})
        if hash_ in (fingerprint(whole)[:_HASH], fingerprint(bare)[:_HASH]):
            return whole
    return document


def _save(listed: Json) -> Save:
    at = _utc(listed["created"])
    by = listed.get("createdBy") or ""
    return Save(int(listed["version"]), "" if by == NOBODY else by, f"{at:%Y-%m-%dT%H:%M:%SZ}")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
