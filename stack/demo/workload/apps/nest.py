"""nest-api: NestJS with prom-client 15's default metrics and express-prom-bundle."""

import random

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from workload.apps.base import REQUEST_BUCKETS, StartTime, exemplar
from workload.knobs import Knobs
from workload.traffic import Even, Load, Request

MIB = 2**20
HEAP_TOTAL = 96 * MIB
HEAP_FLOOR = 48 * MIB
HEAP_GROWTH = 2.2 * MIB  # a second
EXTERNAL = 6 * MIB
BASE_RSS = 58 * MIB
CPU_SECONDS = {"user": 0.14, "system": 0.03}  # a second
LAG_SECONDS = 0.008
LAG_SHAPE = {"": 1.0, "_mean": 1.0, "_p50": 0.9, "_p90": 1.4, "_p99": 2.6}
LAG_OF_LATENCY = 0.05  # a slow event loop is part of why everything is slow
GC_A_SECOND = {"minor": 1.5, "incremental": 0.2, "major": 0.1, "weakcb": 0.05}
GC_SECONDS = {"minor": 0.0012, "incremental": 0.004, "major": 0.018, "weakcb": 0.0005}
GC_BUCKETS = (0.001, 0.01, 0.1, 1.0, 2.0, 5.0)
HANDLES = {"Socket": 14, "Server": 1, "WriteStream": 2}
REQUESTS = {"FSReqCallback": 1, "GetAddrInfoReqWrap": 1}


class Nest:
    """HTTP metrics and Node.js process metrics."""

    def __init__(self, load: Load, rng: random.Random) -> None:
        self.name = load.app
        self.registry = CollectorRegistry()
        self._rng = rng
        self._start = StartTime(self.registry)
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "HTTP response time.",
            ("method", "path", "status_code"),
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        for route in load.routes:
            for status in route.statuses:
                self._seconds.labels(route.method, route.path, status)
        self._process = _Process(self.registry)
        self._gc = _Gc(self.registry)
        self.step(0.0, Knobs())

    def observe(self, request: Request) -> None:
        """Count one request."""
        labels = (request.route.method, request.route.path, request.status)
        self._seconds.labels(*labels).observe(request.seconds, exemplar(request))

    def step(self, seconds: float, knobs: Knobs) -> None:
        """Let the process work, allocate and collect."""
        self._process.step(seconds, knobs, self._rng)
        self._gc.step(seconds, self._rng)

    def restart(self) -> None:
        """Come back after having been down."""
        self._start.now()


class _Process:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._used = float(HEAP_FLOOR)
        self._cpu = {
            kind: Counter(f"process_cpu_{kind}_seconds", f"CPU time ({kind}).", registry=registry)
            for kind in CPU_SECONDS
        }
        self._cpu_all = Counter("process_cpu_seconds", "CPU time.", registry=registry)
        self._resident = self._gauge("process_resident_memory_bytes")
        self._heap_total = self._gauge("nodejs_heap_size_total_bytes")
        self._heap_used = self._gauge("nodejs_heap_size_used_bytes")
        self._gauge("nodejs_external_memory_bytes").set(EXTERNAL)
        self._lag = {name: self._gauge(f"nodejs_eventloop_lag{name}_seconds") for name in LAG_SHAPE}
        self._by_type("nodejs_active_handles", HANDLES)
        self._by_type("nodejs_active_requests", REQUESTS)
        version = Gauge(
            "nodejs_version_info",
            "Node.js version info.",
            ("version", "major", "minor", "patch"),
            registry=registry,
        )
        version.labels("v22.12.0", "22", "12", "0").set(1)

    def step(self, seconds: float, knobs: Knobs, rng: random.Random) -> None:
        for kind, share in CPU_SECONDS.items():
            spent = share * seconds * rng.uniform(0.6, 1.4)
            self._cpu[kind].inc(spent)
            self._cpu_all.inc(spent)
        self._used += HEAP_GROWTH * seconds
        if self._used > 0.9 * HEAP_TOTAL:
            self._used = HEAP_FLOOR * rng.uniform(1.0, 1.1)
        self._heap_used.set(round(self._used))
        self._heap_total.set(HEAP_TOTAL)
        self._resident.set(round(BASE_RSS + self._used))
        lag = LAG_SECONDS * rng.uniform(0.7, 1.5) + LAG_OF_LATENCY * knobs.latency
        for name, factor in LAG_SHAPE.items():
            self._lag[name].set(lag * factor)

    def _gauge(self, name: str) -> Gauge:
        return Gauge(name, "As prom-client's default metrics.", registry=self._registry)

    def _by_type(self, name: str, counts: dict[str, int]) -> None:
        gauge = Gauge(name, "Active, by type.", ("type",), registry=self._registry)
        for kind, count in counts.items():
            gauge.labels(kind).set(count)
        self._gauge(f"{name}_total").set(sum(counts.values()))


class _Gc:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "nodejs_gc_duration_seconds",
            "Garbage collection by kind.",
            ("kind",),
            buckets=GC_BUCKETS,
            registry=registry,
        )
        self._due = {kind: Even() for kind in GC_A_SECOND}
        for kind in GC_A_SECOND:
            self._seconds.labels(kind)

    def step(self, seconds: float, rng: random.Random) -> None:
        for kind, rate in GC_A_SECOND.items():
            for _ in range(self._due[kind].count(rate * seconds)):
                self._seconds.labels(kind).observe(GC_SECONDS[kind] * rng.uniform(0.5, 2.0))
