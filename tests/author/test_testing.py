"""RuleTest: what is written in a chain, and what a chain cannot say."""

from typing import Any

import pytest

from obsdash.author import SLO, Alert, Ratio, Record, RuleTest
from obsdash.errors import DefinitionError

ALERT = Alert("Down", expr="up == 0", summary="down")
RECORD = Record("job:up:sum", expr="sum by (job) (up)")
OBJECTIVE = SLO("errors", objective="99.9", sli=Ratio(errors="a_total", total="b_total"))


def test_a_chain_is_a_new_test_at_each_step() -> None:
    base = RuleTest(ALERT).series("up", "1x10")
    silent = base.at("5m").no_alerts()
    both = silent.at("8m").fires({"job": "a"})

    assert base.expectations == ()
    assert [check.time for check in silent.expectations] == ["5m"]
    assert [check.time for check in both.expectations] == ["5m", "8m"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RuleTest("Down"), "about an Alert, a Record or an SLO"),  # type: ignore[arg-type]
        (lambda: RuleTest(ALERT, interval="1"), "no duration"),
        (lambda: RuleTest(ALERT).at("five"), "no duration"),
        (lambda: RuleTest(ALERT).no_alerts(), "at no time"),
        (lambda: RuleTest(RECORD).at("5m").fires(), "has nothing to look at"),
        (lambda: RuleTest(RECORD).at("5m").no_alerts(), "has nothing to look at"),
        (lambda: RuleTest(ALERT).at("5m").gives(1), "does not say which record"),
        (lambda: RuleTest(OBJECTIVE).at("5m").gives_nothing(), "does not say which record"),
    ],
)
def test_a_chain_that_asks_nothing_sensible_is_refused(make: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        make()
