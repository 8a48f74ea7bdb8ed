"""Each of our alerts end to end: knob, Prometheus, Alertmanager, what people are sent, the end.

It takes more than an hour, since the alerts are the real ones, with their real patience. So it
runs only when OBSDASH_TEST_END_TO_END is set; OBSDASH_TEST_ALERTMANAGER_BIN and
OBSDASH_TEST_PROMETHEUS_BIN name the programs where those on PATH are too old for Discord (0.27).
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson
import pytest
import yaml

from tests.support.servers import Answer, Asked, canned

ROOT = Path(__file__).parents[2]
GRAFANA, RUNBOOKS = "https://grafana.example.com", "https://runbooks.example.com"
RECEIVERS = ("slack", "discord", "hook")
MINUTE = 60.0
FIRING, RESOLVED = "firing", "resolved"

pytestmark = pytest.mark.skipif(
    "OBSDASH_TEST_END_TO_END" not in os.environ,
    reason="OBSDASH_TEST_END_TO_END is not set: it takes more than an hour",
)


@dataclass(frozen=True)
class Expected:
    """An alert that should fire, and whether it should end within the test.

    Labels tell it from others of its name. Discord is not told of what is only for the record.
    """

    name: str
    labels: Mapping[str, str]
    summary: str
    ends: bool = True
    discord: bool = True

    def __str__(self) -> str:
        return f"{self.name} {' '.join(f'{k}={v}' for k, v in self.labels.items())}"

    def is_in(self, labels: Mapping[str, str]) -> bool:
        return labels["alertname"] == self.name and self.labels.items() <= labels.items()


def host(name: str, instance: str, summary: str) -> Expected:
    return Expected(name, {"instance": instance}, summary)


def burn(slo: str, job: str, severity: str, *, ends: bool) -> Expected:
    """Tickets end hours after their cause; a page that fires keeps its tickets quiet."""
    labels = {"job": job, "severity": severity}
    summary = f"{slo} {job}: error budget burns"
    return Expected(f"{slo.capitalize()}BudgetBurn", labels, summary, ends=ends)


# What is turned at the beginning, on hosts of our own; the disk fills up for an hour.
HOSTS = (
    host("HostHighCPU", "busy:9100", "busy:9100 is out of processor time"),
    host("HostHighMemory", "full:9100", "full:9100 is low on memory"),
    host("HostDiskLow", "low:9100", "/ on low:9100 is filling up"),
    host("HostDiskFull", "out:9100", "/ on out:9100 is nearly full"),
    host("HostDiskFullSoon", "soon:9100", "/ on soon:9100 will be full within a day"),
)

# Knobs, and what they make fire. Each phase begins when the one before it has fired: HighErrorRate
# inhibits the other alerts of its service, and Redis cannot be full and out of reach at once.
PHASES: Mapping[str, tuple[Expected, ...]] = {
    "errors=30&heap=92&slow_queries=120&redis_memory=92": (
        Expected("HighErrorRate", {"job": "demo-api"}, "demo-api fails requests"),
        Expected("JVMHeapHigh", {"job": "fluxpay"}, "fluxpay on fluxpay:8081 runs out of heap"),
        Expected("MySQLSlowQueries", {}, "MySQL on mysql:3306 runs slow queries"),
        Expected("RedisHighMemory", {}, "Redis on redis:6379 is nearly full"),
        burn("errors", "demo-api", "page", ends=True),
    ),
    "latency=4&redis_down=1": (
        Expected("HighLatency", {"job": "nest-api"}, "nest-api is slow"),
        Expected("RedisConnectionFailed", {}, "Redis on redis:6379 cannot be reached"),
        burn("latency", "nest-api", "page", ends=True),
    ),
    "down=search&rate429=4000": (
        Expected("RateLimiterOverload", {}, "rate-limiter turns many requests away", discord=False),
        Expected("ServiceDown", {"job": "search"}, "search on search:3003 is down"),
        burn("availability", "search", "page", ends=True),
    ),
}
TICKETS = (
    burn("errors", "demo-api", "ticket", ends=False),
    burn("latency", "nest-api", "ticket", ends=False),
    burn("availability", "search", "ticket", ends=False),
)


@dataclass
class Inbox:
    """What Slack, Discord and a webhook were sent, and when (seconds since the beginning)."""

    began: float = field(default_factory=time.monotonic)
    sent: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)

    def receive(self, asked: Asked) -> Answer:
        message = (time.monotonic() - self.began, asked.path.strip("/"), orjson.loads(asked.body))
        self.sent.append(message)
        return 200, "text/plain", b"ok"

    def when(self, alert: Expected, status: str, receiver: str) -> float | None:
        """Return when a receiver was first told that an alert is in a status."""
        for moment, path, body in list(self.sent):
            if path == receiver and _TOLD[receiver](body, alert, status):
                return moment
        return None

    def body(self, alert: Expected, receiver: str) -> str:
        """Return the text of the message that said first that an alert fires."""
        return next(
            _TEXT[receiver](body)
            for _, path, body in self.sent
            if path == receiver and _TOLD[receiver](body, alert, FIRING)
        )


def _hook(body: Any, alert: Expected, status: str) -> bool:
    return any(alert.is_in(one["labels"]) and one["status"] == status for one in body["alerts"])


def _chat(title: str, text: str, alert: Expected, status: str) -> bool:
    begins = "[FIRING:" if status == FIRING else "[RESOLVED]"
    return title.startswith(begins) and alert.name in title and alert.summary in text


def _slack(body: Any, alert: Expected, status: str) -> bool:
    (one,) = body["attachments"]
    return _chat(one["title"], one["text"], alert, status)


def _discord(body: Any, alert: Expected, status: str) -> bool:
    (one,) = body["embeds"]
    return _chat(one["title"], one["description"], alert, status)


_TOLD = {"hook": _hook, "slack": _slack, "discord": _discord}
_TEXT = {
    "slack": lambda body: body["attachments"][0]["text"],
    "discord": lambda body: body["embeds"][0]["description"],
    "hook": lambda body: str(body["alerts"]),
}


@dataclass
class Hosts:
    """Poses as the node exporters of five hosts, in trouble until told otherwise."""

    began: float = field(default_factory=time.monotonic)
    well: set[str] = field(default_factory=set)

    def metrics(self, asked: Asked) -> Answer:
        name = asked.path.strip("/")
        seconds = time.monotonic() - self.began
        sick = name if name not in self.well else ""
        free = {"low": 10.0, "out": 3.0, "soon": 39 - seconds / 900}.get(sick, 90.0)
        disk = '{device="/dev/sda1",fstype="ext4",mountpoint="/"}'
        lines = (
            f'node_cpu_seconds_total{{cpu="0",mode="idle"}} {0 if sick == "busy" else seconds}',
            f"node_memory_MemAvailable_bytes {5 if sick == 'full' else 50}",
            "node_memory_MemTotal_bytes 100",
            f"node_filesystem_avail_bytes{disk} {free}",
            f"node_filesystem_size_bytes{disk} 100",
            f"node_filesystem_readonly{disk} 0",
        )
        return 200, "text/plain; version=0.0.4", ("\n".join(lines) + "\n").encode()


@dataclass
class Stack:
    """The bundled stack in a folder of its own, and the environment that leads to it."""

    folder: Path
    env: dict[str, str]

    def obsdash(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "obsdash", *words],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def turn(self, query: str) -> None:
        with urlopen(f"{self.env['OBSDASH_DEV_KNOBS_URL']}{query}") as answer:
            assert answer.status == 200

    def scrape(self, address: str) -> None:
        """Have Prometheus scrape the hosts, too."""
        file = self.folder / "prometheus" / "prometheus.yml"
        config = yaml.safe_load(file.read_text())
        config["scrape_configs"] += [
            {
                "job_name": f"host-{alert.labels['instance']}",
                "metrics_path": f"/{alert.labels['instance'].split(':')[0]}",
                "static_configs": [{"targets": [address], "labels": {**alert.labels}}],
            }
            for alert in HOSTS
        ]
        file.write_text(yaml.safe_dump(config))
        reload = Request(f"{self.env['OBSDASH_DEV_PROMETHEUS_URL']}/-/reload", method="POST")
        with urlopen(reload) as answer:
            assert answer.status == 200


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    box = Inbox()
    with canned(box.receive) as server:
        yield box, server.url


@pytest.fixture
def stack(tmp_path: Path, inbox: tuple[Inbox, str]) -> Iterator[Stack]:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    names = ("OBSDASH_TEST_ALERTMANAGER_BIN", "OBSDASH_TEST_PROMETHEUS_BIN")
    newer = [str(Path(os.environ[name]).parent) for name in names if name in os.environ]
    env = {**os.environ, "PATH": os.pathsep.join([*newer, os.environ["PATH"]])}
    for name in ("slack", "discord"):
        variable, address = f"{name.upper()}_WEBHOOK_URL", f"{inbox[1]}/{name}"
        (secrets / variable).write_text(address)
        env[variable] = address
    env |= {
        "OBSDASH_DEV_VARIABLES_SECRETS_DIR": str(secrets),
        "OBSDASH_DEV_VARIABLES_ALERTMANAGER_VERSION": "0.27",
        "OBSDASH_DEV_VARIABLES_ALERT_WEBHOOK_URL": f"{inbox[1]}/hook",
        "OBSDASH_DEV_VARIABLES_GRAFANA_URL": GRAFANA,
        "OBSDASH_DEV_VARIABLES_RUNBOOK_URL": RUNBOOKS,
    }
    made = Stack(tmp_path / "stack", env)
    state = ("--state", str(made.folder))
    made.obsdash("stack", "up", "--runtime", "native", "--no-sync", *state)
    try:
        for line in made.obsdash("stack", "urls", "--format", "env", *state).splitlines():
            name, _, value = line.partition("=")
            if "PASSWORD" not in name:
                made.env[name] = value.strip("'\"")
        yield made
    finally:
        made.obsdash("stack", "down", *state)


def missing(inbox: Inbox, alerts: tuple[Expected, ...], status: str) -> list[str]:
    return [
        f"{alert} at {receiver}"
        for alert in alerts
        for receiver in RECEIVERS
        if (alert.discord or receiver != "discord") and inbox.when(alert, status, receiver) is None
    ]


def wait(inbox: Inbox, alerts: tuple[Expected, ...], status: str, minutes: float) -> None:
    end = time.monotonic() + minutes * MINUTE
    while left := missing(inbox, alerts, status):
        assert time.monotonic() < end, f"{status} within {minutes:g} min: still missing {left}"
        time.sleep(1)


def test_every_alert_reaches_people_and_so_does_its_end(
    stack: Stack, inbox: tuple[Inbox, str]
) -> None:
    box, _ = inbox
    hosts = Hosts()
    with ExitStack() as until_the_end:
        server = until_the_end.enter_context(canned(hosts.metrics))
        until_the_end.callback(report, box)
        stack.scrape(server.url.removeprefix("http://"))
        stack.obsdash("--env", "dev", "sync", "--yes", "--adopt", "rule-group/*", "alertmanager/*")
        for knobs, alerts in PHASES.items():
            stack.turn(f"?{knobs}")
            wait(box, alerts, FIRING, 25)
            stack.turn("/reset")
        for alert in HOSTS:
            wait(box, (alert,), FIRING, 90)
            hosts.well.add(alert.labels["instance"].split(":")[0])
        every = (*HOSTS, *(alert for alerts in PHASES.values() for alert in alerts), *TICKETS)
        wait(box, every, FIRING, 60)
        wait(box, tuple(alert for alert in every if alert.ends), RESOLVED, 60)
        for alert in every:
            _reads_well(box, alert)


def _reads_well(box: Inbox, alert: Expected) -> None:
    slack, hook = box.body(alert, "slack"), box.body(alert, "hook")
    for part in (f"<{GRAFANA}/d/", "|Panel>", f"<{RUNBOOKS}/", "|Runbook>", "|Silence>"):
        assert part in slack, slack
    for text in (slack, hook):
        assert alert.summary in text
        assert "{{" not in text, text
        assert "<no value>" not in text, text
    if alert.discord:
        discord = box.body(alert, "discord")
        for part in (f"[Panel]({GRAFANA}/d/", f"[Runbook]({RUNBOOKS}/", "[Silence]("):
            assert part in discord, discord


def report(box: Inbox) -> None:
    """Print when each alert reached whom, in minutes since the beginning."""
    every = (*HOSTS, *(alert for alerts in PHASES.values() for alert in alerts), *TICKETS)
    for alert in every:
        times = [
            f"{receiver} {status} {_minutes(box.when(alert, status, receiver))}"
            for status in (FIRING, RESOLVED)
            for receiver in RECEIVERS
        ]
        sys.stdout.write(f"{alert}: {', '.join(times)}\n")


def _minutes(moment: float | None) -> str:
    return "-" if moment is None else f"{moment / MINUTE:.1f}"
