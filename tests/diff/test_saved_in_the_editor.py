"""Real dashboards, as stored and as Grafana 9.3.2's editor saves them unchanged."""

import pytest

from obsdash.change import Difference
from obsdash.diff import difference
from obsdash.diff.noise import EDITORS
from tests.diff.corpus import PAIRS, SOURCES, Pair, pairs
from tests.diff.documents import resource

pytestmark = pytest.mark.skipif(
    not PAIRS.is_dir(), reason="OBSDASH_TEST_CORPUS names no folder with pairs in ui-saved/"
)
CURRENT = 37  # the schema version of that server: what is at it is not migrated on save


@pytest.fixture(scope="module", name="found")
def _found() -> list[tuple[Pair, Difference]]:
    """Return what the diff says of each pair: the editor's document is live."""
    return [
        (pair, difference(resource(pair.saved), resource(pair.stored), SOURCES)) for pair in pairs()
    ]


Found = list[tuple[Pair, Difference]]


def test_a_dashboard_saved_unchanged_shows_no_change(found: Found) -> None:
    current = [(p, d) for p, d in found if p.stored.get("schemaVersion") == CURRENT]
    assert current
    told = [(p.name, c.subject, c.text) for p, d in current for c in d.changes]
    assert told == []


def test_of_older_ones_nearly_all_differences_are_folded(found: Found) -> None:
    older = [d for p, d in found if p.stored.get("schemaVersion") != CURRENT]
    folded = sum(sum(one.noise.values()) for one in older)
    told = sum(len(one.changes) for one in older)
    assert folded / (folded + told) >= 0.995
    assert sum(not one.changes for one in older) / len(older) >= 0.9


def test_what_the_save_did_is_one_sentence(found: Found) -> None:
    for pair, one in found:
        if pair.stored.get("schemaVersion") != CURRENT:
            (note,) = one.notes
            assert f"→ {CURRENT}: " in note, pair.name
            assert "obsdash pull" in note, pair.name
        elif not one.changes and not EDITORS.isdisjoint(one.noise):
            assert one.notes == ("saved in the UI, nothing that matters changed",), pair.name
