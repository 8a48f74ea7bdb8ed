"""Work done by several threads, which a Ctrl-C may end early without losing a result."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def work_off(
    function: Callable[[T], R], items: Iterable[T], hands: int, halt: threading.Event
) -> Iterator[R]:
    """Yield what a function returns for each item, as soon as it is known.

    A Ctrl-C meets the main thread, which only waits, so it breaks nothing off: nothing more is
    begun, `halt` is set, what is under way ends and is yielded, and the KeyboardInterrupt goes on.
    """
    waiting, finished = deque(items), list[Future[R]]()
    changed = threading.Condition()

    def work() -> None:
        while waiting:
            try:
                done = _done(function, waiting.popleft())
            except IndexError:
                return  # another one took the last
            with changed:
                finished.append(done)
                changed.notify()

    expected, taken = len(waiting), 0
    threads = [threading.Thread(target=work) for _ in range(min(hands, expected))]
    try:
        for thread in threads:
            thread.start()
        while taken < expected:
            with changed:
                while len(finished) == taken:
                    changed.wait()
            result = finished[taken].result()
            taken += 1  # no call from here to the yield: an interrupt cannot come between
            yield result
    except BaseException as reason:
        halt.set()
        waiting.clear()
        _join(threads)
        if isinstance(reason, KeyboardInterrupt):
            yield from (future.result() for future in finished[taken:])
        raise
    _join(threads)


def _done(function: Callable[[T], R], item: T) -> "Future[R]":
    future: Future[R] = Future()
    try:
        future.set_result(function(item))
    except BaseException as error:  # noqa: BLE001 (raised again where the result is taken)
        future.set_exception(error)
    return future


def _join(threads: Iterable[threading.Thread]) -> None:
    for thread in threads:
        if thread.ident:  # it was started
            thread.join()
