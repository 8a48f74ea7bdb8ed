"""Rule files of a running Prometheus, as a target."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from obsdash.disk.lock import locked
from obsdash.disk.whole import why
from obsdash.errors import TargetError
from obsdash.health import Health, joined, judged
from obsdash.http import Auth, Client, Tls, masked
from obsdash.plan import Action, Snapshot
from obsdash.prometheus.checks import name_problem, structure_problem, version_problem
from obsdash.prometheus.files import RuleFolder, namespace_of
from obsdash.prometheus.reading import Loaded, foreign_groups, live_groups
from obsdash.prometheus.server import Server
from obsdash.prometheus.sync import Sync
from obsdash.resource import RULE_GROUP, Ref, Resource
from obsdash.target import Failed, Outcome, of_kinds

RELOAD_LIMIT = 60.0  # seconds; tens of thousands of rules on a busy machine take more than ten


class PrometheusTarget:
    """A Prometheus whose folder of rule files we may write into.

    Files are called `<prefix><namespace>.yml`: what has the prefix is ours, everything else is left
    alone. Replicas are further servers that read the same folder.
    """

    def __init__(
        self,
        url: str,
        rules: Path,
        *,
        prefix: str,
        replicas: tuple[str, ...] = (),
        auth: Auth | None = None,
        tls: Tls | None = None,
    ) -> None:
        """Contact nobody yet; raises TargetError for an address that is none."""
        self._url = url
        self._folder = RuleFolder(rules, prefix)
        self._servers = tuple(
            Server(
                Client(one, auth=auth, tls=tls, product="Prometheus"),
                Client(one, auth=auth, tls=tls, product="Prometheus", timeout=RELOAD_LIMIT),
            )
            for one in (url, *replicas)
        )

    @property
    def name(self) -> str:
        """Return `prometheus http://prometheus:9090`."""
        return f"prometheus {masked(self._url)}"

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return what of the resources belongs here."""
        return tuple(map(_cautioned, of_kinds(resources, (RULE_GROUP,))))

    def read(self, wanted: Collection[Resource], *, others: bool = True) -> Snapshot:
        """Return what is loaded; raises TargetError when server or folder cannot be read."""
        files = self._folder.read()
        with self._connected():
            servers = [_loaded(server) for server in self._servers]
        live = live_groups(self._folder, files, servers)
        return Snapshot(
            live=live,
            unmanaged=foreign_groups(self._folder, servers[0].groups) if others else (),
            blocked=_blocked(wanted, live, servers[0].facts.version),
            server=f"Prometheus {servers[0].facts.version}",
        )

    def health(self, wanted: Collection[Resource]) -> Health:
        """Return how the rules are on each of the servers; raises TargetError."""
        keys = {self._key(resource.ref): resource.ref for resource in wanted}
        groups = {resource.ref: resource for resource in wanted}
        with self._connected():
            return joined([_health(server, keys, groups) for server in self._servers])

    def _key(self, ref: Ref) -> tuple[str, str]:
        namespace, _, group = ref.uid.partition("/")
        return self._folder.file(namespace).name, group

    def apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        """Replace the files that change, all at once, and have them loaded; else put them back.

        A file that promtool refuses is left out, the others go on. Prometheus itself does not say
        which one it refuses: all are put back, and then tried one by one.
        """
        if not actions:
            return
        try:
            outcomes = self._apply(actions)
        except TargetError as error:
            outcomes = [Failed(action.ref, error.message, error.help) for action in actions]
        except OSError as error:
            reason = f"{error.filename}: {why(error)}"
            outcomes = [Failed(action.ref, reason) for action in actions]
        yield from outcomes

    def _apply(self, actions: Sequence[Action]) -> list[Outcome]:
        with locked(self._folder.path), self._connected():
            self._folder.sweep()
            sync = Sync(self._folder, self._servers, self._servers[0].facts())
            sync.recover(self._folder.read())
            return sync.run(actions, self._folder.read())

    def _connected(self) -> ExitStack:
        """Return a context that closes the connections at its end."""
        stack = ExitStack()
        for server in self._servers:
            stack.enter_context(server)
        return stack


def _cautioned(group: Resource) -> Resource:
    """Say what of a group nobody can see in Prometheus."""
    if not group.spec.get("rules"):
        why = "a group without rules is not shown by Prometheus: whether it is loaded is not known"
    elif group.spec.get("query_offset"):
        why = "Prometheus does not show query_offset: it is compared with the file on disk"
    else:
        return group
    return replace(group, cautions=(*group.cautions, f"{group.ref}: {why}"))


def _loaded(server: Server) -> Loaded:
    facts, shown = server.facts(), server.shown()
    return Loaded(server.url, facts, server.groups(shown, facts.interval), shown)


def _health(
    server: Server, keys: Mapping[tuple[str, str], Ref], groups: Mapping[Ref, Resource]
) -> Health:
    shown = {keys[key]: group for key, group in server.shown().items() if key in keys}
    return judged(groups, shown)


def _blocked(
    wanted: Collection[Resource], live: Mapping[Ref, Resource], version: str
) -> dict[Ref, str]:
    """Return what Prometheus would refuse; what is to be deleted may be as bad as it is."""
    found = {}
    for resource in wanted:
        if resource != live.get(resource.ref):
            reason = (
                name_problem(namespace_of(resource.ref))
                or structure_problem([resource.spec])
                or version_problem(resource, version)
            )
            if reason:
                found[resource.ref] = reason
    return found
