"""Whatever a person edits is told, alone, also in a dashboard that Grafana has migrated."""

import os
from collections import Counter
from random import Random

import pytest

from obsdash.change import Change
from obsdash.diff import difference
from obsdash.migration.lift import lifted
from obsdash.migration.plugins import shown
from obsdash.migration.sources import Source, Sources
from tests.diff import corpus
from tests.diff.documents import Spec, dashboard, resource
from tests.diff.old import old_dashboard
from tests.support.edits import edited

SEED = 4711
OWN = 250
CORPUS = 2_000 if "OBSDASH_TEST_CORPUS" in os.environ else 100
SERVER = Sources((Source("prom", "Prometheus", "prometheus", default=True),))

Side = tuple[Spec, Spec]  # what is live, what is defined
Told = Counter[tuple[str, str, str]]


def _told(live: Spec, desired: Spec, sources: Sources) -> Told:
    found = difference(resource(live), resource(desired), sources).changes
    return Counter((one.subject, one.text, one.verb) for one in found)


def _misjudged(sides: list[Side], count: int, sources: Sources) -> list[str]:
    """Edit the live side; return the edits that are not told, or not alone."""
    chance = Random(SEED)
    before: dict[int, Told] = {}
    wrong = []
    for _ in range(count):
        index = chance.randrange(len(sides))
        live, desired = sides[index]
        kind, new = edited(live, chance)
        if index not in before:
            before[index] = _told(live, desired, sources)
        more = _told(new, desired, sources) - before[index]
        if not more or not _one_edit(more):
            wrong.append(f"{kind} in {live.get('title')}: {sorted(more)}")
    return wrong


def _one_edit(told: Told) -> bool:
    """Whether all is about one thing; others may be pushed, and of two that swap both move."""
    subjects = {subject for subject, _, verb in told if verb != "moved"}
    moved = {subject for subject, _, verb in told if verb == "moved"}
    return len(subjects) == 1 or (not subjects and bool(moved))


def test_every_edit_of_a_live_dashboard_is_told_and_alone() -> None:
    sides = [(dashboard(), dashboard())]
    assert _misjudged(sides, OWN, SERVER) == []


def test_every_edit_of_a_migrated_dashboard_is_told_and_alone() -> None:
    old = old_dashboard()
    sides = [(lifted(old, version, SERVER), old) for version in (37, 42)]
    assert all(not _told(*side, SERVER) for side in sides)
    assert _misjudged(sides, OWN, SERVER) == []


@pytest.mark.skipif(not corpus.PAIRS.is_dir(), reason="OBSDASH_TEST_CORPUS has no ui-saved/")
def test_every_edit_of_what_the_editor_saved_is_told() -> None:
    sides = [(pair.saved, pair.stored) for pair in corpus.pairs()]
    assert _misjudged(sides, CORPUS, corpus.SOURCES) == []


@pytest.mark.skipif(not corpus.PAIRS.is_dir(), reason="OBSDASH_TEST_CORPUS has no ui-saved/")
def test_every_edit_of_a_definition_is_told_beside_what_the_editor_saved() -> None:
    """But what Grafana would drop: a setting that such a panel does not have, or not any more."""
    chance, wrong, pairs = Random(SEED), [], corpus.pairs()
    before: dict[str, Told] = {}
    for _ in range(CORPUS // 4):
        pair = chance.choice(pairs)
        kind, new = edited(pair.stored, chance)
        if pair.name not in before:
            before[pair.name] = _told(pair.saved, pair.stored, corpus.SOURCES)
        more = _told(pair.saved, new, corpus.SOURCES) - before[pair.name]
        if not _one_edit(more) and (more or _has_effect(pair, new)):
            wrong.append(f"{kind} in {pair.name}: {sorted(more)}")
    assert wrong == []


def _has_effect(pair: corpus.Pair, edited_one: Spec) -> bool:
    """Whether the editor would keep an edit."""
    then, now = (_as_saved(side) for side in (pair.stored, edited_one))
    return then != now and _dropped(pair, pair.stored) >= _dropped(pair, edited_one)


def _dropped(pair: corpus.Pair, definition: Spec) -> int:
    found = difference(resource(pair.saved), resource(definition), corpus.SOURCES)
    return found.noise.get("dropped", 0)


def _as_saved(spec: Spec) -> Spec:
    found = lifted(spec, 37, corpus.SOURCES)
    return {**found, "panels": [shown(panel) for panel in found.get("panels", [])]}


@pytest.mark.skipif(not corpus.DASHBOARDS.is_dir(), reason="OBSDASH_TEST_CORPUS has no dashboards/")
def test_every_edit_of_a_dashboard_that_others_wrote_is_told_and_alone() -> None:
    sides = [(found, found) for found in corpus.dashboards()]
    assert _misjudged(sides, CORPUS, corpus.SOURCES) == []


def test_what_is_edited_stands_beside_what_was_migrated() -> None:
    old = old_dashboard()
    live = lifted(old, 37, SERVER)
    live["panels"][1]["fieldConfig"]["defaults"]["unit"] = "s"
    found = difference(resource(live), resource(old), SERVER)
    assert [(c.subject, c.text) for c in found.changes] == [('panel "Up"', 'unit "s" → "percent"')]
    (note,) = found.notes
    assert note.startswith("Grafana migrated schema 16 → 37: ")
    assert found.noise["migrated"] > 1


def test_a_definition_newer_than_the_server_is_no_migration() -> None:
    old = dashboard(schemaVersion=36)
    changes = difference(resource(old), resource(dashboard())).changes
    assert [change.text for change in changes] == ["schemaVersion 36 → 37"]


def _data_source(live: object, desired: object, sources: Sources) -> tuple[Change, ...]:
    sides = [dashboard(1), dashboard(1)]
    for side, reference in zip(sides, (live, desired), strict=True):
        side["panels"][0]["datasource"] = reference
        side["panels"][0]["targets"][0]["datasource"] = reference
    return difference(resource(sides[0]), resource(sides[1]), sources).changes


@pytest.mark.parametrize("spelled", [None, "default", "Prometheus", "prom", {"uid": "prom"}])
def test_a_data_source_is_what_the_server_says_it_is(spelled: object) -> None:
    live = {"type": "prometheus", "uid": "prom"}
    assert _data_source(live, spelled, SERVER) == ()


@pytest.mark.parametrize("spelled", [None, "default", "Prometheus", "prom", {"uid": "prom"}])
def test_another_data_source_is_told_however_it_is_spelled(spelled: object) -> None:
    (change,) = _data_source({"type": "loki", "uid": "loki"}, spelled, SERVER)
    assert change.text.startswith("data source loki → ")


def test_without_the_servers_list_a_default_is_not_guessed() -> None:
    live = {"type": "prometheus", "uid": "prom"}
    assert len(_data_source(live, None, Sources())) == 1
