"""What `bench_grafana` times, each in a process of its own: obsdash, and what is as bare as can be.

python -m benchmarks.grafana_jobs JOB URL DASHBOARDS PREFIX
"""

import base64
import gc
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks.bench_diff import dashboard
from obsdash.adapters.plain import plain
from obsdash.grafana import GrafanaTarget
from obsdash.grafana.kinds.dashboard import WRITERS
from obsdash.http import Auth
from obsdash.origin import Origin
from obsdash.resource import DASHBOARD, Ref, Resource
from obsdash.target import apply_plan, plan_for

READERS = 8  # what GrafanaTarget makes at once
USER = os.environ.get("OBSDASH_TEST_GRAFANA_USER", "admin")
PASSWORD = os.environ.get("OBSDASH_TEST_GRAFANA_PASSWORD", "admin")


class Cost(NamedTuple):
    """Seconds by the clock and of CPU, and the most memory that the process ever had, in MB."""

    wall: float
    cpu: float
    peak: float


Call = tuple[str, str, bytes | None]
Job = Callable[[str, int, str], Callable[[], object]]  # does what is not timed, returns the rest


def measured(job: str, url: str, number: int, prefix: str = "bench-") -> Cost:
    """Do a job in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.grafana_jobs", job, url, str(number), prefix]
    said = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    return Cost(*json.loads(said.stdout))


def get(url: str, number: int, prefix: str) -> Callable[[], object]:
    """GET each dashboard, as many at once as obsdash."""
    return lambda: _bare(url, READERS, _gets(number, prefix))


def get_one_by_one(url: str, number: int, prefix: str) -> Callable[[], object]:
    """GET one dashboard after the other."""
    return lambda: _bare(url, 1, _gets(number, prefix))


def post(url: str, number: int, prefix: str) -> Callable[[], object]:
    """POST each dashboard, as many at once as obsdash."""
    specs = [resource.spec for resource in _wanted(number, prefix)]
    bodies = [json.dumps({"dashboard": spec}).encode() for spec in specs]
    return lambda: _bare(url, WRITERS, [("POST", "/api/dashboards/db", body) for body in bodies])


def diff(url: str, number: int, prefix: str) -> Callable[[], object]:
    """Make the plan where nothing has changed."""
    target, wanted = _target(url), _wanted(number, prefix)

    def run() -> None:
        assert not plan_for(target, wanted)

    return run


def sync(url: str, number: int, prefix: str) -> Callable[[], object]:
    """Make the plan where nothing is, and apply it."""
    target, wanted = _target(url), _wanted(number, prefix)

    def run() -> None:
        report = apply_plan(plan_for(target, wanted), target)
        assert len(report.outcomes) == number
        assert report.ok, report.outcomes[:3]

    return run


def clear(url: str, number: int, prefix: str) -> Callable[[], object]:
    """Take the dashboards away again."""
    calls = [("DELETE", path, None) for _, path, _ in _gets(number, prefix)]
    return lambda: _bare(url, 1, calls)


JOBS: dict[str, Job] = {
    "get": get,
    "get-one-by-one": get_one_by_one,
    "post": post,
    "diff": diff,
    "sync": sync,
    "clear": clear,
}


def _wanted(number: int, prefix: str) -> list[Resource]:
    """Return the dashboards, without a list in common, as if each were read from a file."""
    texts = (json.dumps(dashboard()) for _ in range(number))
    place = Origin("bench.json", 1)
    read = (plain(json.loads(text), "a dashboard", place) for text in texts)
    specs = [{**spec, "title": f"Bench {n}"} for n, spec in enumerate(read)]
    uids = [f"{prefix}{n}" for n in range(number)]
    return [
        Resource(Ref(DASHBOARD, uid), {**spec, "uid": uid})
        for uid, spec in zip(uids, specs, strict=True)
    ]


def _target(url: str) -> GrafanaTarget:
    import grafana_client.client  # noqa: F401 (a library's import is not what is measured)

    return GrafanaTarget(url, project="bench", auth=Auth(user=USER, password=PASSWORD))


def _gets(number: int, prefix: str) -> list[Call]:
    return [("GET", f"/api/dashboards/uid/{prefix}{n}", None) for n in range(number)]


def _bare(url: str, hands: int, calls: Sequence[Call]) -> None:
    """Make the calls over kept connections; every answer must be a 200."""
    left, statuses = iter(calls), list[int]()
    threads = [threading.Thread(target=_work, args=(url, left, statuses)) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * len(calls), set(statuses)


def _work(url: str, left: Iterator[Call], statuses: list[int]) -> None:
    parts = urlsplit(url)
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(parts.netloc)
    for method, path, body in left:
        connection.request(method, parts.path.rstrip("/") + path, body, headers)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()


def _peak() -> float:
    status: Any = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Do what the arguments say, print the cost as JSON."""
    job, url, number, prefix = sys.argv[1:]
    run = JOBS[job](url, int(number), prefix)
    gc.freeze()  # as every command does when the definitions are loaded
    cpu, started = time.process_time(), time.perf_counter()
    run()
    wall = time.perf_counter() - started
    print(json.dumps([wall, time.process_time() - cpu, _peak()]))


if __name__ == "__main__":
    main()
