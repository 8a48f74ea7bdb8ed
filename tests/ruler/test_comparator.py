"""The edits that mimirtool's and lokitool's comparison of rule groups does not see.

It pairs rules by their place in the group and compares a fixed list of keys; `keep_firing_for`,
`limit` and a group's `labels` are not among them, so such an edit is never synced.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from obsdash.plan import Update
from tests.doubles.ruler import running_ruler
from tests.ruler.conftest import Lab

_GROUP = ("name", "interval", "source_tenants", "evaluation_delay", "query_offset")
_RULE = ("alert", "record", "expr", "for", "labels", "annotations")


def theirs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return what that comparison says: whether two groups are the same."""
    pairs = list(zip(before["rules"], after["rules"], strict=False))
    return (
        all(before.get(key) == after.get(key) for key in _GROUP)
        and len(before["rules"]) == len(after["rules"])
        and all(old.get(key) == new.get(key) for old, new in pairs for key in _RULE)
    )


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"keep_firing_for": "10m"}, "keep firing for 10m added"),
        ({"limit": 7}, "limit"),
        ({"labels": {"team": "shop"}}, "label team"),
    ],
)
def test_an_edit_that_mimirtool_never_syncs_is_one_change(edit: dict[str, Any], said: str) -> None:
    with running_ruler("mimir") as double:
        lab = Lab("mimir", double.url, double)
        before = lab.group("api/errors", lab.alert())
        if "keep_firing_for" in edit:
            after = lab.group("api/errors", lab.alert(**edit))
        else:
            after = lab.group("api/errors", lab.alert(), **edit)
        assert lab.sync(before).ok
        assert theirs(before.spec, after.spec), "the comparison sees nothing"
        (action,) = lab.plan(after).actions
        assert isinstance(action, Update)
        (change,) = action.changes
        assert said in change.text
        assert lab.sync(after).ok
        assert not lab.plan(after)
