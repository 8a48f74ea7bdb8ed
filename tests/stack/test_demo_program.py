"""The demo workload as a program: its HTTP side, its deliveries, its end."""

import json
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.servers import Program, canned, free_port, running, wait_until

DEMO = Path(__file__).resolve().parents[2] / "stack" / "demo"
NO_CONTENT = (204, "text/plain", b"")


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Program]:
    port = free_port()
    command = [sys.executable, str(DEMO), "--listen", f"127.0.0.1:{port}", "--seed", "1", *options]
    with running(command, port, "/", folder / "demo.log") as program:
        yield program


def ask(program: Program, path: str, method: str = "GET", accept: str = "") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", program.port, timeout=5)
    connection.request(method, path, headers={"Accept": accept} if accept else {})
    response = connection.getresponse()
    status, text = response.status, response.read().decode()
    connection.close()
    return status, text


def test_only_posed_applications_are_scraped_and_a_down_one_fails_its_scrape(
    tmp_path: Path,
) -> None:
    with demo(tmp_path, "--simulate", "mysql") as program:
        paths = json.loads(ask(program, "/")[1])["metrics"]
        assert "/mysql/metrics" in paths
        assert ask(program, "/redis/metrics")[0] == 404
        openmetrics = ask(program, "/fluxpay/metrics", accept="application/openmetrics-text")
        assert openmetrics[1].endswith("# EOF\n")
        assert json.loads(ask(program, "/chaos?down=fluxpay", "POST")[1])["down"] == ["fluxpay"]
        assert {path: ask(program, path)[0] for path in paths} == {
            path: 503 if path == "/fluxpay/metrics" else 200 for path in paths
        }
        ask(program, "/chaos/reset")
        assert ask(program, "/fluxpay/metrics")[0] == 200


def test_a_scraper_that_hangs_up_leaves_no_trace_in_the_log(tmp_path: Path) -> None:
    with demo(tmp_path) as program:
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", program.port)) as rude:
                rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert ask(program, "/chaos")[0] == 200
    assert program.log.read_text() == ""


def test_a_wrong_knob_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with demo(tmp_path) as program:
        status, text = ask(program, "/chaos?erors=5")
    assert (status, text.count("\n")) == (400, 1)
    assert "there are errors, latency" in text


def test_logs_and_traces_reach_their_receivers_with_common_trace_ids(tmp_path: Path) -> None:
    with (
        canned(NO_CONTENT) as receiver,
        demo(
            tmp_path,
            "--loki",
            receiver.url,
            "--otlp",
            f"{receiver.url}/",
            "--log-dir",
            str(tmp_path / "logs"),
        ),
    ):
        wait_until(lambda: len({asked.path for asked in receiver.asked}) == 2, "both get something")
        wait_until(lambda: len(receiver.asked) >= 6, "they get more")
    bodies: dict[str, list[dict[str, list[dict[str, object]]]]] = {}
    for asked in receiver.asked:
        assert asked.headers["Content-Type"] == "application/json"
        bodies.setdefault(asked.path, []).append(json.loads(asked.body))
    assert set(bodies) == {"/loki/api/v1/push", "/v1/traces"}
    logged = {
        value[2].get("trace_id")
        for body in bodies["/loki/api/v1/push"]
        for stream in body["streams"]
        for value in stream["values"]  # type: ignore[attr-defined]
    }
    traced = {
        span["traceId"]
        for body in bodies["/v1/traces"]
        for resource in body["resourceSpans"]
        for span in resource["scopeSpans"][0]["spans"]  # type: ignore[index]
    }
    assert traced & logged
    assert sorted(file.name for file in (tmp_path / "logs").iterdir()) == [
        "demo-api.log",
        "fluxpay.log",
        "nest-api.log",
        "rate-limiter.log",
        "search.log",
    ]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_also_when_no_receiver_is_there(
    tmp_path: Path, signum: signal.Signals
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    options = ("--loki", nobody, "--otlp", nobody, "--redis", nobody.removeprefix("http://"))
    with demo(tmp_path, *options) as program:
        wait_until(lambda: program.log.read_text().count("\n") == 3, "each is named once")
        program.process.send_signal(signum)
        assert program.process.wait(5) == 0
    lines = sorted(program.log.read_text().splitlines())
    assert [line.split(":")[0] for line in lines] == ["http", "http", "redis 127.0.0.1"]
    assert "dropping until it does" in lines[0]


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with canned(NO_CONTENT) as other:
        command = [sys.executable, str(DEMO), "--listen", f"127.0.0.1:{other.port}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"cannot listen on 127.0.0.1:{other.port}: Address already in use\n"
