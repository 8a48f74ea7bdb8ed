"""The configuration of a running Alertmanager, as a target."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from obsdash.alertmanager.files import ConfigFile, Found
from obsdash.alertmanager.reading import live_spec
from obsdash.alertmanager.server import Server
from obsdash.alertmanager.sync import Sync
from obsdash.diff.ondisk import ON_DISK
from obsdash.diff.routing.integrations import SECRET
from obsdash.diff.routing.withheld import withheld
from obsdash.disk.lock import locked
from obsdash.errors import TargetError
from obsdash.http import Auth, Client, Tls, masked
from obsdash.plan import Action, Create, Snapshot, Update
from obsdash.programs import program_for
from obsdash.resource import ALERTMANAGER, Ref, Resource, Spec
from obsdash.target import Applied, Failed, Outcome, of_kinds

REF = Ref(ALERTMANAGER, "main")


class AlertmanagerTarget:
    """An Alertmanager whose configuration file we may write.

    The file is ours when its first line says so. An Alertmanager always has a configuration: it is
    replaced, never deleted. Replicas are further Alertmanagers that read the same file.
    """

    def __init__(
        self,
        url: str,
        config: Path,
        *,
        project: str,
        replicas: tuple[str, ...] = (),
        adopt: bool = False,
        auth: Auth | None = None,
        tls: Tls | None = None,
    ) -> None:
        """Contact nobody yet; raises TargetError for an address that is none."""
        self._url = url
        self._file = ConfigFile(config.resolve(), project)  # a link leads to what is replaced
        self._adopt = adopt
        self._servers = tuple(
            Server(Client(one, auth=auth, tls=tls, product="Alertmanager"))
            for one in (url, *replicas)
        )

    @property
    def name(self) -> str:
        """Return `alertmanager http://alertmanager:9093`."""
        return f"alertmanager {masked(self._url)}"

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return what of the resources belongs here."""
        return of_kinds(resources, (ALERTMANAGER,))

    def read(self, wanted: Collection[Resource], *, others: bool = True) -> Snapshot:
        """Return what is loaded; raises TargetError when server or file cannot be read."""
        with self._connected():
            loaded = [server.loaded() for server in self._servers]
        found = self._file.read()
        return Snapshot(
            live={
                one.ref: Resource(one.ref, live_spec(self._file, found, loaded, one.spec))
                for one in wanted
            },
            unmanaged=(REF,) if others and not wanted else (),
            blocked={
                one.ref: reason
                for one in wanted
                if (reason := self._blocked(found) or odd(one.spec))
            },
            server=f"Alertmanager {loaded[0].version}",
        )

    def apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        """Replace the file and have it loaded; else put it back."""
        for action in actions:
            if isinstance(action, Create | Update):
                yield self._applied(action)

    def _applied(self, action: Create | Update) -> Outcome:
        try:
            with locked(self._file.path.parent), self._connected():
                version = self._servers[0].loaded().version
                sync = Sync(self._file, self._servers, program_for("amtool", version))
                sync.run(action.desired.spec)
        except TargetError as error:
            return Failed(action.ref, error.message, error.help)
        return Applied(action.ref, "updated")

    def _connected(self) -> ExitStack:
        """Return a context that closes the connections at its end."""
        stack = ExitStack()
        for server in self._servers:
            stack.enter_context(server)
        return stack

    def _blocked(self, found: Found) -> str:
        """Return why the file may not be written, "" when it may."""
        if found.content is None or found.project == self._file.project:
            return ""
        if found.project:
            return f"{self._file.path} belongs to project {found.project}"
        if self._adopt:
            return ""
        return (
            f"obsdash did not write {self._file.path}; --adopt takes it over and keeps a copy of it"
        )


def odd(wanted: Spec) -> str:
    """Return why a configuration cannot be what is meant, as one to put back is; "" when it can."""
    if ON_DISK in wanted:
        return "no file held it as it was loaded"
    for place, value in withheld(wanted).items():
        if value == SECRET:
            return f"{place} is {SECRET}, which is what Alertmanager shows in place of a secret"
    return ""
