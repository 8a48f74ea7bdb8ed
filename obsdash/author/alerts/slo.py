"""Service level objectives: recording rules and burn-rate alerts from one object.

With the budget b = 1 - objective, an alert on a pair of windows fires while the error ratio over
both is above factor x b: the long window says that it matters, the short one that it still goes on.
The factor is the share of the budget that may be spent, times period / long window (Google's SRE
workbook, chapter 5).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from obsdash.author.alerts.indicators import Indicator, indicator_problem
from obsdash.author.alerts.rules import Alert, BaseUrls, Record, Rule, RuleGroup
from obsdash.author.alerts.template import label, value
from obsdash.author.checks import check_duration
from obsdash.author.document import place
from obsdash.author.links import PanelLink
from obsdash.durations import format_duration, milliseconds
from obsdash.errors import DefinitionError
from obsdash.origin import Origin
from obsdash.resource import Resource

_HOUR = 3_600_000
_PERIOD = 30 * 24 * _HOUR  # the period, in milliseconds, that the windows below are made for
_OWN_LABELS = ("slo", "severity", "long", "short", "period")
_SHORTEST = 60_000  # four scrapes of 15 s: a shorter window measures noise


@dataclass(frozen=True, slots=True)
class Burn:
    """A pair of windows: `spent` percent of the budget gone within `long`, and still going."""

    severity: str
    long: int  # milliseconds
    short: int
    spent: int

    @property
    def factor(self) -> Decimal:
        """Return how many times faster than allowed the budget is being spent."""
        return Decimal(self.spent) / 100 * _PERIOD / self.long


@dataclass(frozen=True, slots=True)
class BurnWindows:
    """What an alert of an SLO watches: the error ratio over both windows above the threshold.

    factor: how many times faster than allowed the budget is spent then.
    """

    severity: str
    long: str
    short: str
    factor: Decimal
    threshold: Decimal


_BURNS = (
    Burn("page", 1 * _HOUR, _HOUR // 12, spent=2),
    Burn("page", 6 * _HOUR, _HOUR // 2, spent=5),
    Burn("ticket", 24 * _HOUR, 2 * _HOUR, spent=10),
    Burn("ticket", 72 * _HOUR, 6 * _HOUR, spent=10),
)


@dataclass(frozen=True, kw_only=True)
class SLO:
    """An objective, in percent as text ("99.9"), for an indicator over a period.

    Gives the rule group `slo-<name>`: recording rules with the label `slo`

        slo:objective:ratio         0.999
        slo:error_ratio:rate<w>     share of bad events in each window of the alerts
        slo:error_ratio:period      the same over the whole period, weighted by traffic
        slo:error_budget:remaining  1 is untouched, below 0 is overspent
        slo:burn_rate:current       1 spends exactly the budget by the end of the period

    and an alert a pair of windows, told apart by the labels `long`, `short` and `severity` (page
    or ticket). period: one or several; what is recorded of each has it as the label `period`, the
    alerts go by the first, with which their windows scale. min_events: with fewer events in its
    long window an alert stays silent.
    """

    name: str = field(kw_only=False)
    objective: str | Decimal
    sli: Indicator
    period: str | Sequence[str] = "30d"
    min_events: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    runbook: str = ""
    panel: PanelLink | None = None
    urls: BaseUrls = field(default_factory=BaseUrls)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_names()
        self._check_periods()
        self._check_objective()
        self._check_windows()
        self._group()  # its expressions are checked now, at this line

    @property
    def alert_name(self) -> str:
        """Return the name that its alerts share: `ApiErrorsBudgetBurn` for api-errors."""
        words = self.name.replace("_", "-").split("-")
        return "".join(word[:1].upper() + word[1:] for word in words) + "BudgetBurn"

    @property
    def budget(self) -> Decimal:
        """Return the share of events that may be bad."""
        return 1 - Decimal(self.objective) / 100

    @property
    def periods(self) -> tuple[str, ...]:
        """Return its periods, the alerts' first."""
        return (self.period,) if isinstance(self.period, str) else tuple(self.period)

    @property
    def burns(self) -> tuple[BurnWindows, ...]:
        """Return what its alerts watch, the most urgent first."""
        return tuple(
            BurnWindows(
                burn.severity,
                self._window(burn.long),
                self._window(burn.short),
                burn.factor,
                burn.factor * self.budget,
            )
            for burn in _BURNS
        )

    def resources(self) -> Iterable[Resource]:
        """Yield the rule group."""
        return self._group().resources()

    def _group(self) -> RuleGroup:
        rules: list[Rule] = [*self._records(), *map(self._alert, self.burns)]
        return RuleGroup(f"slo-{self.name}", rules, urls=self.urls, origin=self.origin)

    def _records(self) -> Iterable[Record]:
        short = self._window(min(burn.short for burn in _BURNS))
        yield self._record("slo:objective:ratio", f"vector({plain(1 - self.budget)})")
        yield self._record("slo:errors:short", self.sli.bad(short))
        yield self._record("slo:events:short", self.sli.events(short))
        for length in sorted({length for burn in _BURNS for length in (burn.short, burn.long)}):
            window = self._window(length)
            ratio = f"{self.sli.bad(window)} / ({self.sli.events(window)} > 0)"
            yield self._record(f"slo:error_ratio:rate{window}", ratio)
        if self.min_events:
            for burn in self.burns:
                yield self._record(f"slo:events:in{burn.long}", self.sli.events(burn.long))
        hour = self._series(f"slo:error_ratio:rate{self._window(_HOUR)}")
        yield self._record("slo:burn_rate:current", f"{hour} / {plain(self.budget)}")
        for period in self.periods:
            yield from self._of_period(period)

    def _of_period(self, period: str) -> Iterable[Record]:
        """Yield what is left of the budget: sums of the short window weigh by traffic."""
        errors = f"sum_over_time({self._series('slo:errors:short')}[{period}])"
        events = f"sum_over_time({self._series('slo:events:short')}[{period}])"
        ratio, label = f"{errors} / ({events} > 0)", {"period": period}
        yield self._record("slo:error_ratio:period", ratio, label)
        spent = f'slo:error_ratio:period{{slo="{self.name}",period="{period}"}}'
        left = f"1 - {spent} / {plain(self.budget)}"
        yield self._record("slo:error_budget:remaining", left, label)

    def _record(self, name: str, expr: str, more: Mapping[str, str] | None = None) -> Record:
        labels = {**self.labels, "slo": self.name, **(more or {})}
        return Record(name, expr=expr, labels=labels, origin=self.origin)

    def _alert(self, burn: BurnWindows) -> Alert:
        long, short, threshold = burn.long, burn.short, plain(burn.threshold)
        lines = [
            f"{self._series(f'slo:error_ratio:rate{long}')} > {threshold}",
            f"and {self._series(f'slo:error_ratio:rate{short}')} > {threshold}",
        ]
        if self.min_events:
            events = self._series(f"slo:events:in{long}")
            lines.append(f"and {events} >= {self.min_events}")
        speed = f"{plain(burn.factor)}×"
        gone = format_duration(self._scaled(int(_PERIOD / burn.factor)))
        return Alert(
            self.alert_name,
            expr="\n".join(lines),
            for_=None,  # the two windows already tell a blip from a trouble
            severity=burn.severity,
            labels={**self.labels, "slo": self.name, "long": long, "short": short},
            summary=f"{self._subject()}: error budget burns {speed} as fast as allowed",
            description=f"{value('humanizePercentage')} of the events of the last {long} were bad;"
            f" the objective is {plain(100 - 100 * self.budget)} % over {self.periods[0]}."
            f" At {speed} the allowed rate the whole budget is gone in {gone}.",
            runbook=self.runbook,
            panel=self.panel,
            origin=self.origin,
        )

    def _subject(self) -> str:
        return " ".join((self.name, *(label(name) for name in self.sli.by)))

    def _series(self, name: str) -> str:
        return f'{name}{{slo="{self.name}"}}'

    def _scaled(self, length: int) -> int:
        """Scale a length made for 30 days to the period, in whole seconds."""
        return round(Decimal(length) * (milliseconds(self.periods[0]) or 0) / _PERIOD / 1000) * 1000

    def _window(self, length: int) -> str:
        return format_duration(self._scaled(length))

    def _check_names(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", self.name):
            raise DefinitionError(
                f"an SLO is named in letters, digits, - and _, not {self.name!r}",
                origin=self.origin,
            )
        what, remedy = indicator_problem(self.sli)
        if what:
            raise DefinitionError(f"SLO {self.name!r}: {what}", origin=self.origin, help=remedy)
        if twice := {*self.sli.by} & {*self.labels, *_OWN_LABELS}:
            raise DefinitionError(
                f"SLO {self.name!r}: the label {min(twice)!r} cannot be kept and set",
                origin=self.origin,
            )

    def _check_periods(self) -> None:
        for period in self.periods:
            check_duration(period, f"SLO {self.name!r}: period", self.origin)
        if not self.periods or len({*map(milliseconds, self.periods)}) < len(self.periods):
            raise DefinitionError(
                f"SLO {self.name!r}: its periods must be several different ones, or one",
                origin=self.origin,
            )

    def _check_objective(self) -> None:
        what = f"SLO {self.name!r}"
        if not isinstance(self.objective, str | Decimal):
            raise DefinitionError(
                f"{what}: the objective is {self.objective!r}, whose digits are not exact",
                origin=self.origin,
                help=f'write it as a text: objective="{self.objective}"',
            )
        try:
            fits = 0 < Decimal(self.objective) < 100
        except InvalidOperation:
            fits = False
        if not fits:
            raise DefinitionError(
                f"{what}: the objective is {self.objective}, not a percentage between 0 and 100",
                origin=self.origin,
            )
        fastest = max(_BURNS, key=lambda burn: burn.factor)
        if fastest.factor * self.budget >= 1:
            lowest = 100 - 100 / fastest.factor
            percent = Decimal(self.objective) * 100
            mistaken = f'; in percent, it may be meant as objective="{plain(percent)}"'
            raise DefinitionError(
                f"{what}: at an objective of {self.objective} % the page can never fire, it would"
                f" wait for {plain(100 * fastest.factor * self.budget)} % errors",
                origin=self.origin,
                help=f"set an objective above {lowest:.2f}, or write an Alert of your own"
                f"{mistaken if lowest < percent < 100 else ''}",
            )

    def _check_windows(self) -> None:
        shortest = self._scaled(min(burn.short for burn in _BURNS))
        if shortest < _SHORTEST:
            raise DefinitionError(
                f"SLO {self.name!r}: a period of {self.periods[0]} makes the shortest window"
                f" {format_duration(shortest)}, which holds too few scrapes",
                origin=self.origin,
                help="use a period of 6d or more",
            )


def plain(number: Decimal) -> str:
    """Write a number exactly, without exponent and trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
