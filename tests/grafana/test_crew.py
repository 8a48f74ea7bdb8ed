"""Work done by several threads."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from obsdash.grafana.crew import work_off


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT be a KeyboardInterrupt, also where the test runner ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_every_item_is_worked_on_once() -> None:
    halt = threading.Event()
    for hands in (1, 4, 9):
        assert sorted(work_off(lambda n: n * n, range(8), hands, halt)) == [n * n for n in range(8)]
    assert list(work_off(str, [], 4, halt)) == []
    assert not halt.is_set()


def test_results_come_as_soon_as_they_are_known() -> None:
    gate, halt = threading.Event(), threading.Event()
    results = work_off(lambda n: n or gate.wait(10), range(2), 2, halt)
    assert next(results) == 1
    gate.set()
    assert next(results) is True


def test_a_bug_is_raised_where_the_results_are_taken() -> None:
    with pytest.raises(ZeroDivisionError):
        list(work_off(lambda n: 1 // n, range(3), 2, threading.Event()))


def test_whoever_stops_taking_results_stops_the_work() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        time.sleep(0.01)
        return number

    halt = threading.Event()
    results = work_off(work, range(100), 2, halt)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert halt.is_set()
    assert len(begun) < 10


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("moment", range(8))
def test_a_ctrl_c_loses_no_result(moment: int) -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == moment:
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.02)
        return number

    results: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        collect(work_off(work, range(40), 4, threading.Event()), results)
    assert sorted(results) == sorted(begun)
    assert len(begun) < 40


def collect(stream: Iterator[int], results: list[int]) -> None:
    for result in stream:
        results.append(result)  # noqa: PERF402 (one by one: extend would lose them all)
