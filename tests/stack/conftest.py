"""Make the demo workload importable: it is a program of its own, not a part of the package."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import prometheus_client
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "stack" / "demo"))
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call] # as the program does


@pytest.fixture(autouse=True)
def environment_as_it_was() -> Iterator[None]:
    """Take back what `obsdash stack` sets in its own process for the commands that follow."""
    before = dict(os.environ)
    yield
    for key in [key for key in os.environ if key.startswith("OBSDASH_") and key not in before]:
        del os.environ[key]
