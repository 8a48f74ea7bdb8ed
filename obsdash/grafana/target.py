"""Grafana as a target: read it, apply a plan's actions to it."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from obsdash.delivery.alertrules import ManagedRules
from obsdash.delivery.routing import as_grafanas
from obsdash.drift import Base
from obsdash.errors import ConfigError, TargetError
from obsdash.grafana import history
from obsdash.grafana.crew import work_off
from obsdash.grafana.folders import read_folders
from obsdash.grafana.kinds import KINDS
from obsdash.grafana.server import Server
from obsdash.grafana.site import Found, Kind, Site
from obsdash.grafana.sources import read_sources
from obsdash.grafana.transport import HEALTH, Grafana, Pause, connected
from obsdash.grafana.trouble import GrafanaError
from obsdash.grafana.write import carry_out
from obsdash.http import Auth, Tls, masked
from obsdash.migration.sources import Sources
from obsdash.plan import Action, Delete, Snapshot, Update
from obsdash.resource import DASHBOARD, FOLDER, Ref, Resource
from obsdash.target import Failed, Outcome, of_kinds


def _no_secrets(reference: str) -> str:
    raise ConfigError(f"the secret {reference} cannot be looked up here")


@dataclass(frozen=True, slots=True)
class GrafanaTarget:
    """A Grafana over HTTP, seen as one project. Contacted only by `read` and `apply`.

    timeout: seconds an answer may take. concurrency: calls at once. secrets: what a reference in
    Resource.secrets stands for. adopt: take over objects that nobody's obsdash made. rules: how
    rule groups become Grafana's own; without, it takes none. routing: take the project's routing,
    which makes the whole tree of policies the project's. pause: waits the given seconds; by
    default a Ctrl-C ends the waiting.
    """

    url: str
    project: str = field(kw_only=True)
    auth: Auth | None = field(default=None, kw_only=True)
    tls: Tls | None = field(default=None, kw_only=True)
    org: int | None = field(default=None, kw_only=True)
    timeout: float = field(default=30.0, kw_only=True)
    concurrency: int = field(default=8, kw_only=True)
    secrets: Callable[[str], str] = field(default=_no_secrets, kw_only=True, repr=False)
    adopt: bool = field(default=False, kw_only=True)
    rules: ManagedRules | None = field(default=None, kw_only=True)
    routing: bool = field(default=False, kw_only=True)
    pause: Pause | None = field(default=None, kw_only=True)

    @property
    def name(self) -> str:
        """Return what a reader calls it."""
        return f"grafana {masked(self.url).rstrip('/')}"

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return what of the resources belongs here."""
        took = of_kinds(resources, [kind.NAME for kind in KINDS])
        managed = self.rules.deliver(resources) if self.rules else ()
        routed = as_grafanas(resources) if self.routing else ()
        return tuple({one.ref: one for one in (*managed, *routed, *took)}.values())

    def read(self, wanted: Collection[Resource], *, others: bool = True) -> Snapshot:
        """Return what is live of the wanted, and, if told so, what else there is."""
        snapshot = Snapshot()
        with self._visit(threading.Event()) as site:
            for found in site.each(lambda kind: _found(kind, site, wanted, others=others), KINDS):
                snapshot = Snapshot(
                    live={**snapshot.live, **found.live},
                    unmanaged=(*snapshot.unmanaged, *sorted(found.unmanaged)),
                    blocked={**snapshot.blocked, **found.blocked},
                    server=str(site.server),
                    cautions=(*snapshot.cautions, *found.cautions),
                )
            return replace(snapshot, sources=read_sources(site.api, wanted, snapshot.live))

    def bases(self, updates: Collection[Update], sources: Sources) -> Mapping[Ref, Base]:
        """Return what we saved last of each object, or why that is not known."""
        kept = [update for update in updates if update.ref.kind == DASHBOARD]
        with self._visit(threading.Event()) as site:
            found = site.each(lambda u: history.base_of(site.api, site.project, u, sources), kept)
        unknown = {update.ref: Base(why="Grafana keeps no history of it") for update in updates}
        return {**unknown, **{u.ref: base for u, base in zip(kept, found, strict=True)}}

    def apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        """Carry out the actions in the order of their references, several at a time.

        A Ctrl-C lets what is under way end, starts nothing more, and is raised again.
        """
        halt = threading.Event()
        try:
            with self._visit(halt) as site:
                site = replace(site, folders=site.folders.planned(_folder_paths(actions)))
                for phase, batch in groupby(sorted(actions, key=_phase), key=_phase):
                    kind = KINDS[abs(phase[1])]
                    hands = site.workers if kind.VERSIONED else kind.WRITERS
                    turn = threading.Semaphore(kind.WRITERS)
                    work = partial(carry_out, kind, site, turn)
                    yield from work_off(work, batch, hands, halt)
        except TargetError as error:  # nothing was started: the first calls only read
            yield from (Failed(action.ref, error.message, error.help) for action in actions)

    @contextmanager
    def _visit(self, halt: threading.Event) -> Iterator[Site]:
        with connected(
            self.url,
            auth=self.auth,
            tls=self.tls,
            org=self.org,
            timeout=self.timeout,
            connections=self.concurrency,
            pause=self.pause or halt.wait,
        ) as api:
            yield Site(
                api=api,
                server=_server(api),
                folders=read_folders(api, self.project),
                project=self.project,
                adopt=self.adopt,
                workers=2 * self.concurrency - 1,  # while some wait for an answer, others think
                reveal=self.secrets,
            )


def _found(kind: Kind, site: Site, wanted: Collection[Resource], *, others: bool) -> Found:
    """Read one kind. Where we want nothing, and may not look or there is no such thing, is nothing.

    So a token for dashboards is enough for dashboards.
    """
    mine = {r.ref.uid: r for r in wanted if r.ref.kind == kind.NAME}
    if not mine and not others:
        return Found()
    try:
        return kind.read(site, mine, others=others)
    except GrafanaError as error:
        if mine or error.status not in (403, 404):
            raise
    return Found()


def _server(api: Grafana) -> Server:
    """Ask for the version; where health hides it, the settings of the web interface tell."""
    health = api.get(*HEALTH)
    if not isinstance(health, dict) or "database" not in health:
        raise GrafanaError(
            f"{api.url} does not answer as a Grafana", help="is url the base URL of a Grafana?"
        )
    version = health.get("version")
    return Server(str(version or _told_to_pages(api)))


def _told_to_pages(api: Grafana) -> str:
    """Return the version that the web interface is told, "" where that is not for us."""
    try:
        settings = api.get("frontend", "settings")
    except GrafanaError as error:
        if error.status not in (403, 404):
            raise
        return ""
    return str(settings.get("buildInfo", {}).get("version") or "")


def _folder_paths(actions: Sequence[Action]) -> Iterator[str]:
    for action in actions:
        if action.ref.kind == FOLDER and not isinstance(action, Delete):
            yield action.ref.uid


def _phase(action: Action) -> tuple[int, int, int]:
    """Sort writes by kind and depth, then deletions the other way round."""
    kind = next(n for n, kind in enumerate(KINDS) if action.ref.kind == kind.NAME)
    depth = action.ref.uid.count("/") if action.ref.kind == FOLDER else 0
    return (1, -kind, -depth) if isinstance(action, Delete) else (0, kind, depth)
