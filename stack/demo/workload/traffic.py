"""Who asks for what, how often, how long it takes and how it ends."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from workload.knobs import PERCENT, Knobs

WAVE_SECONDS = 600.0
WAVE_HEIGHT = 0.3
TRACED_SHARE = 0.05
ERROR_STATUSES = ("500", "503")
TOO_MANY = "429"


@dataclass(frozen=True, slots=True)
class Route:
    """One thing an application answers to."""

    method: str
    path: str
    share: float  # of the application's requests
    median: float  # seconds
    spread: float = 0.6  # sigma of the log-normal response time
    success: str = "200"
    refusals: tuple[tuple[str, float], ...] = ()  # (4xx status, share of the route's requests)

    @property
    def statuses(self) -> tuple[str, ...]:
        """Return every status the route can answer with."""
        return (self.success, *(status for status, _ in self.refusals), *ERROR_STATUSES)


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request. Only a traced one has a trace id."""

    app: str
    route: Route
    status: str
    seconds: float
    trace_id: str = ""

    @property
    def failed(self) -> bool:
        """Tell whether the application is to blame."""
        return self.status in ERROR_STATUSES


@dataclass(frozen=True, slots=True)
class Load:
    """The requests of one application at the middle of the wave."""

    app: str
    rate: float  # requests a second
    routes: tuple[Route, ...]


UNKNOWN = ("404", 0.02)
INVALID = ("400", 0.02)
ANONYMOUS = ("401", 0.01)

CHECK = Route("POST", "/check", 0.9, 0.004, refusals=((TOO_MANY, 0.0),))

LOADS = (
    Load(
        "demo-api",
        40.0,
        (
            Route("POST", "/api/chat", 0.45, 0.14, refusals=(INVALID, ANONYMOUS)),
            Route("GET", "/api/chat/{id}", 0.25, 0.03, refusals=(UNKNOWN, ANONYMOUS)),
            Route("GET", "/api/search", 0.2, 0.09, refusals=(INVALID,)),
            Route("POST", "/api/sessions", 0.1, 0.05, success="201", refusals=(ANONYMOUS,)),
        ),
    ),
    Load(
        "nest-api",
        25.0,
        (
            Route("GET", "/users", 0.35, 0.05, refusals=(ANONYMOUS,)),
            Route("POST", "/orders", 0.25, 0.12, success="201", refusals=(INVALID,)),
            Route("GET", "/orders/:id", 0.3, 0.06, refusals=(UNKNOWN,)),
            Route("GET", "/health", 0.1, 0.003),
        ),
    ),
    Load("rate-limiter", 30.0, (CHECK, Route("GET", "/quota", 0.1, 0.008))),
    Load(
        "fluxpay",
        20.0,
        (
            Route("POST", "/payments", 0.4, 0.13, success="201", refusals=(INVALID,)),
            Route("GET", "/payments/{id}", 0.5, 0.04, refusals=(UNKNOWN,)),
            Route("POST", "/refunds", 0.1, 0.15, success="201", refusals=(INVALID,)),
        ),
    ),
    Load(
        "search",
        20.0,
        (
            Route("POST", "/search/opensearch", 0.5, 0.045),
            Route("POST", "/search/neo4j", 0.3, 0.08, 0.7),
            Route("POST", "/llm/chat/gpt-4o", 0.05, 2.2, 0.5),
            Route("POST", "/llm/chat/gpt-4o-mini", 0.07, 0.9, 0.5),
            Route("POST", "/llm/chat/llama-3-8b", 0.04, 1.4, 0.7),
            Route("POST", "/llm/embedding/llama-3-8b", 0.04, 0.15, 0.4),
        ),
    ),
)


class Even:
    """Take a share of a stream as evenly as it goes, so that a low share has no bad luck."""

    def __init__(self, due: float = 0.5) -> None:
        self._due = due

    def count(self, amount: float) -> int:
        """Return how many whole ones `amount` more of them make due."""
        whole, self._due = divmod(self._due + amount, 1.0)
        return int(whole)


class Traffic:
    """The requests of one application."""

    def __init__(self, load: Load, rng: random.Random) -> None:
        self.app = load.app
        self._load = load
        self._rng = rng
        self._elapsed = 0.0
        self._arrivals = Even()
        self._failures = Even()
        self._throttled = Even()
        self._shares = [route.share for route in load.routes]

    def during(self, seconds: float, knobs: Knobs) -> Iterator[Request]:
        """Yield the requests that were answered in the next `seconds`."""
        self._elapsed += seconds
        wave = 1 + WAVE_HEIGHT * math.sin(2 * math.pi * self._elapsed / WAVE_SECONDS)
        amount = self._load.rate * wave * self._rng.uniform(0.8, 1.2) * seconds
        for _ in range(self._arrivals.count(amount)):
            yield self._answered(knobs)
        if CHECK in self._load.routes:
            for _ in range(self._throttled.count(knobs.rate429 / 60 * seconds)):
                yield self._request(CHECK, TOO_MANY, knobs)

    def _answered(self, knobs: Knobs) -> Request:
        route = self._rng.choices(self._load.routes, self._shares)[0]
        if self._failures.count(knobs.errors / PERCENT):
            return self._request(route, self._rng.choice(ERROR_STATUSES), knobs)
        return self._request(route, self._outcome(route), knobs)

    def _outcome(self, route: Route) -> str:
        dice = self._rng.random()
        for status, share in route.refusals:
            if dice < share:
                return status
            dice -= share
        return route.success

    def _request(self, route: Route, status: str, knobs: Knobs) -> Request:
        seconds = self._rng.lognormvariate(math.log(route.median), route.spread) + knobs.latency
        traced = status in ERROR_STATUSES or self._rng.random() < TRACED_SHARE
        trace_id = f"{self._rng.getrandbits(128):032x}" if traced else ""
        return Request(self.app, route, status, seconds, trace_id)
