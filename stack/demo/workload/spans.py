"""Traces: what a traced request called, as OTLP/HTTP JSON."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from workload.traffic import Request

CALLS = {
    "nest-api": ("demo-api",),
    "demo-api": ("redis", "search"),
    "search": ("opensearch", "neo4j"),
    "rate-limiter": ("redis",),
    "fluxpay": ("mysql",),
}
SERVER, CLIENT = 2, 3  # SpanKind
ERROR = 2  # StatusCode
NANO = 1_000_000_000
CALLING_SHARE = 0.8  # of the time a server spends waiting for others


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of work of one service; times in seconds since the epoch."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    start: float
    seconds: float
    attributes: tuple[tuple[str, str], ...] = ()
    failed: bool = False


class Tracer:
    """Makes the spans of traced requests."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def spans(self, request: Request, end: float) -> Iterator[Span]:
        """Yield the spans of a request that ended at `end`, callers before callees."""
        route = request.route
        root = Span(
            request.app,
            f"{route.method} {route.path}",
            SERVER,
            request.trace_id,
            self._id(),
            "",
            end - request.seconds,
            request.seconds,
            (
                ("http.request.method", route.method),
                ("http.route", route.path),
                ("http.response.status_code", request.status),
            ),
            request.failed,
        )
        yield root
        yield from self._calls(root)

    def _calls(self, parent: Span) -> Iterator[Span]:
        callees = CALLS[parent.service]
        seconds = parent.seconds * CALLING_SHARE / len(callees)
        for number, callee in enumerate(callees):
            yield from self._call(parent, callee, parent.start + number * seconds, seconds)

    def _call(self, parent: Span, callee: str, start: float, seconds: float) -> Iterator[Span]:
        served = callee in CALLS
        client = replace(
            parent,
            name=f"call {callee}",
            kind=CLIENT,
            span_id=self._id(),
            parent_id=parent.span_id,
            start=start,
            seconds=seconds,
            attributes=(("peer.service" if served else "db.system", callee),),
            failed=False,
        )
        yield client
        if served:
            server = replace(
                client,
                service=callee,
                name=f"answer {parent.service}",
                kind=SERVER,
                span_id=self._id(),
                parent_id=client.span_id,
                attributes=(),
            )
            yield server
            yield from self._calls(server)

    def _id(self) -> str:
        return f"{self._rng.getrandbits(64):016x}"


def otlp(spans: Iterable[Span]) -> dict[str, object]:
    """Return an ExportTraceServiceRequest with one resource a service."""
    services: dict[str, list[Span]] = {}
    for span in spans:
        services.setdefault(span.service, []).append(span)
    return {"resourceSpans": [_resource(name, group) for name, group in services.items()]}


def _resource(service: str, spans: list[Span]) -> dict[str, object]:
    return {
        "resource": {"attributes": _attributes((("service.name", service),))},
        "scopeSpans": [{"scope": {"name": "demo"}, "spans": [_json(span) for span in spans]}],
    }


def _json(span: Span) -> dict[str, object]:
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_id,
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(int(span.start * NANO)),
        "endTimeUnixNano": str(int((span.start + span.seconds) * NANO)),
        "attributes": _attributes(span.attributes),
        "status": {"code": ERROR} if span.failed else {},
    }


def _attributes(pairs: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in pairs]
