"""The load on a real Redis, and its two knobs."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from workload.knobs import Knobs
from workload.redis_load import Connection, RedisError, RedisLoad

from tests.support.servers import free_port, program, wait_until

MAXIMUM = 64 * 2**20


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[int]:
    """Run a Redis of 64 MB; return its port."""
    port = free_port()
    command = [
        program("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(tmp_path),
        "--save", "", "--maxmemory", str(MAXIMUM), "--maxmemory-policy", "allkeys-lru",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        wait_until(lambda: _listens(port), "Redis listens")
        yield port
        server.terminate()


def _listens(port: int) -> bool:
    try:
        Connection("127.0.0.1", port).close()
    except OSError:
        return False
    return True


@pytest.fixture
def connection(redis: int) -> Iterator[Connection]:
    connection = Connection("127.0.0.1", redis)
    yield connection
    connection.close()


def used(connection: Connection) -> float:
    return int(connection.call("INFO", "memory").split("used_memory:")[1].split()[0]) / MAXIMUM


def test_memory_follows_its_knob_up_and_down(connection: Connection) -> None:
    load = RedisLoad(connection, random.Random(1))
    for percent in (35, 92, 35):
        for _ in range(3):
            load.step(Knobs(redis_memory=percent))
        assert used(connection) == pytest.approx(percent / 100, abs=0.05)


def test_reads_hit_and_miss(connection: Connection) -> None:
    load = RedisLoad(connection, random.Random(1))
    for _ in range(5):
        load.step(Knobs())
    stats = connection.call("INFO", "stats")
    counts = [int(stats.split(f"keyspace_{name}:")[1].split()[0]) for name in ("hits", "misses")]
    assert all(counts)
    assert counts[0] / sum(counts) == pytest.approx(0.85, abs=0.06)


def test_redis_down_keeps_others_out_and_its_reset_lets_them_in_again(
    connection: Connection, redis: int
) -> None:
    RedisLoad(connection, random.Random(1)).step(Knobs(redis_down=True))
    exporter = Connection("127.0.0.1", redis)
    with pytest.raises(RedisError, match="NOAUTH"):
        exporter.call("INFO")
    exporter.close()
    restarted = Connection("127.0.0.1", redis)
    RedisLoad(restarted, random.Random(1)).step(Knobs())
    restarted.close()
    exporter = Connection("127.0.0.1", redis)
    assert exporter.call("PING") == "PONG"
    exporter.close()
