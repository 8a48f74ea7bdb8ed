"""Unit tests of rules, written beside them and run by promtool through `obsdash test`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from obsdash.author.alerts.rules import Alert, Record
from obsdash.author.alerts.slo import SLO
from obsdash.author.checks import check_duration
from obsdash.author.document import place
from obsdash.author.refusals import refuse
from obsdash.origin import Origin

Subject = Alert | Record | SLO


@dataclass(frozen=True, slots=True)
class Fires:
    """At this time an alert with (at least) these labels and annotations fires."""

    time: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Silent:
    """At this time no alert of the subject fires."""

    time: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Gives:
    """At this time the recording rule has a series with (at least) these labels and this value."""

    time: str
    record: str
    value: float
    labels: Mapping[str, str]
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Missing:
    """At this time the recording rule gives no series with these labels."""

    time: str
    record: str
    labels: Mapping[str, str]
    origin: Origin | None


Expectation = Fires | Silent | Gives | Missing


@dataclass(frozen=True)
class RuleTest:
    """What a rule does with given series; each method returns a test with one thing more.

        RuleTest(SERVICE_DOWN, "fires after a minute")
        .series('up{job="api"}', "1x5 0x10")
        .at("5m").no_alerts()
        .at("7m").fires({"job": "api"})

    The rules run as they are delivered, with the recording rules that they read. interval: the step
    of the series' values, and how often the rules run.
    """

    obsdash_rule_test: ClassVar[bool] = True

    subject: Subject
    name: str = ""
    interval: str = "1m"
    inputs: tuple[tuple[str, str], ...] = ()
    expectations: tuple[Expectation, ...] = ()
    time: str = ""
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.subject, Subject):
            refuse(
                f"a RuleTest is about an Alert, a Record or an SLO, not {self.subject!r}",
                self.origin,
            )
        check_duration(self.interval, f"the test of {self.subject.name!r}: interval", self.origin)

    def series(self, selector: str, values: str) -> Self:
        """Add an input series, its values in promtool's notation: "1x3 0x10", "0+6x60", "_x5"."""
        return replace(self, inputs=(*self.inputs, (selector, values)), origin=self.origin)

    def at(self, time: str) -> Self:
        """Set the time that the next expectations are about, counted from the first value."""
        check_duration(time, f"the test of {self.subject.name!r}: at", place())
        return replace(self, time=time, origin=self.origin)

    def fires(
        self,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> Self:
        """Expect one firing alert with at least these labels and annotations, and no others.

        Several calls at one time expect several alerts.
        """
        self._check_alerting("fires")
        return self._expect(Fires(self.time, labels or {}, annotations or {}, place()))

    def no_alerts(self) -> Self:
        """Expect that nothing fires; what is pending does not fire."""
        self._check_alerting("no_alerts")
        return self._expect(Silent(self.time, place()))

    def gives(
        self, value: float, labels: Mapping[str, str] | None = None, *, record: str = ""
    ) -> Self:
        """Expect a recorded series with at least these labels; `record` is one of an SLO's."""
        return self._expect(Gives(self.time, self._record(record), value, labels or {}, place()))

    def gives_nothing(self, labels: Mapping[str, str] | None = None, *, record: str = "") -> Self:
        """Expect that the recording rule has no series with these labels."""
        return self._expect(Missing(self.time, self._record(record), labels or {}, place()))

    def _expect(self, expectation: Expectation) -> Self:
        if not self.time:
            refuse(
                f"the test of {self.subject.name!r} expects something at no time",
                expectation.origin,
                help='say .at("5m") first',
            )
        expectations = (*self.expectations, expectation)
        return replace(self, expectations=expectations, origin=self.origin)

    def _check_alerting(self, method: str) -> None:
        if isinstance(self.subject, Record):
            refuse(
                f"{self.subject.name!r} records, so {method}() has nothing to look at",
                place(),
                help="use gives(…) or gives_nothing()",
            )

    def _record(self, name: str) -> str:
        if isinstance(self.subject, Alert) or (isinstance(self.subject, SLO) and not name):
            refuse(
                f"the test of {self.subject.name!r} does not say which record gives the value",
                place(),
                help='name it: record="slo:error_budget:remaining"',
            )
        return name or self.subject.name
