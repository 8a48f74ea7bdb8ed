"""Tests of the routing: who is told of an alert, judged by `obsdash test`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal, Self

from obsdash.author.alerts.rules import Alert
from obsdash.author.checks import check_label_name
from obsdash.author.document import place
from obsdash.author.refusals import refuse
from obsdash.origin import Origin

Labels = Mapping[str, str]
Subject = tuple[Alert | None, Labels]
Verdict = Literal["reaches", "is inhibited", "is muted"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What is expected to become of an alert. receivers: by name, all of them, in any order."""

    verdict: Verdict
    receivers: tuple[str, ...]
    time: datetime | None
    firing: tuple[Subject, ...]
    origin: Origin | None


@dataclass(frozen=True)
class RouteTest:
    """Who is told of an alert; each method returns a test with one thing more.

        RouteTest(SERVICE_DOWN, {"job": "api"}, name="goes to the pager")
        .reaches("critical")
        .at("2026-12-24T03:00:00+01:00").is_muted()
        .while_firing({"alertname": "ClusterDown"}).is_inhibited()

    subject: an alert, which has the labels of its rule, or labels. labels: what its series add.
    Receivers have the names of their routes. Every channel counts as set up.
    """

    obsdash_rule_test: ClassVar[bool] = True

    subject: Alert | Labels
    labels: Labels = field(default_factory=dict)
    name: str = ""
    time: datetime | None = None
    firing: tuple[Subject, ...] = ()
    expectations: tuple[Fate, ...] = ()
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.subject, Alert | Mapping):
            refuse(
                f"a RouteTest is about an Alert or labels, not {self.subject!r}",
                self.origin,
                help='RouteTest({"alertname": "Down", "severity": "critical"})',
            )
        self._check(_subject(self.subject, self.labels))

    @property
    def about(self) -> Subject:
        """Return the alert that it is about, if it is about one, and the labels of the test."""
        return _subject(self.subject, self.labels)

    @property
    def title(self) -> str:
        """Return what messages call it: `ServiceDown: goes to the pager`."""
        if isinstance(self.subject, Alert):
            what = self.subject.name
        else:
            labels = dict(self.subject)
            what = labels.pop("alertname", "") or " ".join(f"{k}={v}" for k, v in labels.items())
        return f"{what or 'no labels'}: {self.name}" if self.name else what or "no labels"

    def at(self, time: str) -> Self:
        """Set the time that the next expectations are about, with its zone: 2026-12-24T03:00Z."""
        try:
            moment = datetime.fromisoformat(time)
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            refuse(
                f"the route test of {self.title!r}: {time!r} is not a time with its zone",
                place(),
                help='write .at("2026-12-24T03:00:00+01:00"), or Z for UTC',
            )
        return replace(self, time=moment, origin=self.origin)

    def while_firing(self, subject: Alert | Labels, labels: Labels | None = None) -> Self:
        """Let another alert fire at the same time, for all expectations that follow."""
        one = _subject(subject, labels or {})
        self._check(one)
        return replace(self, firing=(*self.firing, one), origin=self.origin)

    def reaches(self, receiver: str, *others: str) -> Self:
        """Expect that these receivers are told, and no others."""
        return self._expect("reaches", (receiver, *others))

    def is_inhibited(self) -> Self:
        """Expect that an alert which fires at the same time silences it."""
        if not self.firing:
            refuse(
                f"the route test of {self.title!r}: nothing fires that could inhibit it",
                place(),
                help="say .while_firing(…) first",
            )
        return self._expect("is inhibited")

    def is_muted(self) -> Self:
        """Expect that every route that it reaches is muted at this time."""
        if self.time is None:
            refuse(
                f"the route test of {self.title!r}: it is muted at no time",
                place(),
                help='say .at("2026-12-24T03:00:00Z") first',
            )
        return self._expect("is muted")

    def _expect(self, verdict: Verdict, receivers: tuple[str, ...] = ()) -> Self:
        fate = Fate(verdict, receivers, self.time, self.firing, place())
        return replace(self, expectations=(*self.expectations, fate), origin=self.origin)

    def _check(self, subject: Subject) -> None:
        what = f"the route test of {self.title!r}"
        for name, value in subject[1].items():
            check_label_name(name, what, self.origin)
            if not isinstance(value, str):
                refuse(f"{what}: label {name!r} must be a text, not {value!r}", self.origin)


def _subject(subject: Alert | Labels, labels: Labels) -> Subject:
    return (subject, labels) if isinstance(subject, Alert) else (None, {**subject, **labels})
