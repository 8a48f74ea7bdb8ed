"""Read the output of native components, as it grows if asked to."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

POLL_SECONDS = 0.2


def lines(files: Mapping[str, Path], last: int, *, follow: bool) -> Iterator[tuple[str, str]]:
    """Yield (component, line): the last of each file, then what is added, until interrupted."""
    ends = {}
    for name, file in files.items():
        content = file.read_bytes()
        ends[name] = content.rfind(b"\n") + 1
        shown = content.decode("utf-8", "replace").splitlines()
        yield from ((name, line) for line in shown[-last:] if last)
    while follow:
        time.sleep(POLL_SECONDS)
        for name, file in files.items():
            start = ends[name] if file.stat().st_size >= ends[name] else 0  # it began anew
            added = _whole_lines(file, start)
            ends[name] = start + len(added)
            yield from ((name, line) for line in added.decode("utf-8", "replace").splitlines())


def _whole_lines(file: Path, start: int) -> bytes:
    """Return the lines that a file has after `start`, without one that is still being written."""
    with file.open("rb") as handle:
        handle.seek(start)
        content = handle.read()
    return content[: content.rfind(b"\n") + 1]
