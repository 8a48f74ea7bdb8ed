"""REF narrows a plan to what was named, and to what that needs."""

import pytest

from obsdash.errors import ConfigError
from obsdash.plan import Snapshot, make_plan
from obsdash.resource import FOLDER, Ref, Resource
from obsdash.selection import narrow
from tests.support.memory import dashboard

WANTED = [
    Resource(Ref(FOLDER, "Shop"), {"title": "Shop"}),
    Resource(Ref(FOLDER, "Other"), {"title": "Other"}),
    dashboard("api-latency", folder="Shop"),
    dashboard("api-errors"),
    dashboard("home", folder="Other"),
]
PLAN = make_plan("t", WANTED, Snapshot())


def _names(*patterns: str) -> list[str]:
    (plan,) = narrow([PLAN], patterns)
    return [str(action.ref) for action in plan.actions]


def test_no_pattern_keeps_everything() -> None:
    assert narrow([PLAN], []) == [PLAN]


def test_a_name_keeps_one_and_its_folder() -> None:
    assert _names("dashboard/api-latency") == ["folder/Shop", "dashboard/api-latency"]


def test_a_bare_uid_is_enough() -> None:
    assert _names("api-errors") == ["dashboard/api-errors"]


def test_a_star_matches_several() -> None:
    assert _names("dashboard/api-*") == [
        "folder/Shop",
        "dashboard/api-errors",
        "dashboard/api-latency",
    ]


def test_a_name_that_matches_nothing_is_an_error_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match="did you mean 'dashboard/api-errors'"):
        narrow([PLAN], ["dashboard/api-error"])
