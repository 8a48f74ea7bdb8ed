"""The data sources that queries run on, found by uid or by type."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from obsdash.errors import TargetError
from obsdash.verify.model import Answer, Query, Source, Window


class Backend(Protocol):
    """Something that answers queries of one data source."""

    def run(self, query: Query, text: str, window: Window) -> Answer:
        """Run a query whose variables are replaced by `text`; raises QueryError or TargetError."""

    def values(self, call: str, window: Window) -> Sequence[str]:
        """Run a variable's query and return its values; raises like `run`."""

    def exists(self, metric: str, window: Window) -> bool:
        """Whether a metric has any series in the window."""


class QueryError(TargetError):
    """The server refused one query, in its own words; others may run."""


class UnsupportedError(TargetError):
    """This kind of query cannot be run here; the message says why."""


@dataclass(frozen=True, slots=True)
class DataSource:
    """What the definitions or a Grafana say of a data source."""

    type: str
    uid: str
    name: str = ""
    default: bool = False
    scrape: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Backends:
    """All data sources, and how to reach each.

    direct: data source uid or type → its backend.
    through: makes the backend of a data source behind a Grafana, where one is configured.
    """

    sources: tuple[DataSource, ...] = ()
    direct: Mapping[str, Backend] = field(default_factory=dict)
    through: Callable[[DataSource], Backend] | None = None

    def resolve(self, source: Source) -> DataSource | None:
        """Return the data source that a reference means: by uid, by name, the default one."""
        if source.uid:
            for known in self.sources:
                if source.uid in (known.uid, known.name):
                    return known
            return DataSource(source.type, source.uid) if source.type else None
        same = [known for known in self.sources if source.type in ("", known.type)]
        chosen = next((known for known in same if known.default), same[0] if same else None)
        return chosen or (DataSource(source.type, "") if source.type else None)

    def backend(self, source: DataSource) -> Backend | None:
        """Return how to reach a data source, None when nothing is configured for it."""
        found = self.direct.get(source.uid) or self.direct.get(source.type)
        if found is None and self.through is not None and source.uid:
            return self.through(source)
        return found

    def of_type(self, kind: str) -> tuple[DataSource, ...]:
        """Return the data sources that a data source variable offers."""
        return tuple(known for known in self.sources if known.type == kind)
