"""Replace rule files so that Prometheus has either all of the new ones loaded or all of the old."""

import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from obsdash.delivery.rulefiles import with_own_labels
from obsdash.disk.kept import forget, keep, put_back
from obsdash.disk.rules import encode_groups
from obsdash.disk.whole import Staged, stage, why
from obsdash.errors import TargetError
from obsdash.plan import Action, Create, Delete, Update
from obsdash.programs import program_for
from obsdash.prometheus.checks import knows_group_labels, promtool_problems
from obsdash.prometheus.files import RuleFile, RuleFolder, namespace_of
from obsdash.prometheus.loading import not_loading, unseen
from obsdash.prometheus.server import Facts, Server
from obsdash.resource import Spec
from obsdash.target import Applied, Failed, Outcome

LOAD_LIMIT = 2.0  # seconds; rules are seen as soon as a reload returns, unless a cache is between

_UNCHANGED = "the old rules stay loaded"
_GENERIC = "one or more errors occurred"  # Prometheus tells its log only


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What becomes of one rule file; None is no file."""

    path: Path
    actions: tuple[Action, ...]
    old: bytes | None
    new: bytes | None
    groups: Mapping[str, Spec]


class _RefusedError(TargetError):
    """A server does not load the files, one of them at least."""

    @property
    def undone(self) -> bool:
        """Whether the old ones are loaded again."""
        return self.message.endswith(_UNCHANGED)


class Sync:
    """One run over the rule files. The caller holds the folder's lock."""

    def __init__(
        self, folder: RuleFolder, servers: Sequence[Server], facts: Facts, wait: float = LOAD_LIMIT
    ) -> None:
        """Take the servers that read the folder, and how the first, the main one, was started."""
        self._folder = folder
        self._servers = servers
        self._facts = facts
        self._wait = wait
        self._promtool = program_for("promtool", facts.version)

    def recover(self, files: Mapping[str, RuleFile]) -> None:
        """End what a run that was killed began: what is not loaded becomes what it was before."""
        for path in self._folder.kept():
            file = files.get(self._folder.namespace(path.name) or "")
            groups = file.groups if file else {}
            if (file and file.damaged) or unseen(self._servers[0], {path.name: groups}):
                put_back(path)
            forget(path)

    def run(self, actions: Sequence[Action], files: Mapping[str, RuleFile]) -> list[Outcome]:
        """Carry out the actions on what the files hold now."""
        if not self._facts.reloadable and not self._promtool:
            return _failed(actions, self._unchecked())
        outcomes: list[Outcome] = []
        with ExitStack() as stack:
            staged: dict[_Change, Staged | None] = {}
            for change in self._changes(actions, files):
                try:
                    staged[change] = _stage(change, stack)
                except OSError as error:
                    reason = f"{change.path} cannot be written: {why(error)}; {_UNCHANGED}"
                    outcomes += _failed(change.actions, TargetError(reason))
            for change, refusal in self._refused(staged).items():
                if new := staged.pop(change):
                    _discard(new)
                outcomes += _failed(change.actions, refusal)
            trouble = self._replace(staged) if staged else None
            if isinstance(trouble, _RefusedError) and trouble.undone and len(staged) > 1:
                return outcomes + [o for change in staged for o in self._alone(change, stack)]
        return outcomes + _outcomes(staged, trouble)

    def _alone(self, change: _Change, stack: ExitStack) -> list[Outcome]:
        """Carry out one change of several that were refused, nobody knows which."""
        try:
            trouble = self._replace({change: _stage(change, stack)})
        except OSError as error:
            trouble = TargetError(f"{change.path} cannot be written: {why(error)}; {_UNCHANGED}")
        return _outcomes([change], trouble)

    def _refused(self, staged: Mapping[_Change, Staged | None]) -> dict[_Change, TargetError]:
        """Return the changes whose new file promtool refuses, where it is there to be asked."""
        files = {new.temporary: change for change, new in staged.items() if new}
        if not self._promtool or not files:
            return {}
        reasons = promtool_problems(self._promtool, list(files), self._facts.features)
        return {
            files[file]: TargetError(
                f"promtool refuses {files[file].path.name}: {reason}; {_UNCHANGED}"
            )
            for file, reason in reasons.items()
        }

    def _unchecked(self) -> TargetError:
        return TargetError(
            f"{self._servers[0].url} allows no reload and there is no promtool of its version,"
            f" so nothing can check the rules; {_UNCHANGED}",
            help="start Prometheus with --web.enable-lifecycle, or install promtool",
        )

    def _changes(
        self, actions: Sequence[Action], files: Mapping[str, RuleFile]
    ) -> Iterator[_Change]:
        by_namespace: dict[str, list[Action]] = {}
        for action in actions:
            by_namespace.setdefault(namespace_of(action.ref), []).append(action)
        for namespace, some in by_namespace.items():
            file = files.get(namespace)
            groups = dict(file.groups) if file else {}
            for action in some:
                _carry_out(action, groups, knows_group_labels(self._facts.version))
            yield _Change(
                path=self._folder.file(namespace),
                actions=tuple(some),
                old=file.content if file else None,
                new=encode_groups(groups.values()) if groups else None,
                groups=groups,
            )

    def _replace(self, staged: Mapping[_Change, Staged | None]) -> TargetError | None:
        """Put all files in place and have them loaded, or put the old ones back and say why."""
        try:
            for change in staged:
                keep(change.path)
            for change, new in staged.items():
                if new:
                    new.commit()
                else:
                    change.path.unlink(missing_ok=True)
            if self._facts.reloadable:
                self._load(list(staged))
        except TargetError as error:
            said = f"{error.message}; {self._restore(staged)}"
            kind = _RefusedError if isinstance(error, _RefusedError) else TargetError
            return kind(said, help=error.help)
        except OSError as error:
            reason = f"{error.filename} cannot be replaced: {why(error)}"
            return TargetError(f"{reason}; {self._restore(staged)}")
        except BaseException:
            self._restore(staged)
            raise
        for change in staged:
            forget(change.path)
        return None if self._facts.reloadable else self._not_reloadable()

    def _not_reloadable(self) -> TargetError:
        return TargetError(
            f"written and checked, but not loaded: {self._servers[0].url} runs without"
            " --web.enable-lifecycle",
            help="send the Prometheus process SIGHUP; diff shows when it has loaded the rules",
        )

    def _load(self, changes: Sequence[_Change]) -> None:
        """Reload every server and wait until it shows what was wanted; raises TargetError."""
        for server in self._servers:
            answer = server.reload()
            if answer.status == 500:
                raise self._refusal(server, changes, server.explained(answer).reason)
            if answer.status != 200:
                raise server.explained(answer)
        end = time.monotonic() + self._wait
        for server in self._servers:
            while name := unseen(server, {change.path.name: change.groups for change in changes}):
                if time.monotonic() > end:
                    raise self._unread(server, name)
                time.sleep(0.05)

    def _refusal(self, server: Server, changes: Sequence[_Change], said: str) -> TargetError:
        """Say why a server refuses rules; even a promtool older than the server may know."""
        promtool = shutil.which("promtool")
        files = [change.path for change in changes if change.new is not None]
        found = promtool_problems(promtool, files, self._facts.features) if promtool else {}
        own = "its log has the reason" if _GENERIC in said or not said else said
        reasons = (f"{file.name}: {reason}" for file, reason in found.items())
        return _RefusedError(
            f"{server.url} refuses the rules: {next(reasons, own)}",
            help="" if promtool else "with promtool installed, rules are checked before",
        )

    def _unread(self, server: Server, name: str) -> TargetError:
        patterns = ", ".join(self._facts.rule_files) or "none"
        return TargetError(
            f"{server.url} did not load {name}",
            help=f"rules must be a folder that it reads: its rule_files are {patterns}",
        )

    def _restore(self, changes: Iterable[_Change]) -> str:
        """Put the old files back and have them loaded; return what is true then."""
        try:
            for change in changes:
                put_back(change.path)
        except OSError as error:
            return f"{error.filename} could not be put back either: {why(error)}"
        if reasons := [reason for server in self._servers if (reason := not_loading(server))]:
            return f"the old files are back, but {reasons[0]}"
        return _UNCHANGED


