"""search: the client side of search engines, language models and a cache.

No exporter sets a standard for these; the names are this project's own contract.
"""

import random

from prometheus_client import CollectorRegistry, Counter, Histogram

from workload.apps.base import REQUEST_BUCKETS, StartTime, exemplar
from workload.knobs import Knobs
from workload.traffic import Load, Request

LLM_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
HIT_SHARE = 0.8


class Search:
    """Response times of what is asked, and the cache in front of it."""

    def __init__(self, load: Load, rng: random.Random) -> None:
        self.name = load.app
        self.registry = CollectorRegistry()
        self._rng = rng
        self._start = StartTime(self.registry)
        self._llm = Histogram(
            "llm_request_duration_seconds",
            "Response time of language models.",
            ("model", "operation"),
            buckets=LLM_BUCKETS,
            registry=self.registry,
        )
        self._search = Histogram(
            "search_request_duration_seconds",
            "Response time of search back ends.",
            ("backend",),
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._cache = Counter(
            "cache_requests", "Cache look-ups by result.", ("result",), registry=self.registry
        )
        for route in load.routes:
            self._child(route.path)
        for result in ("hit", "miss"):
            self._cache.labels(result)

    def observe(self, request: Request) -> None:
        """Count one question, and the look-up in the cache that went before it."""
        self._cache.labels("hit" if self._rng.random() < HIT_SHARE else "miss").inc()
        self._child(request.route.path).observe(request.seconds, exemplar(request))

    def step(self, seconds: float, knobs: Knobs) -> None:
        """Do nothing: all it has comes from its requests."""

    def restart(self) -> None:
        """Come back after having been down."""
        self._start.now()

    def _child(self, path: str) -> Histogram:
        match path.strip("/").split("/"):
            case ["llm", operation, model]:
                return self._llm.labels(model, operation)
            case [_, backend]:
                return self._search.labels(backend)
        raise ValueError(f"no metric belongs to the route {path}")
