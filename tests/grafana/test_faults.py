"""Whatever goes wrong in the middle of a sync: no half object, no wrong report, and it converges.

By default each write of a sync meets one fault. With `OBSDASH_TEST_FAULTS=all` every call meets
every fault; `python -m tests.grafana.scenes` does the same and prints a table.
"""

import os
from collections.abc import Iterator

import pytest

from tests.doubles.grafana import Fault
from tests.grafana.scenes import Scene, scene

ALL = os.environ.get("OBSDASH_TEST_FAULTS") == "all"
LASTING = (Fault.RESET, Fault.UNAUTHORIZED, Fault.INTERNAL)


@pytest.fixture(scope="module")
def grafana() -> Iterator[Scene]:
    with scene("9.3.2") as found:
        yield found


@pytest.fixture(scope="module")
def newest() -> Iterator[Scene]:
    with scene("13.1.0-pre") as found:
        yield found


def some(scene: Scene, fault: Fault, share: int = len(Fault)) -> list[int]:
    """Return the calls at which a fault is tried: all, or some of those that write."""
    if ALL:
        return list(range(1, len(scene.calls) + 1))
    return scene.writes[list(Fault).index(fault) % share :: share]


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
def test_a_fault_leaves_each_object_whole_and_a_second_run_converges(
    grafana: Scene, fault: Fault
) -> None:
    trials = [grafana.try_it(number, fault) for number in some(grafana, fault)]
    assert len(trials) >= 2
    assert [trial for trial in trials if not trial.right] == []


@pytest.mark.parametrize("fault", LASTING, ids=lambda fault: fault.name.lower())
def test_what_cannot_be_ended_is_told_and_ended_by_a_second_run(
    newest: Scene, fault: Fault
) -> None:
    trials = [newest.try_it(n, fault, lasting=True) for n in some(newest, fault, share=30)]
    assert trials
    assert [trial for trial in trials if not trial.right] == []
