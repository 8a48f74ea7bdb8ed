"""Replace the configuration so that Alertmanager has either the new one loaded or the old one."""

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from obsdash.alertmanager.files import ConfigFile, Found, config_hash, decode
from obsdash.alertmanager.server import Server
from obsdash.diff.routing.integrations import SECRET
from obsdash.diff.routing.withheld import withheld
from obsdash.disk.kept import forget, keep, kept, put_back
from obsdash.disk.whole import Staged, stage, why
from obsdash.errors import TargetError
from obsdash.resource import Spec

_UNCHANGED = "the old configuration stays loaded"
_SECONDS = 60  # more than amtool needs


@dataclass(frozen=True, slots=True)
class Sync:
    """One run over the file. The caller holds the folder's lock. amtool: its path, where usable.

    servers: the Alertmanagers that read the file; either all of them get the new one, or none does.
    """

    file: ConfigFile
    servers: Sequence[Server]
    amtool: str | None

    def run(self, spec: Spec) -> None:
        """Have a configuration written and loaded, or the old one put back; raises TargetError."""
        self._see_that_all_are_there()
        self._finish_what_was_cut_off()
        old = self.file.read()
        try:
            self._write(self.file.encode(spec), old)
        except TargetError as error:
            secrets = [*withheld(spec).values(), *_secrets(old)]
            raise TargetError(_without(secrets, error.message), help=error.help) from None

    def _see_that_all_are_there(self) -> None:
        for server in self.servers[1:]:  # the first has just been asked
            try:
                server.state()
            except TargetError as error:
                reason = f"{error.message}; nothing was written, {_UNCHANGED} everywhere"
                raise TargetError(reason, help=error.help) from error

    def _finish_what_was_cut_off(self) -> None:
        """Take back a file that a run which was killed put in place and nobody has loaded."""
        try:
            before, now = kept(self.file.path), self.file.read().content
            if before is None:
                return
            if now is not None and not any(_has_loaded(one, now) for one in self.servers):
                put_back(self.file.path)
            forget(self.file.path)
        except OSError as error:
            raise TargetError(f"{error.filename}: {why(error)}; {_UNCHANGED}") from error

    def _write(self, new: bytes, old: Found) -> None:
        try:
            staged = stage(self.file.path, new, durable=True, access=old.access)
            try:
                self._check(staged.temporary)
                if old.content is not None and not old.project:
                    self.file.keep(old)
                self._swap(staged, new, old)
            finally:
                with suppress(OSError):  # what is left does no harm: the next run removes it
                    staged.discard()
        except OSError as error:
            reason = f"{self.file.path} cannot be replaced: {why(error)}; {_UNCHANGED}"
            raise TargetError(reason) from error

    def _check(self, file: Path) -> None:
        """Ask amtool, where it is there to be asked."""
        reason = amtool_problem(self.amtool, file) if self.amtool else ""
        if reason:
            raise TargetError(f"amtool refuses the configuration: {reason}; {_UNCHANGED}")

    def _swap(self, staged: Staged, new: bytes, old: Found) -> None:
        """Put the new file in place and have it loaded, or put the old one back and say why."""
        try:
            keep(self.file.path)
            staged.commit()
            for server in self.servers:
                self._load(server, new)
        except OSError:
            forget(self.file.path)
            raise  # nothing was put in place
        except TargetError as error:
            state = self._restore(old, new)
            raise TargetError(f"{error.message}; {state}", help=error.help) from error
        except BaseException:
            self._restore(old, new)
            raise
        forget(self.file.path)

    def _load(self, server: Server, new: bytes) -> None:
        answer = server.reload()
        if answer.status == 500:
            said = server.explained(answer).reason
            raise TargetError(
                f"{server.url} refuses the configuration: {said or 'its log has the reason'}",
                help="" if self.amtool else "an amtool of its version checks what is written",
            )
        if answer.status != 200:
            raise server.explained(answer)
        state = server.state()
        if state.hash != config_hash(new):
            raise TargetError(
                f"{server.url} did not load {self.file.path}",
                help="config must be the file that Alertmanager reads: its --config.file",
            )
        if not state.reloaded:
            raise TargetError(f"{server.url} says that its last reload failed")

    def _restore(self, old: Found, new: bytes) -> str:
        """Put the old file back and have it loaded; return what is true then."""
        try:
            put_back(self.file.path)
        except OSError as error:
            return f"{self.file.path} could not be put back either: {why(error)}"
        if old.content is None:
            return self._left(new)
        wrong = [text for one in self.servers if (text := _not_back(one, old.content))]
        return f"the old file is back, but {'; '.join(wrong)}" if wrong else _UNCHANGED

    def _left(self, new: bytes) -> str:
        """Say what is loaded where there is no file to go back to."""
        left = [one.url for one in self.servers if _has_loaded(one, new)]
        return f"the new one stays loaded by {' and '.join(left)}" if left else _UNCHANGED


def _has_loaded(server: Server, content: bytes) -> bool:
    try:
        return server.state().hash == config_hash(content)
    except TargetError:
        return False


def _not_back(server: Server, old: bytes) -> str:
    """Have the old file loaded again; return what is wrong with that, "" when nothing is."""
    try:
        server.reload()
        is_back = server.state().hash == config_hash(old)
    except TargetError as error:
        return error.message
    return "" if is_back else f"it is not what {server.url} has loaded"


def amtool_problem(amtool: str, file: Path) -> str:
    """Return what amtool has against a configuration, "" when it has nothing."""
    try:
        run = subprocess.run(
            [amtool, "check-config", str(file)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it cannot be run: {error}"
    if run.returncode == 0:
        return ""
    failures = run.stdout.split("FAILED: ")[1:]
    return " ".join(failures[0].split()) if failures else "no reason given"


def _secrets(found: Found) -> list[str]:
    try:
        return list(withheld(decode(found.content or b"{}")).values())
    except ValueError:
        return []


def _without(secrets: list[str], message: str) -> str:
    """Return a message that repeats no secret, as a reason about a bad address does."""
    for secret in sorted(secrets, key=len, reverse=True):
        message = message.replace(secret, SECRET)
    return message
