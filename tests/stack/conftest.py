"""Make the demo workload importable: it is a program of its own, not a part of the package."""

import sys
from pathlib import Path

import prometheus_client

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "stack" / "demo"))
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call] # as the program does
