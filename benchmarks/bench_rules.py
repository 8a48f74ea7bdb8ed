"""Ten thousand rules: loaded once, read, compared, built, checked.

A stand-in answers as Prometheus would. Times are of the CPU; the part of the
stand-in is the same in a fetch and in a diff.
"""

import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from unittest.mock import patch

from benchmarks.timing import Row, print_table
from obsdash.disk.rules import encode_groups
from obsdash.http import Client
from obsdash.plan import make_plan
from obsdash.project import load_project
from obsdash.prometheus import PrometheusTarget
from obsdash.promql.tree import canonical, parse
from obsdash.resource import RULE_GROUP, Environment, Ref, Resource
from obsdash.target import apply_plan, plan_for
from tests.doubles.prometheus import running_double

PER_GROUP, GROUPS_A_FILE = 10, 10
FEW, MANY = 2_500, 10_000
ROUNDS = 3


def main() -> None:
    """Print what reading, comparing and building cost, and how often promtool runs."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = [*_diff(root), _build(root), _promtool(root)]
    print_table(f"{MANY:,} rules", rows)


def groups(number: int) -> list[Resource]:
    """Return rule groups of so many rules in all."""
    return [_group(start) for start in range(0, number, PER_GROUP)]


def _group(start: int) -> Resource:
    place = start // PER_GROUP
    name = f"group-{place}"
    rules = [_rule(index) for index in range(start, start + PER_GROUP)]
    ref = Ref(RULE_GROUP, f"file-{place // GROUPS_A_FILE}/{name}")
    return Resource(ref, {"name": name, "interval": "30s", "rules": rules})


def _rule(index: int) -> dict[str, object]:
    if index % 5 == 0:
        return {
            "record": f"job:requests_{index}:rate5m",
            "expr": f"sum by (job) (rate(requests_{index}_total[5m]))",
        }
    failed = f'rate(requests_{index}_total{{code=~"5..",env="prod"}}[5m])'
    return {
        "alert": f"Failing{index}",
        "expr": f"sum by (job) ({failed}) / sum by (job) (rate(requests_{index}_total[5m])) > 0.01",
        "for": "5m",
        "labels": {"severity": "critical", "team": "shop"},
        "annotations": {"summary": "{{ $labels.job }} fails {{ $value | humanizePercentage }}"},
    }


def _diff(root: Path) -> list[Row]:
    """The whole diff against the fetch alone: the API's answer read and decoded."""
    rules = root / "rules"
    rules.mkdir()
    wanted = groups(MANY)
    for name, some in _files(wanted).items():
        (rules / f"obsdash-{name}.yml").write_bytes(encode_groups(r.spec for r in some))
    with running_double(rules) as double, Client(double.url) as client:
        target = PrometheusTarget(double.url, rules, prefix="obsdash-")
        snapshot = target.read(wanted)
        fetch = _seconds(lambda: client.get_json("/api/v1/rules"))
        whole = _seconds(lambda: plan_for(target, wanted))
        compare = _seconds(lambda: make_plan(target.name, wanted, snapshot))
    beyond = whole - fetch
    return [
        Row("diff over the fetch itself, of 1 s", beyond, "≤ 1", f"{whole:.2f} s in all"),
        Row("comparing alone, of 1 s", compare, "≤ 1", f"{compare * 1000:.0f} ms"),
    ]


def _files(wanted: list[Resource]) -> dict[str, list[Resource]]:
    files: dict[str, list[Resource]] = {}
    for resource in wanted:
        files.setdefault(resource.ref.uid.partition("/")[0], []).append(resource)
    return files


def _build(root: Path) -> Row:
    """A build's time per rule must not grow with their number."""
    times = {}
    for number in (FEW, MANY):
        project = root / str(number)
        (project / "alerts").mkdir(parents=True)
        (project / "pyproject.toml").write_text('[tool.obsdash]\nproject = "shop"\n')
        for name, some in _files(groups(number)).items():
            content = encode_groups(resource.spec for resource in some)
            (project / "alerts" / f"{name}.yml").write_bytes(content)
        times[number] = _seconds(partial(load_project, project, Environment("prod")))
    ratio = times[MANY] / times[FEW]
    detail = f"{times[FEW]:.2f} s → {times[MANY]:.2f} s"
    return Row(f"loading {MANY:,} against {FEW:,} rules", ratio, f"≤ {MANY / FEW:g}", detail)


def _promtool(root: Path) -> Row:
    """Count promtool's checks in one sync of all rules."""
    rules = root / "synced"
    rules.mkdir()
    calls: list[list[str]] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        said = "promtool, version 3.5.3" if "--version" in command else ""
        return subprocess.CompletedProcess(command, 0, said, "")

    with (
        running_double(rules) as double,
        patch("subprocess.run", run),
        patch("shutil.which", lambda _name: "promtool"),
    ):
        target = PrometheusTarget(double.url, rules, prefix="obsdash-")
        started = time.perf_counter()
        assert apply_plan(plan_for(target, groups(MANY)), target).ok
        took = time.perf_counter() - started
    checks = sum("check" in command for command in calls)
    return Row("runs of promtool in a sync", checks, "1", f"{took:.1f} s in all")


def _seconds(call: Callable[[], object]) -> float:
    """Return the median of a few runs, without what is remembered of expressions seen before."""
    times = []
    for _ in range(ROUNDS):
        for remembered in (canonical, parse):
            remembered.cache_clear()
        started = time.process_time()
        call()
        times.append(time.process_time() - started)
    return median(times)


if __name__ == "__main__":
    main()
