"""What runs a stack: plain processes, or containers. The commands know no more than this."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from obsdash.errors import ConfigError, Problems
from obsdash.stack import logs, native, preflight, state
from obsdash.stack.addresses import Addresses
from obsdash.stack.launch import Settings, home, log_file, values
from obsdash.stack.manifest import MANIFEST
from obsdash.stack.report import Report
from obsdash.words import nearest


class Runtime(Protocol):
    """One way to run the stack whose data is in a state folder."""

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


@dataclass(frozen=True, slots=True)
class Native:
    """Plain processes of this machine."""

    settings: Settings

    def up(self) -> Iterator[Report]:
        """Refuse a machine that has too little; then start what is installed."""
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


def choose(settings: Settings, runtime: str) -> Runtime:
    """Return what is to run a stack; raises ConfigError where that cannot be."""
    if runtime == "docker":
        raise ConfigError("containers are not supported yet", help="--runtime native")
    return Native(settings)


def recorded(settings: Settings) -> list[Runtime]:
    """Return what has started something in the state folder; native where nothing has."""
    return [Native(settings)]
