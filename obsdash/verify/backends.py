"""The data sources that queries run on, and how each is reached."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from obsdash.errors import TargetError
from obsdash.verify.model import Answer, DataSource, Question, Source, Window


class Backend(Protocol):
    """Something that answers questions about one data source."""

    def check(self) -> None:
        """Raise SourceError when the data source, TargetError when the server does not answer."""

    def ask(self, question: Question) -> Answer:
        """Return the answer; raises QueryError, UnsupportedError or TargetError."""

    def unknown(self, text: str, window: Window) -> Sequence[str]:
        """Say which things that a query names exist nowhere in the window; raises like `ask`."""


class QueryError(TargetError):
    """The server refused one query, in its own words; others may run."""


class UnsupportedError(TargetError):
    """This kind of query cannot be run here; the message says why."""


class SourceError(TargetError):
    """One data source does not answer; others may."""


def timed_out(error: TargetError) -> bool:
    """Whether there was no answer in time: a matter of one query, the server may be well."""
    return isinstance(error.__cause__, TimeoutError)


@dataclass(frozen=True, slots=True)
class Backends:
    """All data sources, and how to reach each.

    named: data source uid or type → the backend that the configuration names for it.
    through: makes the backend of a data source behind a Grafana, where one is configured.
    servers: data source type → a server of it that is configured for other reasons.
    complete: whether `sources` are all there are.
    """

    sources: tuple[DataSource, ...] = ()
    named: Mapping[str, Backend] = field(default_factory=dict)
    through: Callable[[DataSource], Backend] | None = None
    servers: Mapping[str, Backend] = field(default_factory=dict)
    complete: bool = False

    @property
    def any(self) -> bool:
        """Whether anything at all can be asked."""
        return bool(self.named or self.through or self.servers)

    def resolve(self, source: Source) -> DataSource | None:
        """Return the data source that a reference means: by uid, by name, the default one."""
        if source.uid:
            for known in self.sources:
                if source.uid in (known.uid, known.name):
                    return known
            known_type = source.type and not self.complete
            return DataSource(source.type, source.uid) if known_type else None
        same = [known for known in self.sources if source.type in ("", known.type)]
        chosen = next((known for known in same if known.default), same[0] if same else None)
        return chosen or (DataSource(source.type) if source.type else None)

    def backend(self, source: DataSource, *, rule: bool = False) -> Backend | None:
        """Return how to reach a data source, None when nothing is configured for it.

        rule: the query is a rule's, which the rule's own server evaluates, no Grafana.
        """
        if named := self.named.get(source.uid) or self.named.get(source.type):
            return named
        server = self.servers.get(source.type)
        if self.through and source.uid and not (rule and server):
            return self.through(source)
        return server

    def of_type(self, kind: str) -> tuple[DataSource, ...]:
        """Return the data sources that a data source variable offers."""
        return tuple(known for known in self.sources if known.type == kind)
