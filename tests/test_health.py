"""Whether rules can be evaluated, as servers say it."""

import time
from collections.abc import Collection

import pytest

from obsdash.health import Health, Sick, active, joined, judged, wait_for
from obsdash.resource import RULE_GROUP, Active, Ref, Resource

REF = Ref(RULE_GROUP, "api/errors")
GROUP = Resource(REF, {"name": "errors", "rules": [{"alert": "Down", "expr": "up == 0"}]})
WELL = {"name": "Down", "type": "alerting", "health": "ok", "lastEvaluation": "2026-01-01T00:00Z"}
FAILS = {**WELL, "health": "err", "lastError": "many-to-many matching\n not allowed"}
YOUNG = {**WELL, "health": "unknown"}
GRAFANAS_YOUNG = {**WELL, "lastEvaluation": "0001-01-01T00:00:00Z"}
GRAFANAS_FAILS = {**FAILS, "health": "error"}


@pytest.mark.parametrize(
    ("rules", "waiting", "sick"),
    [
        ([WELL], False, 0),
        ([WELL, FAILS], False, 1),
        ([WELL, GRAFANAS_FAILS], False, 1),
        ([YOUNG, FAILS], True, 1),
        ([GRAFANAS_YOUNG], True, 0),
    ],
)
def test_a_rule_is_well_young_or_sick(rules: list[object], waiting: bool, sick: int) -> None:
    found = judged({REF: GROUP}, {REF: {"rules": rules}})
    assert bool(found.waiting) == waiting
    assert len(found.sick) == sick


def test_what_is_not_loaded_is_waited_for_unless_it_has_no_rules() -> None:
    assert judged({REF: GROUP}, {}).waiting == (REF,)
    empty = Resource(REF, {"name": "errors", "rules": []})
    assert not judged({REF: empty}, {}).waiting


def test_a_sick_rule_is_named_with_the_servers_words_on_one_line() -> None:
    (sick,) = judged({REF: GROUP}, {REF: {"rules": [WELL, FAILS]}}).sick
    assert sick == Sick(REF, "/rules/1", 'alert "Down"', "many-to-many matching not allowed")


def test_of_several_servers_the_worst_counts() -> None:
    sick = Sick(REF, "/rules/0", 'alert "Down"', "x")
    assert joined([Health(), Health((REF,), (sick,)), Health((), (sick,))]) == Health(
        (REF,), (sick,)
    )


def test_the_alerts_of_a_rule_are_counted_by_state() -> None:
    alerts = [{"state": "pending"}, {"state": "firing"}, {"state": "pending"}]
    shown = {"rules": [WELL, {**WELL, "alerts": alerts}, {**WELL, "alerts": None}]}
    assert active(shown) == {"/rules/1": Active(2, 1)}


class Slow:
    """Evaluates its rules at the third question."""

    def __init__(self, never: bool = False) -> None:
        self.asked = 0
        self.never = never

    def health(self, wanted: Collection[Resource]) -> Health:
        self.asked += 1
        late = self.never or self.asked < 3
        return Health(tuple(group.ref for group in wanted) if late else ())


def test_rules_are_waited_for_until_they_were_evaluated() -> None:
    slow = Slow()
    assert not wait_for(slow, [GROUP]).waiting
    assert slow.asked == 3


def test_the_wait_ends_some_time_after_every_rule_ought_to_have_been_evaluated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda s: now.__setitem__(0, now[0] + s))
    often = Resource(REF, {**GROUP.spec, "interval": "90s"})
    assert wait_for(Slow(never=True), [GROUP, often]).waiting
    assert 195 <= now[0] < 196
