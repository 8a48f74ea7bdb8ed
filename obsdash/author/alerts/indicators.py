"""Service level indicators: how many events of a window were bad, of how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

Selectors = str | Sequence[str]

_WINDOW = "$window"
_SUFFIXES = ("_bucket", "_count", "_sum")


class Indicator(Protocol):
    """What an SLO measures, an objective for each value of the labels `by`."""

    @property
    def by(self) -> Sequence[str]:
        """Return the labels that are kept."""

    def bad(self, window: str) -> str:
        """Return the expression for the bad events of a window."""

    def events(self, window: str) -> str:
        """Return the expression for all events of a window."""


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Failed requests of all requests, from counters; several selectors are added up.

    No error series at all counts as no errors, so that the objective exists before the first one.
    """

    errors: Selectors
    total: Selectors
    by: Sequence[str] = ()

    def bad(self, window: str) -> str:
        """Return the failed requests."""
        errors = _total("increase({})", self.errors, window, self.by)
        return f"({errors} or 0 * {self.events(window)})"

    def events(self, window: str) -> str:
        """Return the requests."""
        return _total("increase({})", self.total, window, self.by)


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Failed scrapes of all scrapes: every sample counts, so a target that came late weighs less.

    A target that vanished altogether has no samples; watch it with an `absent(…)` alert.
    """

    up: Selectors = "up"
    by: Sequence[str] = ()

    def bad(self, window: str) -> str:
        """Return the failed scrapes."""
        return f"({self.events(window)} - {_total('sum_over_time({})', self.up, window, self.by)})"

    def events(self, window: str) -> str:
        """Return the scrapes."""
        return _total("count_over_time({})", self.up, window, self.by)


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Requests slower than a threshold, in seconds as text, which must be a bucket's bound.

    histogram: selectors of classic histograms without suffix: `http_seconds{job="api"}`.
    """

    histogram: Selectors
    threshold: str
    by: Sequence[str] = ()

    def bad(self, window: str) -> str:
        """Return the slow requests. Without such a bucket there is no result, not a good one."""
        matcher = bucket(self.threshold)
        fast = [_part(selector, "_bucket", matcher) for selector in _several(self.histogram)]
        return f"({self.events(window)} - {_total('increase({})', fast, window, self.by)})"

    def events(self, window: str) -> str:
        """Return the requests."""
        counts = [_part(selector, "_count") for selector in _several(self.histogram)]
        return _total("increase({})", counts, window, self.by)


@dataclass(frozen=True, kw_only=True)
class Expression:
    """Any other indicator: two expressions of a window, which is written as `$window`.

        Expression(
            bad_events='sum(increase(jobs_total{result="late"}[$window]))',
            all_events="sum(increase(jobs_total[$window]))",
        )

    Both must give the same labels, those of `by`.
    """

    bad_events: str
    all_events: str
    by: Sequence[str] = ()

    def bad(self, window: str) -> str:
        """Return the bad events."""
        return f"({self.bad_events.replace(_WINDOW, window)})"

    def events(self, window: str) -> str:
        """Return all events."""
        return f"({self.all_events.replace(_WINDOW, window)})"


def bucket(bound: str) -> str:
    """Return the matcher of a bucket: Prometheus 3 writes le="1" as le="1.0"."""
    number = Decimal(str(bound))
    if number == number.to_integral_value():
        return rf'le=~"{number.to_integral_value():f}(\\.0)?"'
    return f'le="{number.normalize():f}"'


def indicator_problem(sli: Indicator) -> tuple[str, str]:
    """Return what is wrong with an indicator, and the remedy; two empty texts for a good one."""
    if isinstance(sli.by, str):
        return f"by is the text {sli.by!r}, not a list of labels", f'write by=["{sli.by}"]'
    if isinstance(sli, Latency):
        return _latency_problem(sli)
    if isinstance(sli, Expression):
        for name, expr in (("bad_events", sli.bad_events), ("all_events", sli.all_events)):
            if _WINDOW not in expr:
                return f"{name} has no $window", f'write its range as "[{_WINDOW}]"'
    return "", ""


def _latency_problem(sli: Latency) -> tuple[str, str]:
    for selector in _several(sli.histogram):
        name = selector.strip().partition("{")[0]
        if suffix := next((end for end in _SUFFIXES if name.endswith(end)), ""):
            return f"{name!r} is one series of the histogram", f"leave {suffix} out of its name"
    try:
        sound = Decimal(str(sli.threshold)).is_finite()
    except InvalidOperation:
        sound = False
    if not sound:
        return f"the threshold {sli.threshold!r} is no number", 'write it in seconds: "0.5"'
    return "", ""


def _total(function: str, selectors: Selectors, window: str, by: Sequence[str]) -> str:
    """Return the sum over all selectors; those without series count as nothing.

    Without their metrics' names, series of two of them may have the same labels, of which `or`
    would drop one: so each gets a number.
    """
    parts = [function.format(f"{selector}[{window}]") for selector in _several(selectors)]
    if len(parts) > 1:
        parts = [
            f'label_replace({part}, "__part__", "{number}", "", "")'
            for number, part in enumerate(parts)
        ]
    grouping = f" by ({', '.join(by)}) " if by else ""
    return f"sum{grouping}({' or '.join(parts)})"


def _several(selectors: Selectors) -> Sequence[str]:
    return (selectors,) if isinstance(selectors, str) else selectors


def _part(selector: str, suffix: str, matcher: str = "") -> str:
    """Name one series of a histogram: `x{a="b"}` becomes `x_bucket{a="b",le="0.5"}`."""
    name, brace, matchers = selector.strip().partition("{")
    matchers = matchers.rstrip().removesuffix("}") if brace else ""
    inside = ",".join(part for part in (matchers.rstrip(", "), matcher) if part)
    return f"{name}{suffix}" + (f"{{{inside}}}" if inside else "")
