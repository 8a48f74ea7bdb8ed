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

    DATA = "data"
    EMPTY = "empty"
    ERROR = "error"
    SLOW = "slow"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Source:
    """The data source of a query; `uid` may be a variable, both may be unknown ("")."""

    type: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One thing to run.

    part: `panel "p95 latency" query A`, `variable job`, `alert HighLatency`.
    model: the whole query as the dashboard holds it; `text` is what it says.
    empty: why an empty answer is right, None where data is expected.
    """

    ref: Ref
    part: str
    role: Role
    source: Source
    text: str
    model: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = None
    empty: str | None = None
    instant: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The time range of a verification, and the step that a panel of ordinary width would use."""

    end: datetime
    length: timedelta
    step: timedelta = timedelta(seconds=15)

    @property
    def start(self) -> datetime:
        """Return where the range begins."""
        return self.end - self.length


@dataclass(frozen=True, slots=True)
class Answer:
    """What a data source said: how many series, and whether any holds a number."""

    series: int
    numbers: bool = True

    @property
    def empty(self) -> bool:
        """Whether a panel would show nothing."""
        return not self.series or not self.numbers


@dataclass(frozen=True, slots=True)
class Finding:
    """How one query went, and whether that is right (`expected`)."""

    query: Query
    status: Status
    reason: str = ""
    ran: str = ""
    seconds: float = 0.0
    expected: bool = True

    @property
    def ok(self) -> bool:
        """Whether nobody needs to look at it."""
        return self.expected
