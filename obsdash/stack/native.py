"""Run the stack as plain processes of this machine: the real programs where they are installed."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from obsdash.stack import probe, processes, state
from obsdash.stack.launch import Launch, Settings, find_program, log_file, place
from obsdash.stack.manifest import MANIFEST, Component
from obsdash.stack.ports import free_address
from obsdash.stack.processes import Process
from obsdash.stack.state import Started

READY_SECONDS = 60.0
STOP_SECONDS = 10.0

Outcome = Literal[
    "started",
    "restarted",
    "already running",
    "running",
    "exited",
    "not started",
    "not installed",
    "skipped",
    "failed",
    "stopped",
]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one component, or what it is doing; `detail` is its URL or the reason."""

    name: str
    outcome: Outcome
    detail: str = ""


def up(settings: Settings) -> Iterator[Report]:
    """Start what is installed and does not run yet, and yield a report for every component.

    A component that fails is reported; the others start all the same.
    """
    processes.check_machine()
    with state.locked(settings.folder):
        started = state.load(settings.folder)
        for component in MANIFEST:
            program = find_program(component)
            missing = [need for need in component.needs if not _runs(started.get(need))]
            if program is None:
                yield Report(component.name, "skipped", f"not installed: {component.remedy}")
            elif missing:
                yield Report(component.name, "skipped", f"needs {missing[0]}, which does not run")
            else:
                yield _bring_up(component, program, settings, started)


def down(folder: Path) -> list[Report]:
    """Stop everything that was started from this folder."""
    if not folder.exists():
        return []
    with state.locked(folder):
        running = {name: each for name, each in state.load(folder).items() if each.runs}
        backwards = [each.process for each in reversed(running.values())]
        processes.stop(backwards, STOP_SECONDS)
        state.save(folder, {})
    return [Report(name, "stopped") for name in reversed(running)]


def status(folder: Path) -> list[Report]:
    """Return what every component is doing."""
    started = state.load(folder)
    return [_status(folder, component, started.get(component.name)) for component in MANIFEST]


def running(folder: Path) -> dict[str, tuple[Component, str]]:
    """Return the components that run, with their addresses."""
    started = state.load(folder)
    return {
        component.name: (component, started[component.name].address)
        for component in MANIFEST
        if _runs(started.get(component.name))
    }


def url(folder: Path, component: Component, address: str) -> str:
    """Return where a component is looked at."""
    return component.url.format_map(place(folder, component, address))


def _runs(started: Started | None) -> bool:
    return started is not None and started.runs


def _bring_up(
    component: Component, program: str, settings: Settings, started: dict[str, Started]
) -> Report:
    before = started.get(component.name)
    running = before if before and before.runs else None
    address = running.address if running else free_address(component.port)
    others = {
        name: each.address for name, each in started.items() if each.runs and name != component.name
    }
    launch = Launch(component, program, address, others, settings)
    launch.prepare()
    if running and running.argv == launch.argv():
        return _keep(launch, running)
    if running:
        processes.stop([running.process], STOP_SECONDS)
    return _start(launch, started, "restarted" if running else "started")


def _keep(launch: Launch, running: Started) -> Report:
    """Let a running component, which may have just been started, read its configuration again."""
    component = launch.component
    if trouble := _trouble(launch, running):
        return Report(component.name, "failed", trouble)
    if refusal := _reload(launch.address, component.reload):
        return Report(component.name, "failed", f"it refuses its configuration: {refusal}")
    return Report(component.name, "already running", _url(launch))


def _reload(address: str, path: str) -> str:
    """Ask a component to reload, if it can; return why it did not, or nothing."""
    if not path:
        return ""
    try:
        status, text = probe.request(address, "POST", path)
    except (OSError, HTTPException) as error:
        return str(error)
    return "" if status == probe.OK else text.strip()


def _start(launch: Launch, started: dict[str, Started], outcome: Outcome) -> Report:
    name, folder = launch.component.name, launch.settings.folder
    argv, log = launch.argv(), log_file(folder, launch.component)

    def record(process: Process) -> None:
        started[name] = Started(process.pid, process.started, launch.address, argv)
        state.save(folder, started)

    processes.start(argv, log, record)
    if trouble := _trouble(launch, started[name]):
        processes.stop([started[name].process], STOP_SECONDS)
        return Report(name, "failed", f"{trouble}; {_last_line(log)} ({log})")
    return Report(name, outcome, _url(launch))


def _trouble(launch: Launch, started: Started) -> str:
    """Wait until a component is ready; return why it is not, or nothing."""
    ready = launch.component.ready
    processes.wait(lambda: not started.runs or probe.answers(launch.address, ready), READY_SECONDS)
    if not started.runs:
        return "it ended while starting"
    if not probe.answers(launch.address, ready):
        return f"it does not answer on {launch.address} within {READY_SECONDS:g} s"
    return ""


def _status(folder: Path, component: Component, started: Started | None) -> Report:
    if started and started.runs:
        detail = f"{url(folder, component, started.address)} · pid {started.pid}"
        return Report(component.name, "running", detail)
    if started:
        return Report(component.name, "exited", f"see {log_file(folder, component)}")
    if find_program(component) is None:
        return Report(component.name, "not installed", component.remedy)
    return Report(component.name, "not started")


def _url(launch: Launch) -> str:
    return url(launch.settings.folder, launch.component, launch.address)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
