"""What is run on live data, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from obsdash.origin import Origin
from obsdash.resource import Ref

Role = Literal["panel", "variable", "annotation", "alert", "record"]


class Status(StrEnum):
    """How a query went."""

    ERROR = "error"
    EMPTY = "empty"
    SLOW = "slow"
    SKIPPED = "skipped"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Source:
    """A reference to a data source; `uid` may be a name or a variable, both may be unknown ("")."""

    type: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class DataSource:
    """What the definitions or a Grafana say of a data source.

    scrape: the least step that makes sense, usually the scrape interval.
    """

    type: str
    uid: str = ""
    name: str = ""
    default: bool = False
    scrape: timedelta = timedelta(seconds=15)

    def __str__(self) -> str:
        return self.uid or self.type


@dataclass(frozen=True, slots=True)
class Timing:
    """What a panel says of its time, as it says it (with variables); "" where it says nothing.

    points: how many it draws at most.
    """

    least_step: str = ""
    since: str = ""
    shift: str = ""
    points: int = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """One thing to run, as the definition has it.

    part: `panel "p95 latency" query A`, `variable job`, `alert HighLatency`.
    text: what it says; model: the whole of it, for data sources where a text is not enough.
    empty: why an empty answer is right, None where data is expected.
    skip: why it is not to be run.
    repeat: the variables that its panel is repeated by.
    """

    ref: Ref
    part: str
    role: Role
    source: Source = Source()
    text: str = ""
    model: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = None
    empty: str | None = None
    instant: bool = False
    skip: str = ""
    repeat: tuple[str, ...] = ()
    timing: Timing = Timing()

    @property
    def is_rule(self) -> bool:
        """Whether it is a rule's expression."""
        return self.role in ("alert", "record")

    def skipped(self, why: str, help: str = "") -> "Finding":  # noqa: A002
        """Return the finding that it is not run, as is right."""
        return Finding(self, Status.SKIPPED, why, help=help)

    def wrong(self, why: str, help: str = "") -> "Finding":  # noqa: A002
        """Return the finding that it cannot be run as it stands."""
        return Finding(self, Status.ERROR, why, expected=False, help=help)


@dataclass(frozen=True, slots=True)
class Window:
    """A range of time, and the distance of the points in it."""

    end: datetime
    length: timedelta
    step: timedelta = timedelta(seconds=15)

    @property
    def start(self) -> datetime:
        """Return where the range begins."""
        return self.end - self.length


@dataclass(frozen=True, slots=True)
class Question:
    """What a data source is asked, variables replaced: equal questions have equal answers.

    kind: the points of a range, of its end, or the values of a variable.
    model: JSON of the whole query, for data sources where `text` is not enough.
    may_be_empty: an empty answer is right, as long as all that it names exists.
    """

    source: DataSource
    kind: Literal["range", "instant", "values"]
    text: str
    window: Window
    model: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a data source said.

    series: how many series, streams or values; numbers: whether any can be drawn.
    values: what a variable may choose from.
    """

    series: int
    numbers: bool = True
    values: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether a panel would show nothing."""
        return not self.series or not self.numbers


@dataclass(frozen=True, slots=True)
class Finding:
    """How one query went.

    ran: the query with its variables replaced; source: the data source it ran on; "" when it did
    not run.
    expected: this is as it should be. known: it is not, but was so before (a baseline).
    help: what to do, where there is a simple answer.
    """

    query: Query
    status: Status
    reason: str = ""
    ran: str = ""
    source: str = ""
    seconds: float = 0.0
    expected: bool = True
    known: bool = False
    help: str = ""

    @property
    def ok(self) -> bool:
        """Whether it does not fail the run."""
        return self.expected or self.known
