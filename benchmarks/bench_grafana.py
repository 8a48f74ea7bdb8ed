"""1,000 dashboards of 30 panels on a Grafana that is 20 ms away: obsdash against bare HTTP clients.

The server is the tests' Grafana in a process of its own, and so is each client. The bare clients
keep their connections, look at nothing but the status, and make as many calls at once as obsdash.
Where `OBSDASH_TEST_GRAFANA_URL` (with …_USER and …_PASSWORD) names a real Grafana, obsdash is also
measured there against a client that makes one call at a time.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.grafana_jobs import Cost, measured
from benchmarks.timing import Row, print_table

DASHBOARDS = 1000
ON_A_REAL_ONE = 200
LATENCY = 0.02  # seconds a call
ROUNDS = 3
MEMORY = 250  # MB
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print the tables."""
    _on_the_double()
    url = os.environ.get("OBSDASH_TEST_GRAFANA_URL", "")
    if url:
        _on_a_real_one(url)
    else:
        print("\nA real Grafana: left out, OBSDASH_TEST_GRAFANA_URL names none")


def _on_the_double() -> None:
    costs: dict[str, list[Cost]] = {"post": [], "sync": [], "get": [], "diff": []}
    for _ in range(ROUNDS):
        with _double() as url:
            costs["post"].append(measured("post", url, DASHBOARDS))
        with _double() as url:
            for job in ("sync", "get", "diff"):
                costs[job].append(measured(job, url, DASHBOARDS))
    peak = max(cost.peak for cost in (*costs["diff"], *costs["sync"]))
    print_table(
        f"Grafana, {DASHBOARDS} dashboards of 30 panels, {LATENCY * 1000:g} ms a call",
        [
            _row("8 bare GETs at once / diff without a change", costs["get"], costs["diff"], 0.85),
            _row("4 bare POSTs at once / sync of new ones", costs["post"], costs["sync"], 0.85),
            Row(f"memory / {MEMORY} MB", peak / MEMORY, "≤ 1×", f"{peak:.0f} MB at most"),
        ],
    )


def _on_a_real_one(url: str) -> None:
    prefix = f"bench-{os.getpid()}-"
    measured("sync", url, ON_A_REAL_ONE, prefix)
    bare, ours = list[Cost](), list[Cost]()
    try:
        for _ in range(ROUNDS):
            bare.append(measured("get-one-by-one", url, ON_A_REAL_ONE, prefix))
            ours.append(measured("diff", url, ON_A_REAL_ONE, prefix))
    finally:
        measured("clear", url, ON_A_REAL_ONE, prefix)
    print_table(
        f"A real Grafana, {ON_A_REAL_ONE} dashboards of 30 panels",
        [_row("one bare GET at a time / diff without a change", bare, ours, 2)],
    )


def _row(what: str, bare: Sequence[Cost], ours: Sequence[Cost], aim: float) -> Row:
    """Compare the medians of both."""
    theirs, own = (median(cost.wall for cost in costs) for costs in (bare, ours))
    cpu = median(cost.cpu for cost in ours)
    detail = f"{theirs:.2f} s / {own:.2f} s ({cpu:.2f} s of CPU)"
    return Row(what, theirs / own, f"≥ {aim}×", detail)


@contextmanager
def _double() -> Iterator[str]:
    """Start the tests' Grafana 9.3.2 in another process; yield its address."""
    command = [sys.executable, "-m", "benchmarks.double", str(LATENCY), "9.3.2"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()


if __name__ == "__main__":
    main()
