"""What runs a stack: plain processes, or containers. The commands know no more than this."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from obsdash.errors import ConfigError, ObsdashError, Problems
from obsdash.stack import archive, logs, native, nativedata, preflight, state
from obsdash.stack.addresses import Addresses
from obsdash.stack.docker import Docker
from obsdash.stack.docker.deployment import Deployment
from obsdash.stack.docker.deployment import recorded as docker_record
from obsdash.stack.launch import Settings, home, log_file, values
from obsdash.stack.manifest import MANIFEST, PROFILES
from obsdash.stack.report import Report
from obsdash.words import nearest


class Runtime(Protocol):
    """One way to run the stack whose data is in a state folder."""

    def inputs(self) -> dict[str, str]:
        """Return the variables of the process environment that definitions are built with."""

    def up(self) -> Iterator[Report]:
        """Check, start what does not run yet, and yield a report as each component is ready."""

    def down(self, *, volumes: bool) -> list[Report]:
        """Stop everything; with `volumes`, delete the data as well."""

    def status(self) -> list[Report]:
        """Return what every component is doing."""

    def logs(
        self, services: Sequence[str], last: int, *, follow: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield (component, line) of some components, or of all."""

    def addresses(self) -> Addresses:
        """Return where the components are that run."""

    def backup(self, file: Path) -> Iterator[Report]:
        """Write all data to a file; what runs stands still meanwhile."""

    def restore(self, file: Path) -> Iterator[Report]:
        """Put the data of a backup in the place of what is there; likewise."""


@dataclass(frozen=True, slots=True)
class Native:
    """Plain processes of this machine."""

    settings: Settings

    def inputs(self) -> dict[str, str]:
        """Return nothing: natively, the environment of the process is all there is."""
        return {}

    def up(self) -> Iterator[Report]:
        """Refuse a profile there is none of and a machine with too little; start the rest."""
        for name in self.settings.profiles:
            if name not in PROFILES:
                raise ConfigError(
                    f"there is no profile {name!r}{nearest(name, PROFILES)}",
                    help=f"profiles: {', '.join(PROFILES)}",
                )
        if found := list(preflight.shortages(self.settings.folder, preflight.NATIVE)):
            raise Problems(found)
        yield from native.up(self.settings)

    def down(self, *, volumes: bool) -> list[Report]:
        """Stop what was started; the folders of the components go with `volumes`."""
        folder = self.settings.folder
        reports = native.down(folder)
        if volumes and folder.exists():
            with state.locked(folder):
                for component in MANIFEST:
                    if home(folder, component).exists():
                        shutil.rmtree(home(folder, component))
        return reports

    def status(self) -> list[Report]:
        """Return what every component is doing."""
        return native.status(self.settings.folder)

    def logs(
        self, services: Sequence[str], last: int, *, follow: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield what the components wrote since they were started."""
        folder = self.settings.folder
        files = {each.name: log_file(folder, each) for each in MANIFEST}
        there = {name: file for name, file in files.items() if file.exists()}
        for name in services:
            if name not in there:
                raise ConfigError(
                    f"{name} has written nothing{nearest(name, there)}",
                    help=f"there are logs of {', '.join(there)}" if there else "obsdash stack up",
                )
        chosen = services or list(there)
        return logs.lines({name: there[name] for name in chosen}, last, follow=follow)

    def addresses(self) -> Addresses:
        """Return where the components are, and the variables that the manifest gives them."""
        folder = self.settings.folder
        running = native.running(folder)
        meant = {name: values(folder, each, address) for name, (each, address) in running.items()}
        return Addresses(
            urls={name: each.url.format_map(meant[name]) for name, (each, _) in running.items()},
            values={
                variable: text.format_map(meant[name])
                for name, (each, _) in running.items()
                for variable, text in each.variables
            },
            secrets={
                variable: home(folder, each) / file
                for each, _ in running.values()
                for variable, file in each.secret_files
            },
        )

    def backup(self, file: Path) -> Iterator[Report]:
        """Stop what runs, save, and start it again."""
        return self._at_rest(nativedata.backup(self.settings.folder, file))

    def restore(self, file: Path) -> Iterator[Report]:
        """Stop what runs, put the data back, and start it again."""
        with archive.opened(file, nativedata.RUNTIME):
            pass  # what is none does not stop anything
        return self._at_rest(nativedata.restore(self.settings.folder, file))

    def _at_rest(self, work: Iterator[Report]) -> Iterator[Report]:
        stopped = native.down(self.settings.folder)
        try:
            yield from work
        finally:
            again = tuple(native.up(self.settings)) if stopped else ()
        yield from (each for each in again if each.outcome != "skipped")


def choose(settings: Settings, runtime: str, env: str, env_file: Path | None) -> Runtime:
    """Return what is to run a stack: what runs it already, else what was asked for or is there.

    Raises ObsdashError where that cannot be: prod without containers, a second runtime at once.
    """
    docker = Docker(Deployment(settings, env, env_file))
    before = docker_record(settings)
    if runtime == "native" or (runtime == "auto" and env == "dev" and not _usable(docker)):
        if env != "dev":
            raise ConfigError("prod runs in containers only", help="leave out --runtime native")
        _refuse_second("docker" if before else "", "native")
        return Native(settings)
    docker.check()
    _refuse_second("native" if native.running(settings.folder) else "", "docker")
    return docker


def recorded(settings: Settings) -> list[Runtime]:
    """Return what has started something in the state folder; native where nothing has."""
    containers = docker_record(settings)
    return [Docker(containers)] if containers else [Native(settings)]


def _usable(docker: Docker) -> bool:
    try:
        docker.check()
    except ObsdashError:
        return False
    return True


def _refuse_second(running: str, wanted: str) -> None:
    if running:
        raise ConfigError(
            f"the stack runs already, with --runtime {running}",
            help=f"obsdash stack down, then obsdash stack up --runtime {wanted}",
        )
