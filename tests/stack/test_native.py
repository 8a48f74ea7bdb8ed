"""`obsdash stack` with the real programs of this machine."""

import fcntl
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from obsdash.stack import native, probe
from obsdash.stack.launch import Settings
from obsdash.stack.manifest import NODE_EXPORTER, USUAL
from obsdash.stack.ports import free_address
from tests.stack import contract
from tests.support.servers import program, wait_until

ROOT = Path(__file__).resolve().parents[2]
MARK = "OBSDASH_TEST_STACK"
LISTED = ("redis-server", "prometheus-redis-exporter", "prometheus-node-exporter")


@dataclass
class Stack:
    """One stack in a folder of its own; whatever it starts carries a mark."""

    project: Path
    path: str = os.environ["PATH"]
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def state(self) -> Path:
        return self.project / "state"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "PATH": self.path, MARK: self.mark}

    def command(self, *words: str) -> list[str]:
        """Return a command line; `up` only starts, and natively."""
        more = ["--runtime", "native", "--no-sync"] if words[0] == "up" else []
        start = [sys.executable, "-m", "obsdash", "stack", *words, *more]
        return [*start, "--state", str(self.state)]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def table(self, *words: str, code: int = 0) -> dict[str, tuple[str, str]]:
        """Run a command and return component → (outcome, detail)."""
        done = self.run(*words)
        assert (done.returncode, done.stderr) == (code, ""), done
        lines = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
        return {name: split_outcome(rest) for name, rest in lines}

    def outcomes(self, *words: str, code: int = 0) -> dict[str, str]:
        return {name: outcome for name, (outcome, _) in self.table(*words, code=code).items()}

    def record(self) -> dict[str, dict[str, Any]]:
        document = json.loads((self.state / "stack.json").read_text())
        components: dict[str, dict[str, Any]] = document["components"]
        return components

    def pids(self) -> dict[str, int]:
        return {name: each["pid"] for name, each in self.record().items()}

    def url(self, name: str) -> str:
        return f"http://{self.record()[name]['address']}"

    def alive(self) -> set[int]:
        """Return the processes that carry the mark, also those nobody recorded."""
        return {int(each.name) for each in Path("/proc").glob("[0-9]*") if self._marked(each)}

    def loaded(self) -> str:
        """Return the configuration that Prometheus has loaded."""
        answer = get(f"{self.url('prometheus')}/api/v1/status/config")
        text: str = json.loads(answer)["data"]["yaml"]
        return text

    def hurry(self) -> None:
        """Let Prometheus scrape every second: a test has less time than a person."""
        file = self.state / "prometheus" / "prometheus.yml"
        file.write_text(file.read_text().replace(": 5s", ": 1s"))
        get(f"{self.url('prometheus')}/-/reload", "POST")

    def _marked(self, process: Path) -> bool:
        try:
            return f"{MARK}={self.mark}".encode() in (process / "environ").read_bytes()
        except OSError:
            return False

    def query(self, expression: str) -> list[dict[str, Any]]:
        answer = get(f"{self.url('prometheus')}/api/v1/query?query={quote(expression)}")
        result: list[dict[str, Any]] = json.loads(answer)["data"]["result"]
        return result

    def targets(self) -> dict[str, dict[str, Any]]:
        answer = get(f"{self.url('prometheus')}/api/v1/targets")
        return {each["labels"]["job"]: each for each in json.loads(answer)["data"]["activeTargets"]}


def split_outcome(text: str) -> tuple[str, str]:
    outcome, _, detail = text.partition("  ")
    return outcome, detail.strip()


def get(url: str, method: str = "GET") -> str:
    address, _, path = url.removeprefix("http://").partition("/")
    connection = HTTPConnection(address, timeout=10)
    try:
        connection.request(method, f"/{path}")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


