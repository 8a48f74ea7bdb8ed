"""One component on this machine: its folder, its command line, the files it needs."""

import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from obsdash.alertmanager.files import header
from obsdash.stack.component import Addition, Component
from obsdash.stack.localise import localised
from obsdash.stack.manifest import ALERTMANAGER, MANIFEST, PROMETHEUS
from obsdash.stack.scraping import prometheus_config
from obsdash.stack.state import write_whole


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose; absolute paths."""

    folder: Path  # all state
    bundle: Path  # the stack's own files
    project: str
    build: Path  # what `obsdash build` writes
    profiles: tuple[str, ...] = ()  # beside core; none: the usual ones
    alertmanager_config: Path | None = None  # else the one that is there, or that notifies nobody


@dataclass(frozen=True, slots=True)
class Place:
    """Where a component listens: its own address, and those of its further ports."""

    address: str
    more: Mapping[int, str]  # a port as configuration files call it → address


def find_program(component: Component) -> str | None:
    """Return the path of a component's program, or None where it is not installed."""
    if component.module:
        return sys.executable if importlib.util.find_spec(component.module) else None
    found = filter(None, map(shutil.which, component.programs))
    return next((path for path in found if is_it(path, component.proof)), None)


def is_it(path: str, proof: str) -> bool:
    """Tell whether a program is the one meant: its --version says `proof`."""
    if not proof:
        return True
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return proof in done.stdout + done.stderr


def home(folder: Path, component: Component) -> Path:
    """Return a component's own folder."""
    return folder / component.name


def log_file(folder: Path, component: Component) -> Path:
    """Return where a component's output goes."""
    return home(folder, component) / f"{component.name}.log"


@dataclass(frozen=True)
class Launch:
    """A component with its program and place, among the others."""

    component: Component
    program: str
    place: Place
    others: Mapping[str, Place]  # of those that run
    expected: Mapping[str, Place]  # of those that will
    settings: Settings

    def argv(self) -> tuple[str, ...]:
        """Return the command line."""
        texts = list(self.component.argv)
        for addition in additions(self.component, self.others):
            texts += addition.argv
        return (self.program, *(text.format_map(self._values) for text in texts))

    def prepare(self) -> None:
        """Make the component's folders and files."""
        own = home(self.settings.folder, self.component)
        for name in ("", *self.component.folders):
            (own / name).mkdir(parents=True, exist_ok=True)
        if self.component.password:
            _make_password(own / "password")
        for name in self.component.files:
            write_whole(own / Path(name).name, self._localised(self.settings.bundle / name))
        if self.component is PROMETHEUS:
            write_whole(own / "prometheus.yml", self._prometheus_config())
        if self.component is ALERTMANAGER:
            self._make_alertmanager_config(own / "alertmanager.yml")

    @cached_property
    def _values(self) -> dict[str, str]:
        named = {
            name.replace("-", "_"): address
            for other, place in self.others.items()
            for name, address in _names(other, place).items()
        }
        own = {f"port_{port}": _port(address) for port, address in self.place.more.items()}
        return {
            **named,
            **own,
            **{name: os.environ.get(name, "") for name in self.component.settings},
            **values(self.settings.folder, self.component, self.place.address),
            "share": str(_share(self.program)),
            "bundle": str(self.settings.bundle),
            "build": str(self.settings.build),
        }

    def _localised(self, file: Path) -> str:
        own = home(self.settings.folder, self.component)
        return localised(
            file.read_text(encoding="utf-8"),
            services=services({**self.expected, self.component.name: self.place}),
            listeners={self.component.port: self.place.address, **self.place.more},
            paths={path: str(own / name) for path, name in self.component.paths.items()},
        )

    def _make_alertmanager_config(self, file: Path) -> None:
        """Copy the user's file; else begin with one that `obsdash sync` may replace."""
        given = self.settings.alertmanager_config
        if given:
            write_whole(file, given.read_text(encoding="utf-8"))
        elif not file.exists():
            first = self.settings.bundle / "alertmanager" / "alertmanager.yml"
            write_whole(file, header(self.settings.project) + first.read_text(encoding="utf-8"))

    def _prometheus_config(self) -> str:
        places = {**self.others, self.component.name: self.place}
        simulated = [
            file
            for component in MANIFEST
            if component.name in places
            for addition in additions(component, places)
            for file in addition.scrape
        ]
        config = prometheus_config(self.settings.bundle, simulated, services(places))
        return yaml.safe_dump(config, sort_keys=False)


def services(places: Mapping[str, Place]) -> dict[str, str]:
    """Return SERVICE:PORT → address, as configuration files call the components' ports."""
    ports = {component.name: component.port for component in MANIFEST}
    return {
        f"{name}:{port}": address
        for name, place in places.items()
        for port, address in {ports[name]: place.address, **place.more}.items()
    }


def additions(component: Component, present: Mapping[str, Place]) -> Iterator[Addition]:
    """Yield what a component gets because of what is present and what is not."""
    for each in component.additions:
        if (each.other in present) is not each.absent and each.unless not in present:
            yield each


def values(folder: Path, component: Component, address: str) -> dict[str, str]:
    """Return where a component is: what `{address}`, `{port}` and `{home}` mean."""
    return {
        "address": address,
        "port": _port(address),
        "home": str(home(folder, component)),
    }


def _names(name: str, place: Place) -> dict[str, str]:
    return {name: place.address, **{f"{name}_{port}": at for port, at in place.more.items()}}


def _port(address: str) -> str:
    return address.rpartition(":")[2]


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
