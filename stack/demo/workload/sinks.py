"""Where log lines and traces go."""

import random
from collections.abc import Sequence
from pathlib import Path

from workload import logs, spans
from workload.shipper import Shipper
from workload.traffic import Request
from workload.world import SERVICES

LOGGED_EVERY = 10


class Sinks:
    """The receivers that were asked for; none of them is needed."""

    def __init__(
        self, rng: random.Random, log_dir: Path | None, loki_url: str, otlp_url: str
    ) -> None:
        self._seen = 0
        self._tracer = spans.Tracer(rng)
        self._files = logs.LogFiles(log_dir, SERVICES) if log_dir else None
        self._loki = Shipper(f"{loki_url.rstrip('/')}/loki/api/v1/push") if loki_url else None
        self._otlp = Shipper(f"{otlp_url.rstrip('/')}/v1/traces") if otlp_url else None

    def tell(self, requests: Sequence[Request], at: float) -> None:
        """Log and trace what was answered up to `at` (seconds since the epoch)."""
        lines = [logs.line(request, at) for request in requests if self._noted(request)]
        if self._files:
            self._files.write(lines)
        if self._loki and lines:
            self._loki.send(logs.loki(lines))
        traced = [request for request in requests if request.trace_id]
        if self._otlp and traced:
            made = [span for request in traced for span in self._tracer.spans(request, at)]
            self._otlp.send(spans.otlp(made))

    def close(self) -> None:
        """Deliver what is quickly delivered, and close the files."""
        for sink in (self._files, self._loki, self._otlp):
            if sink:
                sink.close()

    def _noted(self, request: Request) -> bool:
        """Choose every failure, every traced request and some of the rest."""
        self._seen += 1
        return bool(request.trace_id) or self._seen % LOGGED_EVERY == 0
