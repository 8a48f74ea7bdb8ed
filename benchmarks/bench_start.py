"""How soon the command line answers: the help against click itself, a diff of our own content."""

import sys
from pathlib import Path

from benchmarks.timing import Row, in_turn, obsdash, print_table, run

ROOT = Path(__file__).parent.parent
ROUNDS = 7


def main() -> None:
    """Print the table."""
    costs = in_turn(
        ROUNDS,
        {
            "click": lambda: run([sys.executable, "-c", "import click"], ROOT),
            "help": lambda: run(obsdash("--help"), ROOT),
        },
    )
    run(obsdash("sync", "--yes"), ROOT)
    diff = in_turn(3, {"diff": lambda: run(obsdash("diff"), ROOT)})["diff"]
    click, help_ = costs["click"], costs["help"]
    print_table(
        "Start",
        [
            Row(
                "obsdash --help / import click",
                help_.wall / click.wall,
                "≤ 1.5×",
                f"{help_.wall * 1000:.0f} ms / {click.wall * 1000:.0f} ms",
            ),
            Row(
                "diff of our own dashboards / 0.5 s of CPU",
                diff.cpu / 0.5,
                "≤ 1×",
                f"{diff.cpu:.2f} s of CPU",
            ),
        ],
    )


if __name__ == "__main__":
    main()
