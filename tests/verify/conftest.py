"""A Prometheus with an hour of data that ends at a fixed time."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.servers import (
    Program,
    program,
    prometheus_programs,
    running_prometheus,
)
from tests.verify.backend import END

_STEP = timedelta(seconds=15)
_SERIES = (
    ('up{job="api",instance="10.0.0.1:9100"}', lambda n: 1),
    ('up{job="web",instance="10.0.0.2:9100"}', lambda n: 1),
    ('requests_total{job="api",status="200"}', lambda n: 10 * n),
    ("never_a_number", lambda n: "NaN"),
)


@pytest.fixture(scope="session", params=prometheus_programs() or [""], ids=lambda path: str(path))
def prometheus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """Run a Prometheus whose data are an hour of four series, up to END."""
    if not request.param:
        pytest.skip("prometheus is not installed")
    folder = tmp_path_factory.mktemp("prometheus")
    _make_blocks(folder)
    with running_prometheus(
        request.param, folder, "--storage.tsdb.retention.time=100y", "--query.lookback-delta=5m"
    ) as started:
        yield started


def _make_blocks(folder: Path) -> None:
    text = folder / "data.txt"
    lines = [
        f"{series} {value(n)} {(END - n * _STEP).timestamp():.0f}"
        for series, value in _SERIES
        for n in range(240, -1, -1)
    ]
    text.write_text("\n".join([*lines, "# EOF\n"]))
    command = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", str(text)]
    subprocess.run([*command, str(folder / "data")], check=True, capture_output=True)