@pytest.fixture
def stack(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Give a stack of its own to one test at a time, and check that nothing is left of it."""
    program("prometheus")
    made = Stack(tmp_path)
    shared = tmp_path_factory.getbasetemp().parent / "stack.lock"  # they prefer the same ports
    with shared.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield made
        made.run("down")
        left = made.alive()
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    assert not left


def only(folder: Path, *programs: str) -> str:
    """Return a PATH on which there are only these programs."""
    folder.mkdir()
    for name in programs:
        (folder / name).symlink_to(program(name))
    return str(folder)


def test_up_starts_what_is_installed_and_prometheus_reaches_all_of_it(stack: Stack) -> None:
    installed = {name: shutil.which(name) for name in LISTED}
    assert stack.outcomes("up")["prometheus"] == "started"
    stack.hurry()
    running = {name for name, outcome in stack.outcomes("status").items() if outcome == "running"}
    assert {"prometheus", "demo"} <= running
    assert ("redis" in running) == bool(installed["redis-server"])

    def all_up() -> bool:
        healths = {name: each["health"] for name, each in stack.targets().items()}
        return "prometheus" in healths and set(healths.values()) == {"up"}

    wait_until(all_up, "every target is up")
    assert {"demo-api", "nest-api", "rate-limiter", "fluxpay", "search", "redis", "mysql"} <= set(
        stack.targets()
    )
    pids = stack.pids()
    again = stack.outcomes("up")
    assert {again[name] for name in running} == {"already running"}
    assert stack.pids() == pids

    assert set(stack.outcomes("down").values()) == {"stopped"}
    assert not stack.alive()
    assert "running" not in stack.outcomes("status").values()


def test_nothing_is_written_outside_the_state_folder(stack: Stack) -> None:
    stack.run("up")
    stack.run("down")
    assert [each.name for each in stack.project.iterdir()] == ["state"]


def test_down_without_up_says_that_nothing_was_running(stack: Stack) -> None:
    done = stack.run("down")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "nothing was running\n")
    assert not stack.state.exists()


def test_a_missing_program_is_named_and_posed_for_and_every_knob_fires_its_alert(
    stack: Stack,
) -> None:
    stack.path = only(stack.project / "bin", "prometheus")
    table = stack.table("up")
    missing = "not installed: apt install prometheus-node-exporter"
    assert table["node-exporter"] == ("skipped", missing)
    assert table["redis-exporter"][1].startswith("not installed: apt install")
    assert table["demo"][0] == table["prometheus"][0] == "started"
    assert stack.table("status")["redis"] == ("not installed", "apt install redis-server")

    stack.hurry()
    expressions = contract.expressions()
    wait_until(lambda: len(stack.query("up == 1")) == 8, "the first scrapes")
    assert not {"node", "alertmanager", "grafana"} & set(stack.targets())
    assert [name for name, expression in expressions.items() if stack.query(expression)] == []
    settings = dict(setting.split("=") for setting in contract.settings().values())
    stronger = {"errors": "50", "rate429": "60000", "slow_queries": "6000", "down": "search"}
    query = "&".join(f"{knob}={value}" for knob, value in {**settings, **stronger}.items())
    knobs = json.loads(get(f"{stack.url('demo')}/chaos?{query}"))
    assert knobs["redis_down"] is True
    waiting = set(expressions) - {"RedisHighMemory"}  # a Redis that is down shows no memory
    wait_until(lambda: all(stack.query(expressions[name]) for name in waiting), "all come true")
    get(f"{stack.url('demo')}/chaos?redis_down=0")
    wait_until(lambda: bool(stack.query(expressions["RedisHighMemory"])), "the last comes true")
    get(f"{stack.url('demo')}/chaos/reset")
    quick = ("ServiceDown", "RedisConnectionFailed", "JVMHeapHigh", "RedisHighMemory")
    wait_until(
        lambda: not any(stack.query(expressions[name]) for name in quick), "they come to rest"
    )


def test_what_is_installed_later_takes_the_place_of_its_double(stack: Stack) -> None:
    everything = stack.path
    program("prometheus-redis-exporter")
    stack.path = only(stack.project / "bin", "prometheus")
    stack.run("up")
    assert "/redis/metrics" in stack.loaded()
    stack.path = f"{stack.path}:{everything}"
    outcomes = stack.outcomes("up")
    assert outcomes["demo"] == "restarted"  # it poses as Redis no more
    assert outcomes["prometheus"] == "already running"
    assert "/redis/metrics" not in stack.loaded()
    assert stack.record()["redis-exporter"]["address"] in stack.loaded()


def test_a_taken_port_is_replaced_by_the_next_free_one(stack: Stack) -> None:
    stack.path = only(stack.project / "bin", "prometheus")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 9090))
            other.listen()
        except OSError:
            pass  # somebody else has it: just as good
        detail = stack.table("up")["prometheus"][1]
    url, _, why = detail.partition(" ")
    assert re.fullmatch(r"\(port 9090 is held by .+ \(pid \d+\)\)", why)
    assert url.startswith("http://127.0.0.1:")
    assert not url.endswith(":9090")
    assert json.loads(get(f"{url}/api/v1/status/buildinfo"))["status"] == "success"


def test_a_port_that_somebody_took_in_the_last_moment_is_not_taken_for_ours(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", only(stack.project / "bin", "prometheus-node-exporter"))
    monkeypatch.setenv(MARK, stack.mark)
    settings = Settings(stack.state, ROOT / "stack", "shop", stack.project / "b", ("exporters",))

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        taken = f"127.0.0.1:{other.server_port}"

        def planned(preferred: int, reserved: set[str]) -> str:
            first = preferred == NODE_EXPORTER.port and taken not in reserved
            return taken if first else free_address(preferred, reserved)

        monkeypatch.setattr(native, "free_address", planned)
        reports = {report.name: report for report in native.up(settings)}
        other.shutdown()
    assert reports["node-exporter"].outcome == "started"
    assert taken not in reports["node-exporter"].detail


def test_up_that_was_killed_in_the_middle_is_finished_by_the_next_one(stack: Stack) -> None:
    record = stack.state / "stack.json"
    first = subprocess.Popen(
        stack.command("up"),
        cwd=stack.project,
        env=stack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: record.exists() and len(stack.record()) > 1, "the first component runs")
    first.kill()
    first.wait()
    wait_until(lambda: stack.alive() <= set(stack.pids().values()), "nothing else runs")
    outcomes = stack.outcomes("up")
    assert outcomes["prometheus"] == "started"
    assert "already running" in outcomes.values()


def test_a_component_that_hangs_is_not_called_running(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "READY_SECONDS", 0.5)
    monkeypatch.setattr(probe, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setenv("PATH", only(stack.project / "bin", "prometheus"))
    monkeypatch.setenv(MARK, stack.mark)
    settings = Settings(stack.state, ROOT / "stack", "shop", stack.project / "build", USUAL)
    stack.run("up")
    os.kill(stack.pids()["demo"], signal.SIGSTOP)
    reports = {report.name: report for report in native.up(settings)}
    os.kill(stack.pids()["demo"], signal.SIGCONT)
    assert reports["demo"].outcome == "failed"
    assert "does not answer on 127.0.0.1:" in reports["demo"].detail


def test_a_component_that_ended_is_reported_and_started_again(stack: Stack) -> None:
    stack.path = only(stack.project / "bin", "prometheus")
    stack.run("up")
    os.kill(stack.pids()["demo"], signal.SIGKILL)
    wait_until(lambda: stack.pids()["demo"] not in stack.alive(), "it has ended")
    assert stack.table("status", code=1)["demo"] == (
        "exited",
        f"see {stack.state / 'demo' / 'demo.log'}",
    )
    outcomes = stack.outcomes("up")
    assert (outcomes["demo"], outcomes["prometheus"]) == ("started", "already running")


def test_a_component_that_cannot_start_is_reported_and_the_others_run(stack: Stack) -> None:
    program("prometheus-alertmanager")
    stack.path = only(stack.project / "bin", "prometheus", "prometheus-alertmanager")
    routing = stack.project / "alertmanager.yml"
    routing.write_text("route: {receiver: nobody}\nreceivers: []\n")
    table = stack.table("up", "--alertmanager-config", str(routing), code=1)
    assert table["alertmanager"][0] == "failed"
    assert table["alertmanager"][1].startswith("it ended while starting; ")
    assert "alertmanager.log" in table["alertmanager"][1]
    assert table["prometheus"][0] == "started"
    assert "job_name: alertmanager" not in stack.loaded()

    routing.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    outcomes = stack.outcomes("up", "--alertmanager-config", str(routing))
    assert (outcomes["alertmanager"], outcomes["prometheus"]) == ("started", "already running")
    assert "job_name: alertmanager" in stack.loaded()

    routing.write_text("route: {receiver: nobody}\nreceivers: []\n")
    refused = stack.table("up", "--alertmanager-config", str(routing), code=1)["alertmanager"]
    assert refused[0] == "failed"
    assert refused[1].startswith("it refuses its configuration: ")


def test_what_sync_wrote_for_alertmanager_stays(stack: Stack) -> None:
    program("prometheus-alertmanager")
    stack.path = only(stack.project / "bin", "prometheus", "prometheus-alertmanager")
    stack.run("up")
    lines = dict(line.split("=", 1) for line in stack.run("urls", "--format", "env").stdout.split())
    file = Path(lines["OBSDASH_DEV_ALERTMANAGER_CONFIG"])
    first = file.read_text()
    assert first.startswith("# Written by obsdash for project ")
    file.write_text(first.replace("nobody", "ours"))
    assert stack.outcomes("up")["alertmanager"] == "already running"
    status = json.loads(get(f"{stack.url('alertmanager')}/api/v2/status"))
    assert "receiver: ours" in status["config"]["original"]


def test_urls_name_what_runs_for_people_and_as_shell_lines(stack: Stack) -> None:
    stack.path = only(stack.project / "bin", "prometheus")
    stack.run("up")
    prometheus, knobs = stack.url("prometheus"), f"{stack.url('demo')}/chaos"
    text = dict(line.split() for line in stack.run("urls").stdout.splitlines())
    assert text == {"demo": knobs, "prometheus": prometheus}
    lines = dict(line.split("=", 1) for line in stack.run("urls", "--format", "env").stdout.split())
    assert lines == {
        "OBSDASH_DEV_KNOBS_URL": knobs,
        "OBSDASH_DEV_PROMETHEUS_URL": prometheus,
        "OBSDASH_DEV_PROMETHEUS_RULES": str(stack.state / "prometheus" / "rules"),
        "OBSDASH_DEV_VARIABLES_PROMETHEUS_URL": prometheus,
    }
    assert Path(lines["OBSDASH_DEV_PROMETHEUS_RULES"]).is_dir()


@pytest.mark.parametrize("words", ["", "up", "down", "status", "logs", "urls"])
def test_every_help_ends_with_examples(words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "obsdash", "stack", *words.split(), "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.partition("Examples:\n")[2].count("obsdash stack") >= 2