def _stage(change: _Change, stack: ExitStack) -> Staged | None:
    """Write the new file beside the old one; raises OSError."""
    if change.new is None:
        return None
    staged = stage(change.path, change.new, durable=True)
    stack.callback(_discard, staged)
    return staged


def _discard(staged: Staged) -> None:
    """Remove what is not wanted; what cannot be removed now is swept by the next run."""
    with suppress(OSError):
        staged.discard()


def _carry_out(action: Action, groups: dict[str, Spec], group_labels: bool) -> None:
    name = action.ref.uid.partition("/")[2]
    if isinstance(action, Create | Update):
        spec = action.desired.spec
        groups[name] = spec if group_labels or not spec.get("labels") else with_own_labels(spec)
    elif isinstance(action, Delete):
        groups.pop(name, None)


def _outcomes(changes: Iterable[_Change], trouble: TargetError | None) -> list[Outcome]:
    done = [action for change in changes for action in change.actions]
    return _failed(done, trouble) if trouble else _applied(done)


def _applied(actions: Sequence[Action]) -> list[Outcome]:
    verbs = {Create: "created", Update: "updated", Delete: "deleted"}
    return [Applied(action.ref, verbs[type(action)]) for action in actions]


def _failed(actions: Sequence[Action], error: TargetError) -> list[Outcome]:
    return [Failed(action.ref, error.message, error.help) for action in actions]
