"""What a MySQL exporter serves, for machines without MySQL."""

import random
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, UnknownMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from workload.knobs import Knobs
from workload.traffic import Even, Request

QUERIES_A_SECOND = 90.0
MAX_CONNECTIONS = 151


class SimulatedMysql(Collector):
    """A MySQL that exists only in its exporter's metrics."""

    name = "mysql"

    def __init__(self, rng: random.Random) -> None:
        self.registry = CollectorRegistry()
        self._rng = rng
        self._slow = 0
        self._slow_due = Even()
        self._queries = 0.0
        self.registry.register(self)

    def observe(self, request: Request) -> None:
        """Do nothing: nobody sends it requests."""

    def step(self, seconds: float, knobs: Knobs) -> None:
        """Count the queries of the next `seconds`."""
        self._queries += QUERIES_A_SECOND * seconds * self._rng.uniform(0.8, 1.2)
        self._slow += self._slow_due.count(knobs.slow_queries / 60 * seconds)

    def restart(self) -> None:
        """Come back after having been down."""

    def collect(self) -> Iterator[Metric]:
        """Yield the exporter's families."""
        text = "As the MySQL exporter's."
        yield GaugeMetricFamily("mysql_up", text, value=1)
        yield GaugeMetricFamily("mysql_global_variables_max_connections", text, MAX_CONNECTIONS)
        status = {
            "slow_queries": self._slow,
            "threads_connected": 5 + round(self._queries) % 4,
            "queries": int(self._queries),
        }
        for name, value in status.items():
            yield UnknownMetricFamily(f"mysql_global_status_{name}", text, value=value)
