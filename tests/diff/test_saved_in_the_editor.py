"""Real dashboards, as stored and as Grafana 9.3.2's editor saves them unchanged.

The pairs are not part of the project; OBSDASH_TEST_UI_SAVED names their folder.
"""

import copy
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.diff.documents import Spec, compare

ROOT = Path(
    os.environ.get("OBSDASH_TEST_UI_SAVED", Path(__file__).parents[3] / "shared/corpus/ui-saved")
)
pytestmark = pytest.mark.skipif(
    not (ROOT / "saved").is_dir(), reason="no pairs of stored and saved dashboards are here"
)
CURRENT = 37  # the schema version of that server: what is at it is not migrated on save


Pairs = list[tuple[Spec, Spec]]


@pytest.fixture(scope="module", name="pairs")
def _pairs() -> Pairs:
    """Return what is stored and what the editor would save of it."""
    return [
        (
            json.loads((ROOT / "stored" / file.relative_to(ROOT / "saved")).read_text()),
            json.loads(file.read_text()),
        )
        for file in sorted((ROOT / "saved").rglob("*.json"))
    ]


def test_a_dashboard_saved_unchanged_shows_no_change(pairs: Pairs) -> None:
    current = [pair for pair in pairs if pair[0].get("schemaVersion") == CURRENT]
    assert current
    told = [
        (stored["title"], change.subject, change.text)
        for stored, saved in current
        for change in compare(saved, stored).changes
    ]
    assert told == []


def test_of_older_ones_most_differences_are_folded(pairs: Pairs) -> None:
    found = [compare(saved, stored) for stored, saved in pairs[::4]]
    folded = sum(sum(one.noise.values()) for one in found)
    told = sum(len(one.changes) for one in found)
    assert folded / (folded + told) > 0.7


def _edits(document: Any) -> list[tuple[Spec, str]]:
    """Return the places of values that a person edits: in panels, but not what is measured."""
    found: list[tuple[Spec, str]] = []
    for panel in document.get("panels", ()):
        if panel.get("type") == "row":
            continue
        for holder in (panel.get("options"), (panel.get("fieldConfig") or {}).get("defaults")):
            found += _scalars(holder)
        for target in panel.get("targets") or ():
            found += [(target, key) for key in ("expr", "legendFormat") if target.get(key)]
        if panel.get("title"):
            found.append((panel, "title"))
    return found


def _scalars(value: Any) -> list[tuple[Spec, str]]:
    if not isinstance(value, dict):
        return []
    found = []
    for key, inner in value.items():
        found += [(value, key)] if isinstance(inner, str | bool | int | float) else _scalars(inner)
    return found


def test_every_edit_of_a_saved_dashboard_is_told_and_alone(pairs: Pairs) -> None:
    chance = random.Random(4711)
    documents = [saved for _, saved in pairs]
    hidden = []
    for _ in range(200):
        live = chance.choice(documents)
        desired = copy.deepcopy(live)
        places = _edits(desired)
        if not places:
            continue
        holder, key = chance.choice(places)
        value = holder[key]
        holder[key] = (
            (not value)
            if isinstance(value, bool)
            else value + ("x" if isinstance(value, str) else 1)
        )
        changes = compare(live, desired).changes
        if len(changes) != 1:
            hidden.append((live.get("title"), key, value, [c.text for c in changes]))
    assert hidden == []
