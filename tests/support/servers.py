"""Real programs and small HTTP servers for tests: on loopback, on free ports, stopped by pid."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

START_LIMIT = 30.0  # seconds a program may take until it is ready


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(holds: Callable[[], bool], what: str, limit: float = START_LIMIT) -> None:
    """Poll until something holds; fail the test, saying what did not come true."""
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            pytest.fail(f"not within {limit:g} s: {what}")
        time.sleep(0.02)


def answers(port: int, path: str) -> bool:
    """Say whether a server answers 200 on a path."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@dataclass(frozen=True)
class Program:
    """A running program; its output is in `log`."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def running(
    command: Sequence[str | Path],
    port: int,
    ready: str,
    log: Path,
    env: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """Run a program while the block lasts, entered once it answers 200 on the path `ready`."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})},
        )
    try:
        wait_until(
            lambda: process.poll() is not None or answers(port, ready),
            f"{command[0]} answers on {ready}",
        )
        if process.poll() is not None:
            pytest.fail(f"{command[0]} ended: {log.read_text('utf-8', 'replace')[-2000:]}")
        yield Program(f"http://127.0.0.1:{port}", port, process, log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def prometheus_programs() -> list[str]:
    """Return the Prometheus programs to test with: PATH's, then OBSDASH_TEST_PROMETHEUS_BIN's."""
    return _programs(("prometheus",), "OBSDASH_TEST_PROMETHEUS_BIN")


def alertmanager_programs() -> list[str]:
    """Return the Alertmanager programs: PATH's, then OBSDASH_TEST_ALERTMANAGER_BIN's."""
    return _programs(("prometheus-alertmanager", "alertmanager"), "OBSDASH_TEST_ALERTMANAGER_BIN")


def _programs(names: Sequence[str], variable: str) -> list[str]:
    """Return the programs of these names on PATH and where a variable says.

    It holds paths of programs or of the folders they are in, separated by colons.
    """
    found = [shutil.which(name) or "" for name in names]
    for place in filter(None, os.environ.get(variable, "").split(os.pathsep)):
        folder = Path(place)
        inside = [folder / name for name in names] if folder.is_dir() else [folder]
        found += [str(path) for path in inside if path.is_file()]
    return list(dict.fromkeys(filter(None, found)))


def program(name: str) -> str:
    """Return the path of a program on PATH; skip the test where it is absent."""
    path = shutil.which(name)
    if not path:
        pytest.skip(f"{name} is not installed")
    return path


@contextmanager
def running_prometheus(
    binary: str, folder: Path, *flags: str, config: str = "", lifecycle: bool = True
) -> Iterator[Program]:
    """Run a Prometheus in `folder` that loads `rules/*.yml` there and scrapes only itself."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    main = folder / "prometheus.yml"
    if not main.exists():
        main.write_text(config or DEFAULT_CONFIG)
    port = free_port()
    command = [
        binary,
        f"--config.file={main}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        *(["--web.enable-lifecycle"] if lifecycle else []),
        *flags,
    ]
    with running(command, port, "/-/ready", folder / "prometheus.log") as started:
        yield started


DEFAULT_CONFIG = """\
global: {scrape_interval: 15s, evaluation_interval: 15s}
rule_files: [rules/*.yml]
"""


@contextmanager
def running_alertmanager(binary: str, folder: Path, config: str) -> Iterator[Program]:
    """Run an Alertmanager in `folder` that reads `alertmanager.yml` there."""
    file = folder / "alertmanager.yml"
    file.write_text(config, encoding="utf-8")
    port = free_port()
    command = [
        binary,
        f"--config.file={file}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running(command, port, "/-/ready", folder / "alertmanager.log") as started:
        yield started


@dataclass
class Asked:
    """A request that a canned server received."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass
class Canned:
    """A small real server that answers as a function says; keeps what it was asked."""

    url: str
    port: int
    asked: list[Asked] = field(default_factory=list)


Answer = tuple[int, str, bytes]  # status, content type, body


@contextmanager
def canned(
    answer: Callable[[Asked], Answer | Mapping[str, Any]] | Answer,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Canned]:
    """Serve canned answers on a free port: a function of the request, or always the same.

    A mapping instead of a tuple may hold status, headers, body, and `cut` (bytes to keep back).
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else an answer in two pieces takes 40 ms

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            got = Asked(self.command, self.path, self.headers, self.rfile.read(length))
            server.asked.append(got)
            said = answer(got) if callable(answer) else answer
            if isinstance(said, tuple):
                said = {"status": said[0], "headers": {"Content-Type": said[1]}, "body": said[2]}
            body: bytes = said.get("body", b"")
            self.send_response(said.get("status", 200))
            for name, value in said.get("headers", {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + said.get("cut", 0)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = bool(said.get("cut") or said.get("close"))

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a refused handshake is what some tests are about

    listening = Quiet(("127.0.0.1", 0), Handler)
    if tls:
        listening.socket = tls.wrap_socket(listening.socket, server_side=True)
    port = listening.server_address[1]
    server = Canned(f"{'https' if tls else 'http'}://127.0.0.1:{port}", port)
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def self_signed(folder: Path, *, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """Make a self-signed certificate for an address with openssl; return (certificate, key)."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    kind = "IP" if host[0].isdigit() else "DNS"
    subprocess.run(
        [
            program("openssl"), "req", "-x509", "-newkey", "ec",
            "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=obsdash-test", "-addext", f"subjectAltName={kind}:{host}",
            "-keyout", str(key), "-out", str(cert),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return cert, key


def server_tls(cert: Path, key: Path) -> ssl.SSLContext:
    """Return the server side's TLS context of a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def grafana_programs() -> list[str]:
    """Return the Grafana start programs to test with, from OBSDASH_TEST_GRAFANA, colon-separated.

    Each is called as `PROGRAM PORT DATA_FOLDER PROVISIONING_FOLDER`, listens on 127.0.0.1 and lets
    admin/admin in.
    """
    return [name for name in os.environ.get("OBSDASH_TEST_GRAFANA", "").split(os.pathsep) if name]


@contextmanager
def running_grafana(
    start: str, folder: Path, provisioning: Path | None = None
) -> Iterator[Program]:
    """Run a Grafana with its data in `folder`."""
    port = free_port()
    command: list[str | Path] = [start, str(port), folder / "data"]
    if provisioning:
        command.append(provisioning)
    with running(command, port, "/api/health", folder / "grafana.log") as started:
        yield started
