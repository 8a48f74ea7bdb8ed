"""What every posed application is."""

import time
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge

from workload.knobs import Knobs
from workload.traffic import Request

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Application(Protocol):
    """One scrape target."""

    name: str
    registry: CollectorRegistry

    def observe(self, request: Request) -> None:
        """Count one of its own requests."""

    def step(self, seconds: float, knobs: Knobs) -> None:
        """Let `seconds` pass for everything that is not a request."""

    def restart(self) -> None:
        """Come back after having been down."""


class StartTime:
    """`process_start_time_seconds`, which tells a deployment."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gauge = Gauge(
            "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds.",
            registry=registry,
        )
        self.now()

    def now(self) -> None:
        """Say that the process has just started."""
        self._gauge.set(round(time.time(), 2))


def exemplar(request: Request) -> dict[str, str] | None:
    """Return the exemplar of a traced request."""
    return {"trace_id": request.trace_id} if request.trace_id else None
