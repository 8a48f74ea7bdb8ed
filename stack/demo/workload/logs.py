"""Log lines: JSON for most services, coloured text for one, to files and to Loki."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from workload.traffic import Request

COLOURED = "rate-limiter"
FILE_BYTES = 10_000_000
NANO = 1_000_000_000
COLOURS = {"info": "\x1b[32m INFO\x1b[0m", "warn": "\x1b[33m WARN\x1b[0m"}
RED_ERROR = "\x1b[31mERROR\x1b[0m"


@dataclass(frozen=True, slots=True)
class Line:
    """One log line; `at` in seconds since the epoch."""

    service: str
    level: str
    text: str
    trace_id: str
    at: float


def line(request: Request, at: float) -> Line:
    """Return what the request's service logs about it."""
    level = _level(request)
    write = _tracing if request.app == COLOURED else _json
    return Line(request.app, level, write(request, level, at), request.trace_id, at)


def _level(request: Request) -> str:
    return {"4": "warn", "5": "error"}.get(request.status[0], "info")


def _json(request: Request, level: str, at: float) -> str:
    record = {
        "timestamp": _iso(at),
        "level": level,
        "service": request.app,
        "msg": "request failed" if request.failed else "request finished",
        "method": request.route.method,
        "path": request.route.path,
        "status": int(request.status),
        "durationMs": round(request.seconds * 1000, 1),
    }
    if request.trace_id:
        record["traceId"] = request.trace_id
    return json.dumps(record)


def _tracing(request: Request, level: str, at: float) -> str:
    fields = {
        "method": request.route.method,
        "path": request.route.path,
        "status": request.status,
        "latency_ms": f"{request.seconds * 1000:.1f}",
    }
    if request.trace_id:
        fields["trace_id"] = request.trace_id
    text = " ".join(f"\x1b[3m{key}\x1b[0m\x1b[2m=\x1b[0m{value}" for key, value in fields.items())
    target = request.app.replace("-", "_")
    verb = "failed" if request.failed else "finished"
    coloured = COLOURS.get(level, RED_ERROR)
    return (
        f"\x1b[2m{_iso(at)}\x1b[0m {coloured} \x1b[2m{target}::http\x1b[0m: request {verb} {text}"
    )


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class LogFiles:
    """One file a service, each with one older copy."""

    def __init__(self, folder: Path, services: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files = {
            service: RotatingFileHandler(
                folder / f"{service}.log", maxBytes=FILE_BYTES, backupCount=1, encoding="utf-8"
            )
            for service in services
        }

    def write(self, lines: Iterable[Line]) -> None:
        """Append the lines to the files of their services."""
        for entry in lines:
            record = logging.makeLogRecord({"msg": "%s", "args": (entry.text,)})
            self._files[entry.service].emit(record)

    def close(self) -> None:
        """Close every file."""
        for file in self._files.values():
            file.close()


def loki(lines: Iterable[Line]) -> dict[str, object]:
    """Return a push request: a stream a service and level, trace ids as structured metadata."""
    streams: dict[tuple[str, str], list[list[object]]] = {}
    for entry in lines:
        values = streams.setdefault((entry.service, entry.level), [])
        metadata = {"trace_id": entry.trace_id} if entry.trace_id else {}
        values.append([str(int(entry.at * NANO)), entry.text, metadata])
    return {
        "streams": [
            {"stream": {"service": service, "level": level}, "values": values}
            for (service, level), values in streams.items()
        ]
    }
