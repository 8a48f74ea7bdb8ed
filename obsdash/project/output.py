"""What definition files print goes to stderr, with the file's name; stdout is for results."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout


class Prints(io.TextIOBase):
    """A stdout that passes whole lines on to stderr, each after the name of who printed it."""

    def __init__(self) -> None:
        self._line = ""
        self.file = ""

    def writable(self) -> bool:
        """Say that it is made for writing."""
        return True

    def write(self, text: str) -> int:
        """Take a text; a line is passed on when it is complete."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            sys.stderr.write(f"{self.file} prints: {line}\n")
        return len(text)

    def finish(self) -> None:
        """Pass on what stands without a line end."""
        if self._line:
            self.write("\n")


@contextmanager
def stdout_to_stderr() -> Iterator[Prints]:
    """Keep stdout clean: from `print`, and from programs that are started."""
    prints = Prints()
    with redirect_stdout(prints), _file_descriptor_1_is_2():
        yield prints
        prints.finish()


@contextmanager
def _file_descriptor_1_is_2() -> Iterator[None]:
    if sys.stdout:  # None when the process was started without one
        sys.stdout.flush()
    try:
        stdout = os.dup(1)
    except OSError:  # closed: nothing can reach it
        yield
        return
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
