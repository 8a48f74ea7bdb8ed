"""500 grafanalib dashboards of 30 panels: obsdash build against grafanalib's own generator.

Both read the same definitions and write a file a dashboard. obsdash also repairs the output, gives
every panel its line, checks identities, and writes what Grafana is started on.
"""

import sys
import tempfile
from itertools import count
from pathlib import Path

from benchmarks.timing import Cost, Row, in_turn, obsdash, print_table, run

DASHBOARDS = 500
ROUNDS = 3
DEFINITION = """\
from grafanalib.core import Dashboard, GaugePanel, GridPos, Logs, Stat, Table, Target, TimeSeries

KINDS = [TimeSeries, Stat, GaugePanel, Table, Logs]


def panel(number):
    expr = 'sum by (job) (rate(http_requests_total{{job="api", panel="%s"}}[5m]))' % number
    return KINDS[number % 5](
        title=f"Panel {{number}}",
        description="What it shows, and what to do when it looks wrong.",
        dataSource="prometheus",
        gridPos=GridPos(h=8, w=12, x=12 * (number % 2), y=8 * (number // 2)),
        targets=[
            Target(expr=expr, legendFormat="{{{{job}}}}", refId="A"),
            Target(
                expr="histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))",
                refId="B",
            ),
        ],
    )


dashboard = Dashboard(
    title="Dashboard {number}",
    uid="dashboard-{number}",
    panels=[panel(number) for number in range(30)],
).auto_panel_ids()
"""

RUN = """\
import grafanalib.core, sys

for file in sys.argv[1:]:
    with open(file, "rb") as source:
        exec(compile(source.read(), file, "exec"), {"__name__": "definition"})
"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        project, other = Path(name) / "obsdash", Path(name) / "grafanalib"
        _write(project / "dashboards")
        files = _write(other)
        generator = Path(sys.executable).with_name("generate-dashboards")
        folders = (Path(name) / f"build-{number}" for number in count())

        def clean_build() -> Cost:
            """Build where nothing was; to empty a folder first would slow its file system down."""
            return run(obsdash("build", "--out", str(next(folders))), project)

        costs = in_turn(
            ROUNDS,
            {
                "grafanalib": lambda: run([generator, *files], other),
                "build": clean_build,
                "again": lambda: _untouched(project),
                "run": lambda: run([sys.executable, "-c", RUN, *files], other),
            },
        )
    grafanalib, build, again = costs["grafanalib"], costs["build"], costs["again"]
    print_table(
        f"Build, {DASHBOARDS} grafanalib dashboards of 30 panels (CPU: alike on a busy machine)",
        [
            Row(
                "generate-dashboards / build",
                grafanalib.cpu / build.cpu,
                "≥ 8×",
                f"{_seconds(grafanalib)} / {_seconds(build)};"
                f" to run the definitions alone: {_seconds(costs['run'])}",
            ),
            Row(
                "build / build with nothing changed",
                build.cpu / again.cpu,
                "≥ 5×",
                f"{_seconds(build)} / {_seconds(again)}, no file rewritten",
            ),
        ],
    )


def _seconds(cost: Cost) -> str:
    return f"{cost.cpu:.2f} s ({cost.wall:.2f} s by the clock)"


def _write(folder: Path) -> list[Path]:
    folder.mkdir(parents=True)
    files = []
    for number in range(DASHBOARDS):
        files.append(folder / f"d{number:03}.dashboard.py")
        files[-1].write_text(DEFINITION.format(number=number), encoding="utf-8")
    return files


def _untouched(project: Path) -> Cost:
    """Build what is up to date, and make sure that no file was rewritten."""
    built = project / "build"
    if not built.exists():
        run(obsdash("build"), project)
    before = _times(built)
    cost = run(obsdash("build"), project)
    assert len(before) > DASHBOARDS
    assert before == _times(built), "a file was rewritten"
    return cost


def _times(folder: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


if __name__ == "__main__":
    main()
