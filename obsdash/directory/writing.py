"""Carry out actions on the files of a directory: each file is whole at every moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from obsdash.directory.encoder import Encoder
from obsdash.directory.formats import FORMATS, decode
from obsdash.directory.layout import PROVIDER_FILE, dashboards_by_uid, kind_at, place, stem
from obsdash.directory.manifest import NAME, Manifest, load_manifest
from obsdash.disk.whole import make_folder, read_or_none, temporary, why, write_whole
from obsdash.plan import Action, Create, Delete, Update
from obsdash.resource import DASHBOARD, FOLDER, Ref, Resource
from obsdash.target import Applied, Failed, Outcome, Refused


@dataclass(frozen=True, slots=True)
class _Job:
    """What becomes of one file: its new content, None to remove it; strays go with the old one."""

    path: str
    actions: tuple[Action, ...] = ()
    content: bytes | None = None
    digest: str = ""
    strays: tuple[str, ...] = ()


class Writer:
    """Write into one directory. The caller holds its lock."""

    def __init__(self, root: Path, provider: bytes, encoder: Encoder) -> None:
        """Take the content of Grafana's provider file."""
        self._root = root
        self._provider = provider
        self._encoder = encoder
        self._files: dict[str, str] = {}
        self._folders: set[str] = set()

    def run(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        """Carry out the actions; raises TargetError or OSError before anything is changed."""
        manifest = load_manifest(self._root)
        self._files, self._folders = self._swept(manifest), set(manifest.folders)
        jobs = self._jobs([action for action in actions if action.ref.kind != FOLDER])
        folders = [action for action in actions if action.ref.kind == FOLDER]
        self._announce(jobs, folders)
        try:
            yield from self._make_folders(folders)
            yield from self._write(jobs)
            yield from self._remove_folders(folders)
        finally:
            with suppress(OSError):  # what was announced lists too much, never too little
                self._save(Manifest(self._files, frozenset(self._folders)))

    def _swept(self, manifest: Manifest) -> dict[str, str]:
        """Return our files that exist, and remove what a killed writer left beside them."""
        for path in manifest.files:
            temporary(self._root / path).unlink(missing_ok=True)
        return {p: digest for p, digest in manifest.files.items() if (self._root / p).exists()}

    def _jobs(self, actions: Iterable[Action]) -> list[_Job]:
        by_path: dict[str, list[Action]] = {}
        for action in actions:
            by_path.setdefault(place(_subject(action)), []).append(action)
        dashboards = dashboards_by_uid(self._files)
        return [self._job(path, tuple(some), dashboards) for path, some in by_path.items()]

    def _job(
        self, path: str, actions: tuple[Action, ...], dashboards: Mapping[str, list[str]]
    ) -> _Job:
        content = self._present(path) if FORMATS[kind_at(path)].several else {}
        for action in actions:
            if isinstance(action, Create | Update):
                content[action.ref] = action.desired
            else:
                content.pop(action.ref, None)
        ours = dashboards.get(stem(path), []) if kind_at(path) == DASHBOARD else []
        strays = tuple(other for other in ours if other != path)
        if not content:
            return _Job(path, actions, strays=strays)
        encoded = self._encoder.encode(path, tuple(content.values()))
        return _Job(path, actions, encoded, _digest(encoded), strays)

    def _present(self, path: str) -> dict[Ref, Resource]:
        """Return what a file of several resources holds now; a damaged one holds nothing."""
        found = read_or_none(self._root / path)
        try:
            return {resource.ref: resource for resource in decode(path, found or b"")}
        except ValueError:
            return {}

    def _announce(self, jobs: list[_Job], folders: list[Action]) -> None:
        """Save what will be ours, so that a writer killed half-way leaves no file unaccounted."""
        coming = {job.path: job.digest for job in jobs if job.content is not None}
        made = {action.ref.uid for action in folders if isinstance(action, Create)}
        self._save(Manifest(self._files | coming, frozenset(self._folders | made)))

    def _save(self, manifest: Manifest) -> None:
        self._put(NAME, manifest.encode())

    def _write(self, jobs: list[_Job]) -> Iterator[Outcome]:
        if self._shows(jobs) and (reason := self._provide()):
            hidden = [job for job in jobs if kind_at(job.path) == DASHBOARD]
            yield from (Failed(action.ref, reason) for job in hidden for action in job.actions)
            jobs = [job for job in jobs if job not in hidden]
        for job in jobs:
            yield from self._outcomes(job)
        if not self._shows([]):
            with suppress(OSError):  # it leads to an empty folder, which harms nobody
                self._finish(_Job(PROVIDER_FILE))

    def _shows(self, jobs: list[_Job]) -> bool:
        """Whether there are dashboards of ours once the jobs are done."""
        gone = {path for job in jobs for path in (*job.strays, job.path)}
        coming = {job.path for job in jobs if job.content is not None}
        return any(kind_at(path) == DASHBOARD for path in self._files.keys() - gone | coming)

    def _provide(self) -> str:
        """Make Grafana read our dashboards; return why that failed."""
        try:
            self._finish(_Job(PROVIDER_FILE, (), self._provider, _digest(self._provider)))
        except OSError as error:
            return f"{PROVIDER_FILE} cannot be written: {why(error)}"
        return ""

    def _outcomes(self, job: _Job) -> Iterator[Outcome]:
        try:
            self._finish(job)
        except OSError as error:
            verb = "removed" if job.content is None else "written"
            reason = f"{job.path} cannot be {verb}: {why(error)}; it is as it was"
            yield from (Failed(action.ref, reason) for action in job.actions)
        except KeyboardInterrupt:
            if read_or_none(self._root / job.path) == job.content:  # no outcome is lost
                yield from _applied(job)
            raise
        else:
            yield from _applied(job)

    def _finish(self, job: _Job) -> None:
        if job.content is not None:
            self._put(job.path, job.content)
            self._files[job.path] = job.digest
        for path in job.strays if job.content is not None else (job.path, *job.strays):
            if path in self._files:
                (self._root / path).unlink(missing_ok=True)
                del self._files[path]

    def _put(self, path: str, content: bytes) -> None:
        """Write a file unless it says this already. A power cut may lose it: build it again."""
        if read_or_none(self._root / path) != content:
            write_whole(self._root / path, content, durable=False)

    def _make_folders(self, actions: list[Action]) -> Iterator[Outcome]:
        for action in actions:
            if isinstance(action, Create | Update):
                try:
                    make_folder(self._root / place(action.desired))
                except OSError as error:
                    yield Failed(action.ref, f"{place(action.desired)}: {why(error)}")
                else:
                    self._folders.add(action.ref.uid)
                    yield Applied(action.ref, _verb(action))

    def _remove_folders(self, actions: list[Action]) -> Iterator[Outcome]:
        for action in actions:
            if isinstance(action, Delete):
                yield self._remove_folder(action)

    def _remove_folder(self, action: Delete) -> Outcome:
        folder = self._root / place(action.live)
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError as error:
            return Refused(action.ref, f"{place(action.live)} stays: {why(error)}")
        self._folders.discard(action.ref.uid)
        return Applied(action.ref, _verb(action))


def _subject(action: Action) -> Resource:
    return action.live if isinstance(action, Delete) else action.desired


def _applied(job: _Job) -> Iterator[Outcome]:
    return (Applied(action.ref, _verb(action)) for action in job.actions)


def _verb(action: Action) -> str:
    return {Create: "created", Update: "updated"}.get(type(action), "deleted")


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
