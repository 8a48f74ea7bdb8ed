"""All applications and their traffic, moved forward in steps."""

import random
from collections.abc import Callable, Collection, Mapping

from workload.apps.axum import Axum, ChatApi
from workload.apps.base import Application
from workload.apps.fluxpay import Fluxpay
from workload.apps.mysql import SimulatedMysql
from workload.apps.nest import Nest
from workload.apps.redis import SimulatedRedis
from workload.apps.search import Search
from workload.knobs import Knobs
from workload.traffic import LOADS, Request, Traffic

SIMULATED: Mapping[str, Callable[[random.Random], Application]] = {
    "redis": SimulatedRedis,
    "mysql": SimulatedMysql,
}
SERVICES = tuple(load.app for load in LOADS)


class World:
    """The posed applications by name; time passes only in `step`."""

    def __init__(self, rng: random.Random, simulate: Collection[str] = ()) -> None:
        loads = {load.app: load for load in LOADS}
        posed: list[Application] = [
            ChatApi(loads["demo-api"]),
            Nest(loads["nest-api"], rng),
            Axum(loads["rate-limiter"]),
            Fluxpay(loads["fluxpay"]),
            Search(loads["search"], rng),
            *(SIMULATED[name](rng) for name in simulate),
        ]
        self.applications = {app.name: app for app in posed}
        self._traffic = [Traffic(load, rng) for load in LOADS]
        self._down: frozenset[str] = frozenset()

    def step(self, seconds: float, knobs: Knobs) -> list[Request]:
        """Let `seconds` pass and return the requests that were answered in them."""
        for name in self._down - knobs.down:
            self.applications[name].restart()
        self._down = knobs.down
        for app in self.applications.values():
            app.step(seconds, knobs)
        requests = [
            request for traffic in self._traffic for request in traffic.during(seconds, knobs)
        ]
        answered = [request for request in requests if request.app not in knobs.down]
        for request in answered:
            self.applications[request.app].observe(request)
        return answered
