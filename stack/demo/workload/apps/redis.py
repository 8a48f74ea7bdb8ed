"""What a Redis exporter serves, for machines without Redis."""

import random
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from workload.knobs import PERCENT, Knobs
from workload.traffic import Request

MAX_BYTES = 64 * 2**20
COMMANDS = {"get": (60.0, 4e-6), "set": (15.0, 7e-6), "info": (0.2, 9e-5)}  # a second, seconds
HIT_SHARE = 0.85
EVICTS_ABOVE = 90.0  # percent of the memory
EVICTED_A_SECOND = 4.0
KEYS = 12_000


class SimulatedRedis(Collector):
    """A Redis that exists only in its exporter's metrics."""

    name = "redis"

    def __init__(self, rng: random.Random) -> None:
        self.registry = CollectorRegistry()
        self._rng = rng
        self._knobs = Knobs()
        self._calls = dict.fromkeys(COMMANDS, 0.0)
        self._evicted = 0.0
        self.registry.register(self)

    def observe(self, request: Request) -> None:
        """Do nothing: nobody sends it requests."""

    def step(self, seconds: float, knobs: Knobs) -> None:
        """Count the commands of the next `seconds`."""
        self._knobs = knobs
        for command, (rate, _) in COMMANDS.items():
            self._calls[command] += rate * seconds * self._rng.uniform(0.8, 1.2)
        if knobs.redis_memory > EVICTS_ABOVE:
            self._evicted += EVICTED_A_SECOND * seconds

    def restart(self) -> None:
        """Come back after having been down."""

    def collect(self) -> Iterator[Metric]:
        """Yield the exporter's families; `redis_up` alone while it cannot reach Redis."""
        yield _gauge("redis_up", 0 if self._knobs.redis_down else 1)
        if self._knobs.redis_down:
            return
        yield _gauge("redis_memory_used_bytes", MAX_BYTES * self._knobs.redis_memory / PERCENT)
        yield _gauge("redis_memory_max_bytes", MAX_BYTES)
        yield _gauge("redis_connected_clients", 8)
        yield _counter("redis_commands_processed", sum(map(int, self._calls.values())))
        hits = int(self._calls["get"] * HIT_SHARE)
        yield _counter("redis_keyspace_hits", hits)
        yield _counter("redis_keyspace_misses", int(self._calls["get"]) - hits)
        yield _counter("redis_evicted_keys", int(self._evicted))
        yield from self._commands()
        keys = GaugeMetricFamily("redis_db_keys", "Keys by database.", labels=("db",))
        keys.add_metric(("db0",), KEYS)
        yield keys

    def _commands(self) -> Iterator[Metric]:
        calls = CounterMetricFamily("redis_commands", "Calls by command.", labels=("cmd",))
        spent = CounterMetricFamily(
            "redis_commands_duration_seconds", "Time by command.", labels=("cmd",)
        )
        for command, (_, seconds) in COMMANDS.items():
            calls.add_metric((command,), int(self._calls[command]))
            spent.add_metric((command,), int(self._calls[command]) * seconds)
        yield calls
        yield spent


def _gauge(name: str, value: float) -> Metric:
    return GaugeMetricFamily(name, "As the Redis exporter's.", value=value)


def _counter(name: str, value: float) -> Metric:
    return CounterMetricFamily(name, "As the Redis exporter's.", value=value)
