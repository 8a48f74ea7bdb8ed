"""Whatever two people edit, in a dashboard with rows, library panels and repeated ones."""

import copy
from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obsdash.diff import difference
from obsdash.diff.dashboard.panels import flattened, pairing
from obsdash.diff.leaves import same
from obsdash.merge import merge
from tests.diff.documents import Spec, dashboard, panel, resource
from tests.support.edits import edited

SEEDS = st.integers(0, 1_000_000)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def house() -> Spec:
    """Return a dashboard with a row, a collapsed one, a library panel and a repeated panel."""
    row = {"type": "row", "title": "Open", "collapsed": False, "panels": [], "id": 50}
    shut = {"type": "row", "title": "Shut", "collapsed": True, "id": 51}
    library = {"id": 52, "title": "Shared", "libraryPanel": {"uid": "lib", "name": "Shared"}}
    panels = [panel(n) for n in range(4)]
    panels += [
        {**row, "gridPos": {"x": 0, "y": 16, "w": 24, "h": 1}},
        {**library, "gridPos": {"x": 0, "y": 17, "w": 12, "h": 8}},
        panel(5, repeat="job", gridPos={"x": 12, "y": 17, "w": 12, "h": 8}),
        {
            **shut,
            "gridPos": {"x": 0, "y": 25, "w": 24, "h": 1},
            "panels": [panel(n, gridPos={"x": 0, "y": 26, "w": 8, "h": 8}) for n in (6, 7)],
        },
    ]
    return dashboard(panels=panels)


def several(document: Spec, chance: Random) -> Spec:
    for _ in range(chance.randint(1, 3)):
        _, document = edited(document, chance)
    return document


def sides(seed: int) -> tuple[Spec, Spec, Spec]:
    chance = Random(seed)
    base = house()
    return base, several(base, chance), several(base, chance)


def told(before: Spec, after: Spec) -> Counter[tuple[str, str]]:
    found = difference(resource(before), resource(after)).changes
    return Counter((one.subject, one.text) for one in found if one.verb in ("changed", "added"))


@quick
@given(SEEDS)
def test_what_only_one_side_edited_is_the_result_and_nothing_is_changed(seed: int) -> None:
    base, one, _ = sides(seed)
    kept = copy.deepcopy((base, one))
    for found in (merge(base, one, base), merge(base, base, one), merge(base, one, one)):
        assert same(found.document, one)
        assert found.collisions == ()
    assert (base, one) == kept, "a merge leaves what it is given as it is"


@quick
@given(SEEDS)
def test_what_does_not_collide_is_all_there(seed: int) -> None:
    base, ours, theirs = sides(seed)
    found = merge(base, ours, theirs)
    swapped = merge(base, theirs, ours, prefer="theirs")
    assert len(found.collisions) == len(swapped.collisions)
    if found.collisions:
        return
    there = told(base, found.document)
    pairs = pairing(flattened(base), flattened(found.document)).pairs
    renamed = {was.title for was, now in pairs if was.title != now.title}
    for side in (ours, theirs):  # what is said of a panel names it as it is called in the end
        for subject, text in told(base, side) - there:
            assert any(name in subject + text for name in renamed | {"Edited in"}), (subject, text)


@quick
@given(SEEDS)
def test_every_panel_has_an_id_of_its_own(seed: int) -> None:
    base, ours, theirs = sides(seed)
    panels = flattened(merge(base, ours, theirs).document)
    ids = Counter(one.id for one in panels)
    assert max(ids.values()) == 1, ids
