"""Run the stack as plain processes of this machine: the real programs where they are installed."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from obsdash.stack import probe, processes, state
from obsdash.stack.component import CORE, Component
from obsdash.stack.launch import Launch, Place, Settings, find_program, log_file, values
from obsdash.stack.manifest import MANIFEST, USUAL
from obsdash.stack.ports import free_address, holder, is_free, is_held_by
from obsdash.stack.processes import Process
from obsdash.stack.report import Report
from obsdash.stack.state import Started

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
_COMPLAINT = re.compile(r"level=(?:error|fatal)|level=ERROR|^panic:|^error:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A component that can be started, with its program and the place it will have."""

    component: Component
    program: str
    place: Place


def up(settings: Settings) -> Iterator[Report]:
    """Start what is installed and does not run yet, and yield a report for every component.

    A component that fails is reported; the others start all the same.
    """
    processes.check_machine()
    with state.locked(settings.folder):
        started = state.load(settings.folder)
        chosen = [
            each for each in MANIFEST if each.profile in {CORE, *(settings.profiles or USUAL)}
        ]
        candidates = _candidates(chosen, settings, started)
        expected = {name: each.place for name, each in candidates.items()}
        for component in chosen:
            missing = [need for need in component.needs if not _runs(started.get(need))]
            if component.name not in candidates:
                yield Report(component.name, "skipped", _why_not(component, settings))
            elif missing:
                yield Report(component.name, "skipped", f"needs {missing[0]}, which does not run")
            else:
                yield _bring_up(candidates[component.name], expected, settings, started)


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
    return component.url.format_map(values(folder, component, address))


def _runs(started: Started | None) -> bool:
    return started is not None and started.runs


def _why_not(component: Component, settings: Settings) -> str:
    """Return why a component cannot be started."""
    if not _complete(component, settings):
        absent = next(name for name in component.files if not (settings.bundle / name).is_file())
        return f"there is no {settings.bundle / absent}"
    unset = _unset(component)
    if unset and find_program(component):
        return f"nothing to watch: set {' and '.join(unset)}"
    return f"not installed: {component.remedy}"


def _complete(component: Component, settings: Settings) -> bool:
    return all((settings.bundle / name).is_file() for name in component.files)


def _unset(component: Component) -> list[str]:
    return [name for name in component.settings if not os.environ.get(name)]


def _candidates(
    chosen: list[Component], settings: Settings, started: Mapping[str, Started]
) -> dict[str, _Candidate]:
    """Give every component that can be started a place, the one it has if it runs."""
    kept = {name: each for name, each in started.items() if each.runs}
    reserved = {at for each in kept.values() for at in (each.address, *each.ports.values())}
    candidates = {}
    for component in chosen:
        ready = _complete(component, settings) and not _unset(component)
        program = find_program(component) if ready else None
        if program:
            before = kept.get(component.name)
            place = _place_of(before) if before else _new_place(component, reserved)
            candidates[component.name] = _Candidate(component, program, place)
    return candidates


def _place_of(started: Started) -> Place:
    return Place(started.address, {int(port): at for port, at in started.ports.items()})


def _still_free(candidate: _Candidate, expected: Mapping[str, Place]) -> Place:
    """Return the planned place, or another one when somebody took a port of it meanwhile."""
    place = candidate.place
    planned = (place.address, *place.more.values())
    if all(is_free(int(address.rpartition(":")[2])) for address in planned):
        return place
    taken = {at for each in expected.values() for at in (each.address, *each.more.values())}
    return _new_place(candidate.component, taken)


def _new_place(component: Component, reserved: set[str]) -> Place:
    """Choose free addresses and reserve them."""

    def take(preferred: int) -> str:
        address = free_address(preferred, reserved)
        reserved.add(address)
        return address

    return Place(
        take(component.port),
        {port: take(preferred) for port, preferred in component.ports.items()},
    )


def _bring_up(
    candidate: _Candidate,
    expected: Mapping[str, Place],
    settings: Settings,
    started: dict[str, Started],
) -> Report:
    component = candidate.component
    before = started.get(component.name)
    running = before if before and before.runs else None
    others = {
        name: _place_of(each)
        for name, each in started.items()
        if each.runs and name != component.name
    }
    place = candidate.place if running else _still_free(candidate, expected)
    launch = Launch(component, candidate.program, place, others, expected, settings)
    launch.prepare()
    if running and running.argv == launch.argv():
        return _keep(launch, running)
    if running:
        processes.stop([running.process], STOP_SECONDS)
    return _start(launch, started, restarted=running is not None)


def _keep(launch: Launch, running: Started) -> Report:
    """Let a running component, which may have just been started, read its configuration again."""
    component = launch.component
    if trouble := _trouble(launch, running):
        return Report(component.name, "failed", trouble)
    if refusal := _reload(running.address, component.reload):
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


def _start(launch: Launch, started: dict[str, Started], *, restarted: bool) -> Report:
    name, folder = launch.component.name, launch.settings.folder
    argv, log = launch.argv(), log_file(folder, launch.component)
    ports = {str(port): address for port, address in launch.place.more.items()}

    def record(process: Process) -> None:
        address = launch.place.address
        started[name] = Started(process.pid, process.started, address, argv, ports)
        state.save(folder, started)

    held = _held(launch)
    processes.start(argv, log, record)
    if trouble := _trouble(launch, started[name]):
        processes.stop([started[name].process], STOP_SECONDS)
        return Report(name, "failed", f"{trouble}; {_last_words(log)} ({log})")
    return Report(name, "restarted" if restarted else "started", _url(launch) + held)


def _held(launch: Launch) -> str:
    """Say who holds the port that a component did not get."""
    preferred = launch.component.port
    if launch.place.address.endswith(f":{preferred}"):
        return ""
    return f" (port {preferred} is held by {holder(preferred)})"


def _trouble(launch: Launch, started: Started) -> str:
    """Wait until a component is ready; return why it is not, or nothing."""
    address, ready = started.address, launch.component.ready
    port = int(address.rpartition(":")[2])

    def answers() -> bool:
        # Somebody else's program may have taken the port in the last moment, and answer there.
        return probe.answers(address, ready) and is_held_by(port, started.pid)

    processes.wait(lambda: not started.runs or answers(), READY_SECONDS)
    if not started.runs:
        return "it ended while starting"
    if not answers():
        return f"it does not answer on {address} within {READY_SECONDS:g} s"
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
    return url(launch.settings.folder, launch.component, launch.place.address)


def _last_words(log: Path) -> str:
    """Return the first complaint in a log, else its last line."""
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return next(filter(_COMPLAINT.search, lines), lines[-1] if lines else "it said nothing")
