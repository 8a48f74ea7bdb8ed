"""fluxpay: Spring Boot with Micrometer on a JVM with G1."""

from prometheus_client import CollectorRegistry, Gauge, Histogram

from workload.apps.base import REQUEST_BUCKETS, StartTime, exemplar
from workload.knobs import PERCENT, Knobs
from workload.traffic import Load, Request

MIB = 2**20
MAX_HEAP = 512 * MIB
UNLIMITED = -1  # what a JVM reports for a pool without a maximum
EDEN_SHARE = 0.3  # of the used heap
SURVIVOR = 4 * MIB
NON_HEAP = (
    ("Metaspace", 92 * MIB, UNLIMITED),
    ("Compressed Class Space", 12 * MIB, 1024 * MIB),
    ("CodeHeap 'profiled nmethods'", 24 * MIB, 117 * MIB),
)


class Fluxpay:
    """HTTP server and memory metrics of a Spring application."""

    def __init__(self, load: Load) -> None:
        self.name = load.app
        self.registry = CollectorRegistry()
        self._start = StartTime(self.registry)
        self._seconds = Histogram(
            "http_server_requests_seconds",
            "HTTP response time.",
            ("method", "uri", "status", "outcome"),
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._used = self._memory("jvm_memory_used_bytes", "The amount of used memory.")
        self._max = self._memory("jvm_memory_max_bytes", "The maximum amount of memory.")
        for route in load.routes:
            for status in route.statuses:
                self._seconds.labels(route.method, route.path, status, outcome(status))
        self._fix_pools()
        self.step(0.0, Knobs())

    def observe(self, request: Request) -> None:
        """Count one request."""
        route, status = request.route, request.status
        child = self._seconds.labels(route.method, route.path, status, outcome(status))
        child.observe(request.seconds, exemplar(request))

    def step(self, seconds: float, knobs: Knobs) -> None:
        """Spread the used heap over the pools of G1."""
        del seconds
        used = MAX_HEAP * knobs.heap / PERCENT
        eden = max(0.0, (used - SURVIVOR) * EDEN_SHARE)
        survivor = min(float(SURVIVOR), used)
        self._used.labels("heap", "G1 Eden Space").set(eden)
        self._used.labels("heap", "G1 Survivor Space").set(survivor)
        self._used.labels("heap", "G1 Old Gen").set(used - eden - survivor)

    def restart(self) -> None:
        """Come back after having been down."""
        self._start.now()

    def _memory(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, ("area", "id"), registry=self.registry)

    def _fix_pools(self) -> None:
        self._max.labels("heap", "G1 Eden Space").set(UNLIMITED)
        self._max.labels("heap", "G1 Survivor Space").set(UNLIMITED)
        self._max.labels("heap", "G1 Old Gen").set(MAX_HEAP)
        for pool, used, maximum in NON_HEAP:
            self._used.labels("nonheap", pool).set(used)
            self._max.labels("nonheap", pool).set(maximum)


def outcome(status: str) -> str:
    """Return Micrometer's word for a status."""
    return {"2": "SUCCESS", "4": "CLIENT_ERROR", "5": "SERVER_ERROR"}[status[0]]
