"""Replace the configuration so that Alertmanager has either the new one loaded or the old one."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from obsdash.alertmanager.files import ConfigFile, Found, config_hash, decode
from obsdash.alertmanager.server import Server
from obsdash.diff.integrations import SECRET
from obsdash.diff.withheld import withheld
from obsdash.disk.whole import Staged, stage, why, write_whole
from obsdash.errors import TargetError
from obsdash.resource import Spec

_UNCHANGED = "the old configuration stays loaded"
_SECONDS = 60  # more than amtool needs


@dataclass(frozen=True, slots=True)
class Sync:
    """One run over the file. The caller holds the folder's lock. amtool: its path, where usable."""

    file: ConfigFile
    server: Server
    amtool: str | None

    def run(self, spec: Spec) -> None:
        """Have a configuration written and loaded, or the old one put back; raises TargetError."""
        old = self.file.read()
        try:
            self._write(self.file.encode(spec), old)
        except TargetError as error:
            secrets = [*withheld(spec).values(), *_secrets(old)]
            raise TargetError(_without(secrets, error.message), help=error.help) from None

    def _write(self, new: bytes, old: Found) -> None:
        try:
            staged = stage(self.file.path, new, durable=True, access=old.access)
            try:
                self._check(staged.temporary)
                if old.content is not None and not old.project:
                    self.file.keep(old)
                self._swap(staged, new, old)
            finally:
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
            staged.commit()
            self._load(new)
        except OSError:
            raise  # nothing was put in place
        except TargetError as error:
            raise TargetError(f"{error.message}; {self._restore(old)}", help=error.help) from error
        except BaseException:
            self._restore(old)
            raise

    def _load(self, new: bytes) -> None:
        answer = self.server.reload()
        if answer.status == 500:
            said = self.server.explained(answer).reason
            raise TargetError(
                f"{self.server.url} refuses the configuration: {said or 'its log has the reason'}",
                help="" if self.amtool else "an amtool of its version checks what is written",
            )
        if answer.status != 200:
            raise self.server.explained(answer)
        state = self.server.state()
        if state.hash != config_hash(new):
            raise TargetError(
                f"{self.server.url} did not load {self.file.path}",
                help="config must be the file that Alertmanager reads: its --config.file",
            )
        if not state.reloaded:
            raise TargetError(f"{self.server.url} says that its last reload failed")

    def _restore(self, old: Found) -> str:
        """Put the old file back and have it loaded; return what is true then."""
        try:
            if old.content is None:
                self.file.path.unlink(missing_ok=True)
                return _UNCHANGED  # an Alertmanager without its file keeps what it has
            write_whole(self.file.path, old.content, durable=True, access=old.access)
        except OSError as error:
            return f"{self.file.path} could not be put back either: {why(error)}"
        try:
            self.server.reload()
            loaded = self.server.state().hash
        except TargetError as error:
            return f"the old file is back, but {error.message}"
        is_back = loaded == config_hash(old.content)
        return _UNCHANGED if is_back else "the old file is back, but it is not what is loaded"


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
