"""A plan that touches a large share of many objects is dangerous."""

from obsdash.guard import danger
from obsdash.plan import Plan, make_plan
from obsdash.target import plan_for
from tests.support.memory import MemoryTarget, dashboard


def _plan(total: int, changed: int) -> Plan:
    target = MemoryTarget({dashboard(f"d{n}").ref: dashboard(f"d{n}") for n in range(total)})
    return plan_for(target, [dashboard(f"d{n}", "x" if n < changed else "") for n in range(total)])


def test_four_of_ten_are_too_many() -> None:
    assert danger(_plan(10, 4)) == "4 of 10 objects at memory would be changed or deleted"


def test_three_of_ten_are_not() -> None:
    assert danger(_plan(10, 3)) == ""


def test_all_of_nine_are_not() -> None:
    assert danger(_plan(9, 9)) == ""


def test_creations_are_never_dangerous() -> None:
    target = MemoryTarget()
    assert danger(plan_for(target, [dashboard(f"d{n}") for n in range(50)])) == ""


def test_deletions_count() -> None:
    live = MemoryTarget({dashboard(f"d{n}").ref: dashboard(f"d{n}") for n in range(10)})
    assert danger(make_plan("t", [], live.read([]), prune=True))
