"""What is live: what Prometheus has loaded, and whether our files say the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from obsdash.diff.ondisk import ON_DISK
from obsdash.health import active
from obsdash.prometheus.files import RuleFile, RuleFolder, group_ref
from obsdash.prometheus.groups import loads_as
from obsdash.prometheus.server import Facts, Groups, Shown
from obsdash.resource import Ref, Resource, Spec

REPLICA = "replica"  # with ON_DISK, keys that no definition has: a plan shows why, a sync repairs

DAMAGED = "?"  # the one group of a file that cannot be read


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one Prometheus has loaded."""

    url: str
    facts: Facts
    groups: Groups
    shown: Shown = field(default_factory=dict)


def live_groups(
    folder: RuleFolder, files: Mapping[str, RuleFile], servers: Sequence[Loaded]
) -> dict[Ref, Resource]:
    """Return our groups, loaded or on disk; the first server is the main one."""
    main, *replicas = servers
    found = {}
    for namespace, group in sorted(set(_ours(folder, files, main.groups))):
        key = (folder.file(namespace).name, group)
        spec = _live(group, main.groups.get(key), files.get(namespace), main.facts.interval)
        late = [server.url for server in replicas if not _agree(main, server, key)]
        notes = {f"{REPLICA} {url}": "has something else loaded" for url in late}
        ref = group_ref(namespace, group)
        alerts = active(main.shown.get(key, {}))
        found[ref] = Resource(ref, {**spec, **notes}, alerts=alerts)
    return found


def foreign_groups(folder: RuleFolder, loaded: Groups) -> tuple[Ref, ...]:
    """Return the loaded groups of files that are not ours."""
    return tuple(
        group_ref(PurePosixPath(file).stem, group)
        for file, group in sorted(loaded)
        if folder.namespace(file) is None
    )


def _ours(
    folder: RuleFolder, files: Mapping[str, RuleFile], loaded: Groups
) -> Iterator[tuple[str, str]]:
    for namespace, file in files.items():
        yield from ((namespace, group) for group in file.groups)
        if file.damaged and not any(folder.namespace(name) == namespace for name, _ in loaded):
            yield namespace, DAMAGED
    for name, group in loaded:
        if (ours := folder.namespace(name)) is not None:
            yield ours, group


def _live(group: str, shown: Spec | None, file: RuleFile | None, interval: int) -> Spec:
    """Return a group as its file says it where that is what is loaded: it knows what the API hides.

    Where they differ, it is what is loaded that counts, and the difference is noted.
    """
    written = file.groups.get(group) if file else None
    if shown is None:
        if written and not written.get("rules"):
            return written  # the API does not show groups without rules
        state = "is not loaded" if written else "is damaged"
        return {"name": group, "rules": [], ON_DISK: state}
    if written is None:
        return {**shown, ON_DISK: "does not hold this group"}
    if loads_as(written, shown, interval):
        return written
    return {**shown, ON_DISK: "differs from what is loaded"}


def _agree(main: Loaded, replica: Loaded, key: tuple[str, str]) -> bool:
    ours, theirs = main.groups.get(key), replica.groups.get(key)
    if ours is None or theirs is None:
        return ours is theirs
    return loads_as(ours, theirs, main.facts.interval)
