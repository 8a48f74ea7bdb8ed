"""Keep a real Redis busy, and turn its two knobs: how full it is, whether its exporter gets in."""

import random
import socket
import sys
from collections.abc import Callable
from threading import Event

from workload.knobs import PERCENT, Knobs

# Not a secret: all it must be is unknown to the exporter.
PASSWORD = "unknown-to-the-exporter"  # noqa: S105
PIECE_BYTES = 2**20
LAST_BYTE = PIECE_BYTES - 64  # a zero-filled value up to here and its header take one piece
SESSIONS = 500
MISS_SHARE = 0.15
READS_A_STEP, WRITES_A_STEP = 40, 10
STEP_SECONDS = 1.0
TIMEOUT_SECONDS = 3.0


class RedisError(Exception):
    """Redis answered with an error, or hung up."""


class Connection:
    """As much of Redis' protocol as this program needs."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), TIMEOUT_SECONDS)
        self._file = self._socket.makefile("rb")

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()

    def call(self, *words: str | int) -> str:
        """Send one command and return its answer as text; raises RedisError."""
        parts = [str(word).encode() for word in words]
        bulk = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self._socket.sendall(b"*%d\r\n%s" % (len(parts), bulk))
        return self._answer()

    def _answer(self) -> str:
        head = self._file.readline().decode().rstrip("\r\n")
        mark, rest = head[:1], head[1:]
        if mark in {"+", ":"}:
            return rest
        if mark == "$":
            return "" if rest == "-1" else self._file.read(int(rest) + 2)[:-2].decode()
        raise RedisError(rest or "the connection was closed")


class RedisLoad:
    """What the posed applications do to Redis, in steps of a second."""

    def __init__(self, connection: Connection, rng: random.Random) -> None:
        self._redis = connection
        self._rng = rng
        self._let_in()
        self._pieces = self._memory()["maxmemory"] // PIECE_BYTES  # as many as may be left over
        for number in range(SESSIONS):
            self._write(number)

    def step(self, knobs: Knobs) -> None:
        """Write, read, and make Redis what the knobs say."""
        for _ in range(WRITES_A_STEP):
            self._write(self._rng.randrange(SESSIONS))
        for _ in range(READS_A_STEP):
            missing = self._rng.random() < MISS_SHARE
            self._redis.call("GET", _session(-1 if missing else self._rng.randrange(SESSIONS)))
        self._fill(knobs.redis_memory / PERCENT)
        password = PASSWORD if knobs.redis_down else ""
        self._redis.call("CONFIG", "SET", "requirepass", password)

    def _let_in(self) -> None:
        """Authenticate if an earlier run has left its password behind."""
        try:
            self._redis.call("PING")
        except RedisError:
            self._redis.call("AUTH", PASSWORD)

    def _write(self, number: int) -> None:
        self._redis.call("SET", _session(number), "x" * 200)

    def _fill(self, share: float) -> None:
        """Add or remove ballast until `share` of the maximum is in use."""
        memory = self._memory()
        missing = int(share * memory["maxmemory"]) - memory["used_memory"]
        wanted = max(0, self._pieces + round(missing / PIECE_BYTES))
        for number in range(self._pieces, wanted):
            self._redis.call("SETRANGE", _ballast(number), LAST_BYTE, "x")
        for number in range(wanted, self._pieces):
            self._redis.call("DEL", _ballast(number))
        self._pieces = wanted

    def _memory(self) -> dict[str, int]:
        pairs = (line.partition(":") for line in self._redis.call("INFO", "memory").splitlines())
        wanted = {"used_memory", "maxmemory"}
        return {name: int(value) for name, _, value in pairs if name in wanted}


def _ballast(number: int) -> str:
    return f"demo:ballast:{number}"


def _session(number: int) -> str:
    return f"demo:session:{number}"


def keep_busy(
    address: tuple[str, int], knobs: Callable[[], Knobs], rng: random.Random, stop: Event
) -> None:
    """Load Redis until `stop`; where there is none, say so once and try again."""
    failing = False
    while not stop.wait(STEP_SECONDS):
        try:
            _until_it_fails(address, knobs, rng, stop)
        except (OSError, RedisError) as error:
            if not failing:
                sys.stderr.write(f"redis {address[0]}:{address[1]} gets no load: {error}\n")
            failing = True


def _until_it_fails(
    address: tuple[str, int], knobs: Callable[[], Knobs], rng: random.Random, stop: Event
) -> None:
    connection = Connection(*address)
    try:
        load = RedisLoad(connection, rng)
        while not stop.wait(STEP_SECONDS):
            load.step(knobs())
    finally:
        connection.close()
