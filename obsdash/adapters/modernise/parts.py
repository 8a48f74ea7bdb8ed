"""The parts of a dashboard's document that the rules look at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from obsdash.adapters.modernise.sources import Sources
from obsdash.resource import Spec


def dicts(value: Any) -> list[Spec]:
    """Return the dicts of a list; none of anything else."""
    return [item for item in value if item.__class__ is dict] if value.__class__ is list else []


def panels_with_pointers(document: Spec) -> Iterator[tuple[str, Spec]]:
    """Yield all panels in their order with their JSON pointers: those inside rows too."""
    for key in ("panels", "rows"):
        for index, outer in enumerate(document.get(key) or []):
            pointer = f"/{key}/{index}"
            if key == "panels":
                yield pointer, outer
            for nth, inner in enumerate(outer.get("panels") or []):
                yield f"{pointer}/panels/{nth}", inner


@dataclass(slots=True)
class Board:
    """A dashboard's document under repair, and the project's data sources.

    panels: all in their order, also those inside rows; `find_panels` after they were moved.
    queries: those of all panels.
    """

    document: Spec
    sources: Sources = field(default_factory=Sources)
    panels: list[Spec] = field(init=False)
    queries: list[Spec] = field(init=False)

    def __post_init__(self) -> None:
        self.find_panels()

    def find_panels(self) -> None:
        """Look through the document for its panels."""
        self.panels = []
        for panel in dicts(self.document.get("panels")):
            self.panels.append(panel)
            if "panels" in panel:
                self.panels += dicts(panel["panels"])
        for row in dicts(self.document.get("rows")):
            self.panels += dicts(row.get("panels"))
        self.queries = [query for panel in self.panels for query in dicts(panel.get("targets"))]

    def panels_of(self, kind: str) -> list[Spec]:
        """Return the panels of a type."""
        return [panel for panel in self.panels if panel.get("type") == kind]

    def has_ids_once(self) -> bool:
        """Whether no two panels have the same id."""
        ids = [number for p in self.panels if isinstance(number := p.get("id"), int)]
        return len(ids) == len(set(ids))

    def variables(self) -> list[Spec]:
        """Return the variables."""
        return dicts(inside(self.document, "templating").get("list"))

    def datasource_users(self) -> list[Spec]:
        """Return everything that may name a data source."""
        annotations = dicts(inside(self.document, "annotations").get("list"))
        return [*self.panels, *self.queries, *self.variables(), *annotations]


def inside(part: Spec, key: str) -> Spec:
    """Return the dict under a key; an empty one, not attached, when there is none."""
    value = part.get(key)
    return value if isinstance(value, dict) else {}


def attached(part: Spec, key: str) -> Spec:
    """Return the dict under a key, put there when there is none."""
    if not isinstance(part.get(key), dict):
        part[key] = {}
    found: Spec = part[key]
    return found


def from_grafanalib(panel: Spec) -> bool:
    """Whether a panel has the keys that grafanalib's `Panel` gives to each."""
    return "minSpan" in panel and "error" in panel
