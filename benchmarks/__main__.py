"""Run every benchmark."""

from importlib import import_module
from pathlib import Path


def main() -> None:
    """Print the tables, one a module `bench_*`."""
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        import_module(f"benchmarks.{file.stem}").main()


if __name__ == "__main__":
    main()
