"""The tables of the demo workload's README, as data: what it promises is what is tested."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "stack" / "demo" / "README.md"


@dataclass(frozen=True)
class Metric:
    """One line of the table of metrics."""

    name: str
    exemplars: bool
    type: str
    labels: frozenset[str]
    job: str


def rows(heading: str) -> Iterator[list[str]]:
    """Yield the cells of the table that starts with this heading."""
    text = README.read_text("utf-8")
    assert f"| {heading} |" in text, heading
    for line in text[text.index(f"| {heading} |") :].splitlines()[2:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in re.split(r"(?<=\s)\|(?=\s)", line[1:-1])]


def words(cell: str) -> frozenset[str]:
    return frozenset(filter(None, cell.split(", ")))


def metrics() -> list[Metric]:
    """Return a Metric for each metric and job of the table."""
    return [
        Metric(name.strip("`* "), name.endswith("*"), kind, words(labels), job)
        for name, kind, labels, jobs, _ in rows("metric | type | labels | job | knob")
        for job in sorted(words(jobs))
    ]


def expressions() -> dict[str, str]:
    """Return the first expression of each alert."""
    return {alert: re.findall(r"`([^`]+)`", cell)[0] for alert, cell in rows("alert | expression")}


def settings() -> dict[str, str]:
    """Return the query that makes each alert fire."""
    heading = "knob | value | at rest | alert it makes fire | by"
    return {alert: by.strip("`| ") for _, _, _, alert, by in rows(heading)}
