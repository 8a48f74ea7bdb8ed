"""Deliver JSON to a receiver that may be absent: in the background, best effort."""

import json
import sys
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Full, Queue
from threading import Thread
from urllib.parse import urlsplit

QUEUED = 50
TIMEOUT_SECONDS = 5.0
FAREWELL_SECONDS = 2.0


class Shipper:
    """Posts documents to one URL, one after the other; drops what cannot be delivered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._parts = urlsplit(url)
        self._queue: Queue[bytes | None] = Queue(QUEUED)
        self._failing = False
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def send(self, document: dict[str, object]) -> None:
        """Queue a document, or drop it when the receiver is too slow."""
        self._put(json.dumps(document).encode())

    def close(self) -> None:
        """Deliver what is queued if that is quick."""
        self._put(None)
        self._thread.join(FAREWELL_SECONDS)

    def _put(self, item: bytes | None) -> None:
        try:
            self._queue.put_nowait(item)
        except Full:
            self._say("too slow")

    def _run(self) -> None:
        while (body := self._queue.get()) is not None:
            try:
                status = self._post(body)
            except (OSError, HTTPException) as error:
                self._say(str(error) or type(error).__name__)
            else:
                self._judge(status)

    def _judge(self, status: int) -> None:
        if status // 100 == 2:
            self._failing = False
        else:
            self._say(f"HTTP status {status}")

    def _post(self, body: bytes) -> int:
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        connection = kind(self._parts.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", self._parts.path, body, {"Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()

    def _say(self, reason: str) -> None:
        if not self._failing:
            sys.stderr.write(f"{self.url} takes nothing: {reason}; dropping until it does\n")
        self._failing = True
