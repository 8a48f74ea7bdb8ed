"""Find out what a directory holds: what is wanted, what else is ours, what is of others."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from obsdash.directory.encoder import Encoder
from obsdash.directory.formats import decode
from obsdash.directory.layout import (
    DASHBOARDS,
    PLACES,
    PROVIDER_FILE,
    dashboards_by_uid,
    folder_at,
    folder_place,
    kind_at,
    place,
    refusals,
    stem,
)
from obsdash.directory.manifest import Manifest, load_manifest
from obsdash.disk.whole import read_or_none
from obsdash.plan import Snapshot
from obsdash.resource import DASHBOARD, FOLDER, Ref, Resource

# Where dashboards are while Grafana's provider file is absent or leads elsewhere.
UNREAD = "(not read by Grafana)"


@dataclass
class _Found:
    """What has been seen so far."""

    live: dict[Ref, Resource] = field(default_factory=dict)
    blocked: dict[Ref, str] = field(default_factory=dict)
    unmanaged: set[Ref] = field(default_factory=set)


class Reader:
    """Read one directory."""

    def __init__(self, root: Path, provider: bytes, encoder: Encoder) -> None:
        """Take the content that Grafana's provider file should have."""
        self._root = root
        self._provider = provider
        self._encoder = encoder

    def read(self, wanted: Collection[Resource], *, others: bool) -> Snapshot:
        """Return what the files say; raises TargetError or OSError when one cannot be read."""
        manifest = load_manifest(self._root)
        found = _Found(blocked=refusals(wanted))
        possible = [resource for resource in wanted if resource.ref not in found.blocked]
        files = _by_path(possible)
        for path, some in files.items():
            self._read_file(path, some, manifest, found)
        for path in _ours_besides(files, manifest, others=others):
            self._read_file(path, [], manifest, found)
        self._read_folders(possible, manifest if others else Manifest(), found)
        if others:
            self._read_others(possible, manifest, found)
        self._check_provider(possible, manifest, found)
        return Snapshot(found.live, tuple(sorted(found.unmanaged)), found.blocked)

    def _read_file(
        self, path: str, wanted: list[Resource], manifest: Manifest, found: _Found
    ) -> None:
        content = read_or_none(self._root / path)
        if content is None:
            return
        try:
            held = self._encoder.decode(path, content, wanted)
        except ValueError:
            held = [replace(resource, spec={}) for resource in wanted] or [_damaged(path)]
        same = wanted and self._encoder.encode(path, wanted) == content
        if path in manifest.files or same:
            found.live |= {resource.ref: resource for resource in held}
        else:
            reason = f"{path} was not written by obsdash: move it away, or remove it"
            found.blocked |= {resource.ref: reason for resource in wanted}

    def _read_folders(self, wanted: list[Resource], ours: Manifest, found: _Found) -> None:
        used = {f"{resource.folder}/" for resource in wanted}
        folders = {
            Ref(FOLDER, path): _folder(path)
            for path in ours.folders
            if not any(folder.startswith(f"{path}/") for folder in used)
        }
        folders |= {resource.ref: resource for resource in wanted if resource.ref.kind == FOLDER}
        for ref, folder in folders.items():
            if (self._root / place(folder)).is_dir():
                found.live[ref] = folder

    def _read_others(self, wanted: list[Resource], manifest: Manifest, found: _Found) -> None:
        """List what is not ours; one that defines what is wanted stands in its way."""
        places = {resource.ref: place(resource) for resource in wanted}
        for path in self._foreign_files(manifest):
            for ref in self._refs_in(path):
                if ref not in places:
                    found.unmanaged.add(ref)
                elif places[ref] != path:
                    found.blocked[ref] = f"{path}, which is not ours, defines it too: remove it"
        ours = {path.rpartition("/")[0] for path in manifest.files}
        for folder in self._directories():
            ref = Ref(FOLDER, folder)
            if ref not in found.live and folder_place(folder) not in ours:
                found.unmanaged.add(ref)

    def _foreign_files(self, manifest: Manifest) -> Iterator[str]:
        for folder, _ in PLACES.values():
            for directory, _, names in os.walk(self._root / folder, onerror=_raise):
                relative = Path(directory).relative_to(self._root).as_posix()
                for path in (f"{relative}/{name}" for name in names):
                    if kind_at(path) and path not in manifest.files:
                        yield path

    def _refs_in(self, path: str) -> list[Ref]:
        try:
            return [resource.ref for resource in decode(path, (self._root / path).read_bytes())]
        except ValueError:
            return [_damaged(path).ref]

    def _directories(self) -> list[str]:
        """Return the folders, ours or not, that have a directory."""
        root = self._root / DASHBOARDS
        if not root.is_dir():
            return []
        return [
            folder_at(f"{DASHBOARDS}/{entry.name}") for entry in root.iterdir() if entry.is_dir()
        ]

    def _check_provider(self, wanted: list[Resource], manifest: Manifest, found: _Found) -> None:
        """Show our dashboards as unread when Grafana is not led to them."""
        present = read_or_none(self._root / PROVIDER_FILE)
        if present == self._provider:
            return
        for ref, resource in found.live.items():
            if ref.kind == DASHBOARD:
                found.live[ref] = replace(resource, folder=UNREAD)
        if present is not None and PROVIDER_FILE not in manifest.files:
            reason = f"{PROVIDER_FILE} was not written by obsdash: move it away, or remove it"
            dashboards = (resource.ref for resource in wanted if resource.ref.kind == DASHBOARD)
            found.blocked |= dict.fromkeys(dashboards, reason)


def _by_path(wanted: list[Resource]) -> dict[str, list[Resource]]:
    files: dict[str, list[Resource]] = {}
    for resource in wanted:
        if resource.ref.kind != FOLDER:
            files.setdefault(place(resource), []).append(resource)
    return files


def _ours_besides(
    files: dict[str, list[Resource]], manifest: Manifest, *, others: bool
) -> Iterator[str]:
    """Yield the files of ours that hold something else, or a wanted dashboard elsewhere."""
    if others:
        yield from (path for path in manifest.files if kind_at(path) and path not in files)
        return
    ours = dashboards_by_uid(manifest.files)
    for path in files:
        if kind_at(path) == DASHBOARD:
            yield from (other for other in ours.get(stem(path), ()) if other not in files)


def _folder(path: str) -> Resource:
    parent, _, title = path.rpartition("/")
    return Resource(Ref(FOLDER, path), {"title": title}, parent)


def _damaged(path: str) -> Resource:
    kind = kind_at(path)
    uid = stem(path) if kind == DASHBOARD else f"{stem(path)}/?"
    return Resource(Ref(kind, uid), {})


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
