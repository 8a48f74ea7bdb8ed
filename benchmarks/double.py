"""The tests' Grafana in a process of its own: prints its address, ends when its input does."""

import sys

from tests.doubles.grafana import GrafanaDouble


def main() -> None:
    """Serve with a latency, given in seconds."""
    with GrafanaDouble(sys.argv[2], latency=float(sys.argv[1])) as double:
        print(double.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
