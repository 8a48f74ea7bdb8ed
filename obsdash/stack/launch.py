"""One component on this machine: its folder, its command line, the files it needs."""

import importlib.util
import secrets
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from obsdash.alertmanager.files import header
from obsdash.stack.manifest import ALERTMANAGER, MANIFEST, PROMETHEUS, Addition, Component
from obsdash.stack.scraping import prometheus_config
from obsdash.stack.state import write_whole


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose; absolute paths."""

    folder: Path  # all state
    bundle: Path  # the stack's own files
    project: str
    alertmanager_config: Path | None = None  # else the one that is there, or that notifies nobody


def find_program(component: Component) -> str | None:
    """Return the path of a component's program, or None where it is not installed."""
    if component.module:
        return sys.executable if importlib.util.find_spec(component.module) else None
    return next(filter(None, map(shutil.which, component.programs)), None)


def home(folder: Path, component: Component) -> Path:
    """Return a component's own folder."""
    return folder / component.name


def log_file(folder: Path, component: Component) -> Path:
    """Return where a component's output goes."""
    return home(folder, component) / f"{component.name}.log"


@dataclass(frozen=True, slots=True)
class Launch:
    """A component with its program and address, among the others' addresses."""

    component: Component
    program: str
    address: str
    others: Mapping[str, str]  # component → address, of those that run
    settings: Settings

    def argv(self) -> tuple[str, ...]:
        """Return the command line."""
        texts = list(self.component.argv)
        for addition in additions(self.component, self.others):
            texts += addition.argv
        values = self._values()
        return (self.program, *(text.format_map(values) for text in texts))

    def prepare(self) -> None:
        """Make the component's folders and files."""
        own = home(self.settings.folder, self.component)
        for name in ("", *self.component.folders):
            (own / name).mkdir(parents=True, exist_ok=True)
        if self.component.password:
            _make_password(own / "password")
        if self.component is PROMETHEUS:
            write_whole(own / "prometheus.yml", self._prometheus_config())
        if self.component is ALERTMANAGER:
            self._make_alertmanager_config(own / "alertmanager.yml")

    def _values(self) -> dict[str, str]:
        named = {name.replace("-", "_"): address for name, address in self.others.items()}
        return {
            **named,
            **place(self.settings.folder, self.component, self.address),
            "share": str(_share(self.program)),
            "bundle": str(self.settings.bundle),
        }

    def _make_alertmanager_config(self, file: Path) -> None:
        """Copy the user's file; else begin with one that `obsdash sync` may replace."""
        given = self.settings.alertmanager_config
        if given:
            write_whole(file, given.read_text(encoding="utf-8"))
        elif not file.exists():
            first = self.settings.bundle / "alertmanager" / "alertmanager.yml"
            write_whole(file, header(self.settings.project) + first.read_text(encoding="utf-8"))

    def _prometheus_config(self) -> str:
        addresses = {**self.others, self.component.name: self.address}
        present = [component for component in MANIFEST if component.name in addresses]
        scrape = [file for component in present for file in scrape_files(component, addresses)]
        services = {f"{each.name}:{each.port}": addresses[each.name] for each in present}
        config = prometheus_config(self.settings.bundle, scrape, services)
        return yaml.safe_dump(config, sort_keys=False)


def additions(component: Component, present: Mapping[str, str]) -> Iterator[Addition]:
    """Yield what a component gets because of what is present and what is not."""
    return (each for each in component.additions if (each.other in present) is not each.absent)


def scrape_files(component: Component, present: Mapping[str, str]) -> Iterator[str]:
    """Yield the files of scrape.d that a component brings."""
    yield from component.scrape
    for addition in additions(component, present):
        yield from addition.scrape


def place(folder: Path, component: Component, address: str) -> dict[str, str]:
    """Return where a component is: the values of `{address}`, `{port}` and `{home}`."""
    return {
        "address": address,
        "port": address.rpartition(":")[2],
        "home": str(home(folder, component)),
    }


def variables(folder: Path, component: Component, address: str) -> Iterator[str]:
    """Yield the shell lines that tell other programs where a component is."""
    values = place(folder, component, address)
    quoted = {name: shlex.quote(value) for name, value in values.items()}
    return (f"{name}={text.format_map(quoted)}" for name, text in component.variables)


def _share(program: str) -> Path:
    """Return where a program keeps its files: beside its bin folder, or under /usr/share."""
    path = Path(program).resolve()
    prefix = path.parent.parent
    return Path("/usr/share") / path.name.partition("-")[0] if prefix == Path("/usr") else prefix


def _make_password(file: Path) -> None:
    """Write a random password that only the owner can read; an existing one stays."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(18), encoding="ascii")
