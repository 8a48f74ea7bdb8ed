"""The edge: start the command line, turn errors into one sentence and an exit code."""

import os
import sys

from obsdash import __version__


def main() -> None:
    """Run obsdash. Exit codes: 0 fine, 1 differences or findings where asked for, 2 trouble."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"obsdash {__version__}")  # noqa: T201 (before click is loaded: it takes 20 ms)
        return
    from obsdash.cli import run  # after the quick way out above

    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`obsdash diff | head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise SystemExit(code)


if __name__ == "__main__":
    main()
