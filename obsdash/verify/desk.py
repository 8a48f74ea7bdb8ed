"""Ask each question once, a few at a time."""

import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from obsdash.verify.backends import Backend, QueryError, SourceError, UnsupportedError
from obsdash.verify.model import Answer, Question


@dataclass(frozen=True, slots=True)
class Ran:
    """An answer, or why there is none: the query's own error, or a kind that cannot be run.

    unknown: what an empty answer's query names that exists nowhere, where that matters.
    """

    answer: Answer = Answer(0)  # noqa: RUF009 (frozen)
    error: str = ""
    unsupported: str = ""
    unknown: tuple[str, ...] = ()
    seconds: float = 0.0


_Task = tuple["Future[Ran]", Backend, Question]


class Desk:
    """Keeps every question with its answer to come. One thread asks, several work.

    The workers are daemons: after Ctrl-C nobody waits for a slow server.
    """

    def __init__(self, at_once: int) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._asked: dict[tuple[Backend, Question], Future[Ran]] = {}
        self._checked: dict[Backend, SourceError | None] = {}
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(at_once)]

    def ask(self, backend: Backend, question: Question) -> "Future[Ran]":
        """Return the answer to come; its result() raises TargetError when the server fails."""
        key = (backend, question)
        if key not in self._asked:
            self._asked[key] = Future()
            self._tasks.put((self._asked[key], backend, question))
        return self._asked[key]

    def is_new(self, backend: Backend) -> bool:
        """Whether nothing was asked there yet."""
        return backend not in self._checked

    def trouble(self, backend: Backend) -> SourceError | None:
        """Say why a data source does not answer; raises TargetError when its server does not."""
        if backend not in self._checked:
            self._checked[backend] = _trouble(backend)
        return self._checked[backend]

    def _work(self) -> None:
        while task := self._tasks.get():
            future, backend, question = task
            try:
                future.set_result(_run(backend, question))
            except BaseException as error:  # noqa: BLE001 (raised again by whoever asked)
                future.set_exception(error)

    def __enter__(self) -> Self:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(Empty):
            while True:  # what nobody waits for any more
                self._tasks.get_nowait()
        for _ in self._workers:
            self._tasks.put(None)


def _trouble(backend: Backend) -> SourceError | None:
    try:
        backend.check()
    except SourceError as error:
        return error
    return None


def _run(backend: Backend, question: Question) -> Ran:
    started = time.monotonic()
    try:
        answer = backend.ask(question)
        seconds = time.monotonic() - started
        unknown: tuple[str, ...] = ()
        if answer.empty and question.may_be_empty:
            unknown = tuple(backend.unknown(question.text, question.window))
        return Ran(answer, unknown=unknown, seconds=seconds)
    except UnsupportedError as unsupported:
        return Ran(unsupported=unsupported.message)
    except QueryError as refused:
        return Ran(error=refused.message, seconds=time.monotonic() - started)
