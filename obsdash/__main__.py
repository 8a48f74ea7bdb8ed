"""The edge: start the command line, turn errors into one sentence and an exit code."""

import errno
import os
import sys

from obsdash import __version__

_UNWRITABLE = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)  # of a stream


def main() -> None:
    """Run obsdash. Exit codes: 0 fine, 1 differences or findings where asked for, 2 trouble."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"obsdash {__version__}")  # noqa: T201 (before click is loaded: it takes 20 ms)
        return
    try:
        from obsdash.cli import run  # after the quick way out above

        code = run(sys.argv[1:])
        if sys.stdout:  # there is none when the caller closed it
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(2)  # at once: a thread that waits for a server is not waited for
    except OSError as error:
        if error.filename is not None or error.errno not in _UNWRITABLE:
            raise
        code = _give_up_printing(error)
    raise SystemExit(code)


def _give_up_printing(error: OSError) -> int:
    """Say why nothing more is printed, unless the reader went away (`obsdash diff | head`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if error.errno == errno.EPIPE:
        return 0
    print(f"error: the output cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    main()
