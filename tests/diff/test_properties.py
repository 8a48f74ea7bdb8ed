"""What holds for any document."""

import copy
import json
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obsdash.resource import (
    ALERTMANAGER,
    CONTACT_POINT,
    DASHBOARD,
    DATASOURCE,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    RULE_GROUP,
    canonical_json,
)
from tests.diff.documents import Spec, compare, dashboard
from tests.diff.test_notifications import contact_point, policies, template, timing
from tests.diff.test_other_kinds import SOURCE, _routing
from tests.diff.test_rules import _group

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=4)
KEYS = st.sampled_from(["id", "name", "panels", "targets", "list", "steps", "options", "x"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = {
    DASHBOARD: dashboard,
    RULE_GROUP: _group,
    ALERTMANAGER: _routing,
    DATASOURCE: lambda: copy.deepcopy(SOURCE),
    MUTE_TIMING: timing,
    MESSAGE_TEMPLATE: template,
    CONTACT_POINT: contact_point,
    NOTIFICATION_POLICY: policies,
}
# Told by nobody, by design: what the server fills in, and where a gap is closed anyway.
SILENT = {"id", "version", "uid", "y", "type", "value", "h", "w"}
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value)
    found = [path] if path else []
    return found + [place for key, inner in items for place in _places(inner, (*path, key))]


def _put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


@quick
@given(kind=st.sampled_from(sorted(DOCUMENTS)), seed=st.integers(0, 10_000), junk=VALUES)
def test_any_document_can_be_compared_with_any_other(kind: str, seed: int, junk: Any) -> None:
    live, desired = DOCUMENTS[kind](), DOCUMENTS[kind]()
    chance = random.Random(seed)
    for side in (live, desired):
        _put(side, chance.choice(_places(side)), junk)
    found = compare(live, desired, kind=kind)
    assert found == compare(copy.deepcopy(live), copy.deepcopy(desired), kind=kind)
    for change in found.changes:
        assert change.text
        json.dumps([change.before, change.after])


@quick
@given(kind=st.sampled_from(sorted(DOCUMENTS)), seed=st.integers(0, 10_000), junk=VALUES)
def test_a_document_does_not_differ_from_itself(kind: str, seed: int, junk: Any) -> None:
    live = DOCUMENTS[kind]()
    _put(live, random.Random(seed).choice(_places(live)), junk)
    shuffled = json.loads(canonical_json(live))
    found = compare(live, shuffled, kind=kind)
    assert (found.changes, found.noise) == ((), {})


def _edited(value: Any) -> Any:
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value}x"
    return value + 1 if isinstance(value, int | float) else "something"


@quick
@given(kind=st.sampled_from(sorted(DOCUMENTS)), seed=st.integers(0, 10_000))
def test_every_value_that_is_edited_is_told(kind: str, seed: int) -> None:
    live = DOCUMENTS[kind]()
    desired: Spec = copy.deepcopy(live)
    places = [p for p in _places(live) if p[-1] not in SILENT]
    path = random.Random(seed).choice(places)
    inner: Any = live
    for key in path:
        inner = inner[key]
    if isinstance(inner, dict | list):
        return
    _put(desired, path, _edited(inner))
    found = compare(live, desired, kind=kind)
    assert found.changes, (path, inner)
    assert not found.noise
