"""Log lines, files and Loki's push format."""

import json
import re
from pathlib import Path

from workload.logs import Line, LogFiles, line, loki
from workload.traffic import CHECK, Request, Route

ROUTE = Route("GET", "/users", 1.0, 0.05)
ANSI = re.compile(r"\x1b\[[0-9]+m")
NOON = 1_767_614_400.25


def test_a_json_line_tells_level_service_and_trace() -> None:
    made = line(Request("nest-api", ROUTE, "500", 0.0421, "ab" * 16), NOON)
    assert made.level == "error"
    assert json.loads(made.text) == {
        "timestamp": "2026-01-05T12:00:00.250000Z",
        "level": "error",
        "service": "nest-api",
        "msg": "request failed",
        "method": "GET",
        "path": "/users",
        "status": 500,
        "durationMs": 42.1,
        "traceId": "ab" * 16,
    }


def test_levels_follow_the_status() -> None:
    levels = {
        status: line(Request("search", ROUTE, status, 0.1), NOON).level
        for status in ("200", "404", "503")
    }
    assert levels == {"200": "info", "404": "warn", "503": "error"}


def test_the_rate_limiter_logs_coloured_text_as_rusts_tracing_does() -> None:
    made = line(Request("rate-limiter", CHECK, "429", 0.002, "cd" * 16), NOON)
    assert "\x1b[33m WARN\x1b[0m" in made.text
    assert ANSI.sub("", made.text) == (
        "2026-01-05T12:00:00.250000Z  WARN rate_limiter::http: request finished "
        f"method=POST path=/check status=429 latency_ms=2.0 trace_id={'cd' * 16}"
    )


def test_each_service_has_a_file(tmp_path: Path) -> None:
    files = LogFiles(tmp_path / "new", ("a", "b"))
    files.write([Line("a", "info", "one", "", 1), Line("b", "info", "50 %", "", 1)])
    files.close()
    written = {file.name: file.read_text() for file in (tmp_path / "new").iterdir()}
    assert written == {"a.log": "one\n", "b.log": "50 %\n"}


def test_loki_gets_a_stream_a_service_and_level_with_the_trace_as_metadata() -> None:
    document = loki(
        [
            Line("a", "info", "one", "ff", 2.5),
            Line("a", "warn", "two", "", 3),
            Line("a", "info", "x", "", 4),
        ]
    )
    assert document == {
        "streams": [
            {
                "stream": {"service": "a", "level": "info"},
                "values": [["2500000000", "one", {"trace_id": "ff"}], ["4000000000", "x", {}]],
            },
            {"stream": {"service": "a", "level": "warn"}, "values": [["3000000000", "two", {}]]},
        ]
    }
