"""Rule groups as the API shows them against groups as files define them."""

import pytest

from obsdash.prometheus.groups import definition, loads_as


def test_durations_come_back_in_prometheus_notation() -> None:
    shown = {
        "name": "g",
        "interval": 0.5,
        "limit": 3,
        "rules": [
            {
                "type": "alerting",
                "name": "A",
                "query": "up == 0",
                "duration": 5400,
                "keepFiringFor": 86400,
                "labels": {},
                "annotations": {},
            }
        ],
    }
    assert definition(shown, 15_000) == {
        "name": "g",
        "interval": "500ms",
        "limit": 3,
        "rules": [{"alert": "A", "expr": "up == 0", "for": "1h30m", "keep_firing_for": "1d"}],
    }


@pytest.mark.parametrize(
    ("wanted", "loaded", "same"),
    [
        ({"interval": "60s"}, {"interval": "1m"}, True),
        ({"interval": "15s"}, {}, True),
        ({"interval": "0s"}, {}, True),
        ({"query_offset": "1m"}, {}, True),
        ({"interval": "30s"}, {}, False),
        ({"limit": 5}, {}, False),
    ],
)
def test_groups_are_compared_as_prometheus_shows_them(
    wanted: dict[str, str], loaded: dict[str, str], same: bool
) -> None:
    assert loads_as({"name": "g", **wanted}, {"name": "g", **loaded}, 15_000) is same


@pytest.mark.parametrize(
    ("wanted", "loaded", "same"),
    [
        ({"expr": "sum(x)by(y)"}, {"expr": "sum by (y) (x)"}, True),
        ({"expr": "x[5m*2]"}, {"expr": "x[5m * 2]"}, True),
        ({"expr": "x"}, {"expr": "y"}, False),
        ({"for": "60s"}, {"for": "1m"}, True),
        (
            {"labels": {"a": None, "b": 1.5, "c": True}},
            {"labels": {"a": "", "b": "1.5", "c": "true"}},
            True,
        ),
        ({"labels": {"a": "x"}}, {}, False),
        ({"annotations": {"a": "x"}}, {"annotations": {"a": "y"}}, False),
        ({"keep_firing_for": "5m"}, {}, False),
    ],
)
def test_rules_are_compared_as_prometheus_shows_them(
    wanted: dict[str, object], loaded: dict[str, object], same: bool
) -> None:
    ours = {"name": "g", "rules": [{"alert": "A", "expr": "up", **wanted}]}
    theirs = {"name": "g", "rules": [{"alert": "A", "expr": "up", **loaded}]}
    assert loads_as(ours, theirs, 15_000) is same
