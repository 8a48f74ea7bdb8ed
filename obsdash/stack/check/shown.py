"""How verdicts read, as a table and as JSON."""

from collections.abc import Iterable
from typing import Any

from obsdash.stack.check.verdict import Verdict
from obsdash.words import count

SCHEMA_VERSION = 1


def text(verdicts: Iterable[Verdict]) -> str:
    """Return a line for each service, and how many reached which level."""
    found = list(verdicts)
    widths = [max(len(cell) for cell in column) for column in zip(*map(_cells, found), strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(_cells(each), widths, strict=True))
        + (f"  {each.why}" if each.why else "")
        for each in found
    ]
    levels = sorted({each.level for each in found}, reverse=True)
    sums = ", ".join(f"{sum(e.level is level for e in found)} {level.words}" for level in levels)
    total = count(len(found), "service")
    return "\n".join([*(line.rstrip() for line in lines), "", f"{total}: {sums}"])


def document(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "services": [
            {
                "service": each.service,
                "file": each.file,
                "level": each.level.name.lower(),
                "program": each.program,
                "why": each.why,
            }
            for each in verdicts
        ],
    }


def _cells(verdict: Verdict) -> tuple[str, str, str, str]:
    return verdict.service, verdict.file, verdict.level.words, verdict.program or "-"
