"""Rust services that use axum-prometheus: demo-api (the chat API) and rate-limiter."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from workload.apps.base import REQUEST_BUCKETS, StartTime, exemplar
from workload.knobs import Knobs
from workload.traffic import Load, Request

CHAT = "/api/chat"


class Axum:
    """The HTTP metrics of one axum service."""

    def __init__(self, load: Load) -> None:
        self.name = load.app
        self.registry = CollectorRegistry()
        self._load = load
        self._start = StartTime(self.registry)
        labels = ("method", "status", "endpoint")
        self._requests = Counter(
            "axum_http_requests", "HTTP requests.", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "axum_http_requests_duration_seconds",
            "HTTP response time.",
            labels,
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._pending = Gauge(
            "axum_http_requests_pending",
            "HTTP requests being answered.",
            ("method", "endpoint"),
            registry=self.registry,
        )
        for route in load.routes:
            for status in route.statuses:
                self._requests.labels(route.method, status, route.path)
                self._seconds.labels(route.method, status, route.path)

    def observe(self, request: Request) -> None:
        """Count one request."""
        labels = (request.route.method, request.status, request.route.path)
        self._requests.labels(*labels).inc()
        self._seconds.labels(*labels).observe(request.seconds, exemplar(request))

    def step(self, seconds: float, knobs: Knobs) -> None:
        """Set what is pending: by Little's law, arrivals times response time."""
        del seconds
        for route in self._load.routes:
            pending = self._load.rate * route.share * (route.median + knobs.latency)
            self._pending.labels(route.method, route.path).set(round(pending))

    def restart(self) -> None:
        """Come back after having been down."""
        self._start.now()


class ChatApi(Axum):
    """demo-api: the axum metrics and the chat's own."""

    def __init__(self, load: Load) -> None:
        super().__init__(load)
        self._chats = Counter(
            "chat_requests", "Chat requests by outcome.", ("status",), registry=self.registry
        )
        self._connections = Gauge(
            "app_active_connections", "Open client connections.", registry=self.registry
        )
        for status in ("success", "error"):
            self._chats.labels(status)
        self._recent = load.rate

    def observe(self, request: Request) -> None:
        """Count one request, and a chat if it is one."""
        super().observe(request)
        self._recent += 1
        if request.route.path == CHAT:
            self._chats.labels("error" if request.failed else "success").inc()

    def step(self, seconds: float, knobs: Knobs) -> None:
        """Keep a connection open for a second and a half and for as long as a request takes."""
        super().step(seconds, knobs)
        self._recent *= max(0.0, 1 - seconds)
        self._connections.set(round(self._recent * (1.5 + knobs.latency)))
