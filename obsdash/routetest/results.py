"""What came of the route tests."""

from dataclasses import dataclass

from obsdash.author.notifications.routetest import Fate, RouteTest
from obsdash.origin import Origin


@dataclass(frozen=True, slots=True)
class RouteCheck:
    """One expectation and its verdict; `message` is empty when it holds.

    form: `Grafana` where it is judged on the policies that Grafana gets, else "".
    """

    expectation: Fate
    message: str = ""
    form: str = ""

    @property
    def passed(self) -> bool:
        """Whether the expectation holds."""
        return not self.message


@dataclass(frozen=True, slots=True)
class RouteResult:
    """What came of one test."""

    test: RouteTest
    checks: tuple[RouteCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether all its expectations hold."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True, slots=True)
class Unheard:
    """An alert of the project whose receivers tell nobody."""

    alert: str
    receivers: tuple[str, ...]
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class RouteResults:
    """What came of all tests. alerts: of the project; untested: those that no test is about."""

    tests: tuple[RouteResult, ...]
    alerts: int = 0
    untested: tuple[str, ...] = ()
    unheard: tuple[Unheard, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every test passed."""
        return all(test.passed for test in self.tests)
