"""Start, watch and stop the stack's containers."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from obsdash.errors import ConfigError, ObsdashError, Problems
from obsdash.stack import archive
from obsdash.stack import preflight as machine
from obsdash.stack.addresses import Addresses
from obsdash.stack.component import Component
from obsdash.stack.docker import preflight, volumes
from obsdash.stack.docker.deployment import DEV, PROD, RECORD, Deployment
from obsdash.stack.docker.engine import Compose, check_engine, find_compose
from obsdash.stack.docker.trouble import explained
from obsdash.stack.launch import values
from obsdash.stack.manifest import GRAFANA, MANIFEST
from obsdash.stack.report import Outcome, Report
from obsdash.stack.state import locked
from obsdash.words import nearest

HEALTHY_SECONDS = 300.0
POLL_SECONDS = 1.0
CRASHES_SEEN = 15  # looks at a container that is being restarted, until it counts as failed


@dataclass(frozen=True, slots=True)
class Container:
    """What Compose says of a container."""

    service: str
    state: str  # running, exited, restarting, …
    health: str  # healthy, unhealthy, starting; empty: it has no health check
    code: int
    ports: Mapping[int, int]  # its own → where it is published

    @property
    def outcome(self) -> Outcome:
        """Return what it is doing, in the words of all runtimes."""
        if self.state == "exited":
            return "exited" if self.code else "done"
        if self.state != "running" or self.health == "starting":
            return "starting"
        return "unhealthy" if self.health == "unhealthy" else "running"


@dataclass(frozen=True)
class Docker:
    """The stack in containers."""

    deployment: Deployment

    @cached_property
    def compose(self) -> Compose:
        """Return Compose, told which files, settings and profiles are meant."""
        words = self.deployment.arguments(self.deployment.profiles)
        return Compose((*find_compose(), *words), self.deployment.added())

    def inputs(self) -> dict[str, str]:
        """Return the variables that definitions are built with."""
        return self.deployment.inputs()

    def check(self) -> None:
        """Raise ObsdashError where Compose is missing or too old, or no engine answers."""
        _ = self.compose
        check_engine()

    def up(self) -> Iterator[Report]:
        """Check settings, secrets, ports; start, and yield a report as each becomes healthy."""
        deployment, folder = self.deployment, self.deployment.settings.folder
        with locked(folder):
            deployment.make_own_file()
            _refuse(preflight.settings_problems(deployment))
            self._check_profiles()
            config = self._config()
            there = {each.service for each in self._containers()}
            _refuse(preflight.secret_problems(deployment, config))
            _refuse(preflight.port_problems(config["services"], there))
            _refuse(machine.shortages(folder, machine.CONTAINERS))
            deployment.prepare(set(config["services"]))
            deployment.record()
            code, said = self.compose.watch("--progress", "plain", "up", "--detach", tell=_tell)
            yield from self._failed(said) if code else self._healths()
            if deployment.env == PROD:  # they read files that a build may have changed
                self.compose.run("kill", "--signal", "HUP", "prometheus", "alertmanager")

    def down(self, *, volumes: bool) -> list[Report]:
        """Stop and remove the containers; their volumes go with `volumes`."""
        folder = self.deployment.settings.folder
        with locked(folder):
            there = self._containers()
            more = ("--volumes",) if volumes else ()
            done = self.compose.run("--profile", "*", "down", "--remove-orphans", *more)
            if done.returncode:
                raise explained(done.stderr.splitlines())
            (folder / RECORD).unlink(missing_ok=True)
        return [Report(each.service, "stopped") for each in there]

    def status(self) -> list[Report]:
        """Return what every container is doing."""
        return [_report(each) for each in self._containers()]

    def logs(
        self, services: Sequence[str], last: int, *, follow: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield what the services wrote."""
        known = [each.service for each in self._containers()]
        for name in services:
            if name not in known:
                raise ConfigError(
                    f"{name} has written nothing{nearest(name, known)}",
                    help=f"there are logs of {', '.join(known)}" if known else "obsdash stack up",
                )
        more = ("--follow",) if follow else ()
        words = ("logs", "--no-color", "--tail", str(last), *more, *services)
        for line in self.compose.lines(*words):
            name, _, text = line.partition("|")
            yield name.strip(), text.removeprefix(" ")

    def addresses(self) -> Addresses:
        """Return where the services are published, and what leads obsdash to them."""
        there = {each.service: each for each in self._containers() if each.state == "running"}
        urls, meant = {}, {}
        for component in MANIFEST:
            found = there.get(component.name)
            if found and (port := found.ports.get(component.port)):
                outside = self._values(component, f"127.0.0.1:{port}")
                inside = self._values(component, f"{component.name}:{component.port}")
                urls[component.name] = component.url.format_map(outside)
                for name, text in component.variables:
                    # Grafana asks data sources inside, verify outside.
                    asked = name.startswith("VARIABLES_") and component is not GRAFANA
                    meant[name] = text.format_map(inside if asked else outside)
        password = self.deployment.variables.get("GRAFANA_ADMIN_PASSWORD")
        if password and self.deployment.env == DEV and "grafana" in urls:
            meant["GRAFANA_PASSWORD"] = password
        return Addresses(urls, meant)

    def backup(self, file: Path) -> Iterator[Report]:
        """Stop what runs, save all volumes, and start it again."""
        return self._at_rest(self._volumes().backup(file))

    def restore(self, file: Path) -> Iterator[Report]:
        """Stop what runs, put all volumes back, and start it again."""
        with archive.opened(file, volumes.RUNTIME):
            pass  # what is none does not stop anything
        return self._at_rest(self._volumes().restore(file))

    def _volumes(self) -> volumes.Volumes:
        deployment = self.deployment
        return volumes.Volumes(
            deployment.project, f"busybox:{deployment.variables['BUSYBOX_VERSION']}"
        )

    def _at_rest(self, work: Iterator[Report]) -> Iterator[Report]:
        with locked(self.deployment.settings.folder):
            running = [each.service for each in self._containers() if each.state == "running"]
            if running:
                self.compose.run("stop")
            try:
                yield from work
            finally:
                if running:
                    self.compose.run("start", *running)

    def _values(self, component: Component, address: str) -> dict[str, str]:
        return values(self.deployment.settings.folder, component, address)

    def _check_profiles(self) -> None:
        done = self.compose.run("config", "--profiles")
        known = done.stdout.split()
        for name in self.deployment.profiles:
            if done.returncode == 0 and name not in known:
                raise ConfigError(
                    f"there is no profile {name!r}{nearest(name, known)}",
                    help=f"profiles: {', '.join(sorted(known))}",
                )

    def _config(self) -> dict[str, Any]:
        """Return what Compose makes of files, settings and profiles."""
        done = self.compose.run("config", "--format", "json")
        if done.returncode:
            raise explained(done.stderr.splitlines())
        config: dict[str, Any] = json.loads(done.stdout)
        return config

    def _containers(self) -> list[Container]:
        done = self.compose.run("--profile", "*", "ps", "--all", "--format", "json")
        if done.returncode:
            raise explained(done.stderr.splitlines())
        return [_container(json.loads(line)) for line in done.stdout.splitlines() if line.strip()]

    def _healths(self) -> Iterator[Report]:
        """Yield a report of each service when it is settled, or when there was time enough."""
        end = time.monotonic() + HEALTHY_SECONDS
        told: set[str] = set()
        crashes: Counter[str] = Counter()
        while True:
            containers, late = self._containers(), time.monotonic() > end
            crashes.update(each.service for each in containers if each.state == "restarting")
            for each in containers:
                settled = each.outcome != "starting" or crashes[each.service] >= CRASHES_SEEN
                if each.service not in told and (late or settled):
                    told.add(each.service)
                    yield self._settled(each)
            if len(told) == len(containers):
                return
            time.sleep(POLL_SECONDS)

    def _failed(self, said: Sequence[str]) -> Iterator[Report]:
        """Yield what became of the services that made Compose give up; raise where none did."""
        bad = [each for each in self._containers() if each.outcome in {"exited", "unhealthy"}]
        yield from map(self._settled, bad)
        if not bad:
            raise explained(said)

    def _settled(self, container: Container) -> Report:
        name = container.service
        match container.outcome:
            case "running":
                return Report(name, "started", _published(container))
            case "done":
                return Report(name, "done")
            case "starting" if container.state == "restarting":
                why = "it ends again and again"
            case "starting":
                why = f"it is not healthy after {HEALTHY_SECONDS:g} s"
            case "unhealthy":
                why = "its health check fails"
            case _:
                why = f"it ended with exit code {container.code}"
        last = [line for _, line in self.logs([name], 1, follow=False)]
        said = f"; {last[-1].strip()}" if last and last[-1].strip() else ""
        return Report(name, "failed", f"{why}{said} (obsdash stack logs {name})")


def _container(document: Mapping[str, Any]) -> Container:
    ports = {
        int(each["TargetPort"]): int(each["PublishedPort"])
        for each in document.get("Publishers") or []
        if each.get("PublishedPort")
    }
    return Container(
        service=str(document["Service"]),
        state=str(document["State"]),
        health=str(document.get("Health") or ""),
        code=int(document.get("ExitCode") or 0),
        ports=ports,
    )


def _report(container: Container) -> Report:
    detail = f"exit code {container.code}" if container.outcome == "exited" else ""
    return Report(container.service, container.outcome, detail or _published(container))


def _published(container: Container) -> str:
    ports = sorted(set(container.ports.values()))
    return " ".join(f"127.0.0.1:{port}" for port in ports)


def _refuse(problems: Iterator[ObsdashError]) -> None:
    if found := list(problems):
        raise Problems(found)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
