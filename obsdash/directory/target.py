"""A directory that Grafana, Prometheus, Loki and Alertmanager read, as a target."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from obsdash.delivery.librarypanels import inlined
from obsdash.delivery.rulefiles import RuleFiles
from obsdash.directory import formats
from obsdash.directory.encoder import Encoder
from obsdash.directory.layout import DASHBOARDS, PLACES
from obsdash.directory.manifest import load_manifest
from obsdash.directory.reading import Reader
from obsdash.directory.writing import Writer
from obsdash.disk.lock import locked
from obsdash.disk.whole import why
from obsdash.errors import TargetError
from obsdash.plan import Action, Snapshot
from obsdash.resource import FOLDER, Resource
from obsdash.target import Failed, Outcome, of_kinds


class DirectoryTarget:
    """Files for Grafana's file provisioning, rule files, an Alertmanager configuration.

    mount: where the servers see the directory, when that is another path than ours.
    rules: in which files rules are wanted.
    """

    def __init__(
        self, path: Path, *, mount: str | None = None, rules: RuleFiles | None = None
    ) -> None:
        """Take a path that need not exist yet."""
        self._root = path
        self._rules = rules or RuleFiles()
        served = mount.rstrip("/") if mount else path.absolute()
        self._provider = formats.provider(f"{served}/{DASHBOARDS}")
        self._encoder = Encoder()

    @property
    def name(self) -> str:
        """Return `directory build/local`."""
        return f"directory {self._root}"

    def take(self, resources: Collection[Resource]) -> tuple[Resource, ...]:
        """Return what of the resources belongs here: library panels within dashboards, rules."""
        return of_kinds(self._rules.take(inlined(resources)), (FOLDER, *PLACES))

    def files(self) -> Mapping[str, str]:
        """Return our files: relative path → SHA-256 of what was written; raises TargetError."""
        written = load_manifest(self._root).files
        return {path: digest for path, digest in written.items() if (self._root / path).exists()}

    def read(self, wanted: Collection[Resource], *, others: bool = True) -> Snapshot:
        """Return what the files say; raises TargetError for what cannot be read."""
        try:
            reader = Reader(self._root, self._provider, self._encoder)
            return reader.read(wanted, others=others)
        except OSError as error:
            raise TargetError(f"{error.filename} cannot be read: {why(error)}") from error

    def apply(self, actions: Sequence[Action]) -> Iterator[Outcome]:
        """Write the files whose bytes change, and only those."""
        if not actions:
            return
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(self._root))
                yield from Writer(self._root, self._provider, self._encoder).run(actions)
            except TargetError as error:
                yield from (Failed(a.ref, error.message, error.help) for a in actions)
            except OSError as error:
                reason = f"{self._root} cannot be written: {why(error)}; it is as it was"
                yield from (Failed(action.ref, reason) for action in actions)
