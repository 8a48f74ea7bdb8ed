"""What an alert would have done, and what the loaded one did."""

from collections.abc import Mapping
from dataclasses import dataclass

from obsdash.origin import Origin
from obsdash.resource import Ref


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert from when it fires to when it is resolved, in seconds since 1970.

    labels: of the series; open: it still fires at the end of the window.
    """

    labels: Mapping[str, str]
    start: float
    end: float
    open: bool = False

    @property
    def seconds(self) -> float:
        """Return how long it fires."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one version of a rule would have done.

    error: why it could not be run. waits: its `for` in seconds, where that is longer than the
    window, so that nobody can tell.
    """

    firings: tuple[Firing, ...] = ()
    error: str = ""
    waits: float = 0.0

    @property
    def seconds(self) -> float:
        """Return how long it would have fired, all series together."""
        return sum(firing.seconds for firing in self.firings)

    @property
    def longest(self) -> float:
        """Return how long the longest would have fired."""
        return max((firing.seconds for firing in self.firings), default=0.0)


@dataclass(frozen=True, slots=True)
class Backtest:
    """What an alert would have done.

    loaded: what the loaded version would have done, where that is another one; None when the
    server has the same, or none. new: the server has none.
    missing: for want of what the answer may be "nothing".
    """

    ref: Ref
    alert: str
    origin: Origin | None
    outcome: Outcome
    loaded: Outcome | None = None
    new: bool = False
    missing: tuple[str, ...] = ()
