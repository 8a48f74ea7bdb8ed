"""What came of a run: checks, tests, and which alerts have been tested."""

from collections.abc import Mapping
from dataclasses import dataclass

from obsdash.author.alerts.testing import Expectation, RuleTest
from obsdash.origin import Origin


@dataclass(frozen=True, slots=True)
class FiredAlert:
    """An alert as promtool saw it fire, its templates rendered."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A series that a recording rule gave."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation and its verdict; `message` is empty when it holds."""

    expectation: Expectation
    message: str = ""

    @property
    def passed(self) -> bool:
        """Whether the expectation holds."""
        return not self.message


@dataclass(frozen=True, slots=True)
class TestResult:
    """What came of one test. error: why promtool could not run it."""

    __test__ = False  # not a test of pytest's

    test: RuleTest
    checks: tuple[Check, ...] = ()
    fired: tuple[FiredAlert, ...] = ()
    error: str = ""

    @property
    def passed(self) -> bool:
        """Whether it ran and all its expectations hold."""
        return not self.error and all(check.passed for check in self.checks)

    @property
    def title(self) -> str:
        """Return what messages call it: `HighLatency: fires after five minutes`."""
        name = self.test.subject.name
        return f"{name}: {self.test.name}" if self.test.name else name


@dataclass(frozen=True, slots=True)
class AlertCoverage:
    """How many checks see an alert fire, and how many see it silent."""

    name: str
    origin: Origin | None
    firing: int
    silent: int

    @property
    def covered(self) -> bool:
        """Whether both directions are checked."""
        return bool(self.firing and self.silent)


@dataclass(frozen=True, slots=True)
class Results:
    """What came of all tests; beyond: alerts that promtool cannot test, being LogQL."""

    tests: tuple[TestResult, ...]
    coverage: tuple[AlertCoverage, ...] = ()
    beyond: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every test passed."""
        return all(test.passed for test in self.tests)

    @property
    def percent_covered(self) -> int:
        """Return the share of alerts with both directions checked, 100 when there are none."""
        covered = sum(alert.covered for alert in self.coverage)
        return 100 * covered // len(self.coverage) if self.coverage else 100
