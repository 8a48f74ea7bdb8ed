"""When an alert fires, given when its expression holds."""

import pytest

from obsdash.backtest.fold import Rule, Runs, firings

MINUTE = 60.0


def folded(held: str, rule: Rule) -> list[tuple[float, float, bool]]:
    """Fold `x` (holds) and `.` (does not), one an evaluation; in evaluations since the first."""
    runs = Runs(rule.step)
    runs.add({"job": "a"}, [n * rule.step for n, sign in enumerate(held) if sign == "x"])
    found = firings(runs, rule, (len(held) - 1) * rule.step)
    return [(one.start / rule.step, one.end / rule.step, one.open) for one in found]


@pytest.mark.parametrize(
    ("held", "rule", "expected"),
    [
        ("......", Rule(MINUTE), []),
        (".xx...", Rule(MINUTE), [(1, 3, False)]),
        (".x.xx.", Rule(MINUTE), [(1, 2, False), (3, 5, False)]),
        ("..xxxx", Rule(MINUTE), [(2, 5, True)]),
        # `for` of two minutes: seen at 1, 2 and 3
        (".xx...", Rule(MINUTE, hold=120), []),
        (".xxx..", Rule(MINUTE, hold=120), [(3, 4, False)]),
        # 90 s are over at the evaluation after them
        (".xxx..", Rule(MINUTE, hold=90), [(3, 4, False)]),
        # a gap starts `for` anew
        ("xx.xx.", Rule(MINUTE, hold=120), []),
        # keep_firing_for of two minutes counts from the first evaluation without a result
        (".x......", Rule(MINUTE, keep=120), [(1, 4, False)]),
        (".x.x....", Rule(MINUTE, keep=120), [(1, 6, False)]),
        (".x...x..", Rule(MINUTE, keep=120), [(1, 4, False), (5, 7, True)]),
        # what fires on needs no second `for`
        (".xxx.x....", Rule(MINUTE, hold=120, keep=120), [(3, 8, False)]),
    ],
)
def test_it_fires_as_prometheus_folds_it(
    held: str, rule: Rule, expected: list[tuple[float, float, bool]]
) -> None:
    assert folded(held, rule) == expected


def test_a_run_goes_on_over_the_edge_of_two_answers() -> None:
    runs = Runs(15.0)
    runs.add({"job": "a"}, [0.0, 15.0])
    runs.add({"job": "b"}, [15.0])
    runs.add({"job": "a"}, [30.0, 45.0])

    found = firings(runs, Rule(15.0, hold=45.0), 600.0)

    assert [(one.labels, one.start, one.end) for one in found] == [({"job": "a"}, 45.0, 60.0)]
