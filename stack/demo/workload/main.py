"""The command line and the clock."""

import argparse
import random
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread

from prometheus_client import disable_created_metrics

from workload.knobs import Board
from workload.redis_load import keep_busy
from workload.server import Server
from workload.sinks import Sinks
from workload.world import SIMULATED, World

TICK_SECONDS = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or Ctrl-C; returns the exit code."""
    options = _parser().parse_args(argv)
    disable_created_metrics()  # type: ignore[no-untyped-call]
    rng = random.Random(options.seed)
    world = World(rng, options.simulate)
    board = Board(world.applications)
    try:
        server = Server(options.listen, world.applications, board)
    except OSError as error:
        host, port = options.listen
        sys.stderr.write(f"cannot listen on {host}:{port}: {error.strerror}\n")
        return 2
    sinks = Sinks(rng, options.log_dir, options.loki, options.otlp)
    stop = _stop_on_signals()
    threads = [partial(server.serve_forever, poll_interval=0.1)]
    if options.redis:
        threads.append(
            partial(keep_busy, options.redis, board.now, random.Random(options.seed), stop)
        )
    for run in threads:
        Thread(target=run, daemon=True).start()
    _live(world, board, sinks, stop)
    server.shutdown()
    server.server_close()
    sinks.close()
    return 0


def _live(world: World, board: Board, sinks: Sinks, stop: Event) -> None:
    before = time.monotonic()
    while not stop.wait(TICK_SECONDS):
        now = time.monotonic()
        sinks.tell(world.step(now - before, board.now()), time.time())
        before = now


def _stop_on_signals() -> Event:
    stop = Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    return stop


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python stack/demo", description=__doc__)
    add = parser.add_argument
    add("--listen", type=_address, default=("127.0.0.1", 8088), metavar="HOST:PORT")
    add("--simulate", action="append", choices=SIMULATED, default=[], help="pose as its exporter")
    add(
        "--redis", type=_address, metavar="HOST:PORT", help="load this Redis; it must be the demo's"
    )
    add("--log-dir", type=Path, metavar="DIR", help="write one log file a service there")
    add("--loki", default="", metavar="URL", help="push log lines there")
    add("--otlp", default="", metavar="URL", help="send traces there, OTLP/HTTP JSON")
    add("--seed", type=int, help="make the same load every time")
    return parser


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)
