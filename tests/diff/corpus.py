"""Dashboards that others wrote, which are not part of the repository.

OBSDASH_TEST_CORPUS names their folder; `ui-saved/` in it has pairs, as stored and as the editor of
Grafana 9.3.2 saves them unchanged.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from obsdash.migration.sources import Source, Sources
from tests.diff.documents import Spec

ROOT = Path(os.environ.get("OBSDASH_TEST_CORPUS", Path(__file__).parents[3] / "shared/corpus"))
PAIRS = ROOT / "ui-saved"
DASHBOARDS = ROOT / "dashboards"

# What the server had on which the pairs were made.
SOURCES = Sources(
    (
        Source("prom", "prom", "prometheus", default=True),
        *(Source(name, name, name) for name in ("loki", "tempo", "testdata")),
    )
)


class Pair(NamedTuple):
    """A dashboard as it was stored, and as the editor saves it."""

    name: str
    stored: Spec
    saved: Spec


def pairs() -> list[Pair]:
    """Return the pairs of the corpus."""
    files = sorted((PAIRS / "saved").rglob("*.json"))
    names = [str(file.relative_to(PAIRS / "saved")) for file in files]
    return [
        Pair(name, _read(PAIRS / "stored" / name), _read(PAIRS / "saved" / name)) for name in names
    ]


def dashboards() -> Iterator[Spec]:
    """Yield the dashboards of the corpus."""
    for file in sorted(DASHBOARDS.rglob("*.json")):
        found = _read(file)
        found = found.get("dashboard", found) if isinstance(found, dict) else {}
        if isinstance(found, dict) and isinstance(found.get("panels"), list):
            yield found


def _read(file: Path) -> Spec:
    try:
        found: Spec = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # templates of dashboards
        return {}
    return found
