"""What holds for any three documents."""

import copy
import json
import random
from collections.abc import Collection
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obsdash.diff.leaves import same
from obsdash.merge import merge, operations
from tests.diff.documents import Spec, dashboard, panel

SEEDS = st.integers(0, 100_000)
quick = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the places of all scalars, but not where panels stand nor what identifies things."""
    if isinstance(value, dict):
        inner = [(k, v) for k, v in value.items() if k not in ("gridPos", "id", "datasource")]
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        return [path]
    return [place for key, item in inner for place in places(item, (*path, key))]


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def edited(document: Spec, seed: int) -> Spec:
    """Return a copy with one to four edits, as people make them."""
    chance = random.Random(seed)
    copied = copy.deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        chance.choice((retuned, retuned, retuned, added, removed, moved, variable, tagged))(
            copied, chance
        )
    return copied


NAMES = {"refId", "name", "title", "matcher"}


def retuned(document: Spec, chance: random.Random, *, keep: Collection[str] = ()) -> None:
    """Change a scalar, but none below some keys."""
    path = chance.choice([p for p in places(document) if not {*p} & {*keep}])
    holder = at(document, path[:-1])
    value = holder[path[-1]]
    if isinstance(value, str):
        holder[path[-1]] = f"{value}{chance.randint(0, 9)}"
    else:
        holder[path[-1]] = chance.randint(0, 9)


def added(document: Spec, chance: random.Random) -> None:
    number = chance.randint(20, 90)
    bottom = max((p["gridPos"]["y"] for p in document["panels"]), default=-8) + 8
    one = panel(number, gridPos={"h": 8, "w": 12, "x": 0, "y": bottom})
    document["panels"].insert(chance.randint(0, len(document["panels"])), one)


def removed(document: Spec, chance: random.Random) -> None:
    if document["panels"]:
        document["panels"].pop(chance.randrange(len(document["panels"])))


def moved(document: Spec, chance: random.Random) -> None:
    for one in document["panels"][chance.randint(0, 3) :]:
        one["gridPos"]["y"] += 8


def variable(document: Spec, chance: random.Random) -> None:
    items = document["templating"]["list"]
    if chance.random() < 0.5 and items:
        items.pop(chance.randrange(len(items)))
    else:
        items.append({"name": f"v{chance.randint(0, 9)}", "type": "custom", "query": "a,b"})


def tagged(document: Spec, chance: random.Random) -> None:
    document["tags"].append(f"t{chance.randint(0, 9)}")


def sides(seed: int) -> tuple[Spec, Spec, Spec]:
    base = dashboard(4)
    return base, edited(base, seed), edited(base, seed + 1_000_003)


def sorted_lists(value: Any) -> Any:
    """Return a document in which no list's order says anything."""
    if isinstance(value, dict):
        return {k: sorted_lists(v) for k, v in value.items() if k not in ("gridPos", "id")}
    if isinstance(value, list):
        return sorted((sorted_lists(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))
    return value


@quick
@given(SEEDS)
def test_what_only_one_side_changed_is_the_result(seed: int) -> None:
    base, other, _ = sides(seed)
    assert same(merge(base, base, other).document, other)
    assert same(merge(base, other, base).document, other)
    assert same(merge(base, other, other).document, other)
    assert merge(base, other, base).collisions == merge(base, base, other).collisions == ()


@quick
@given(SEEDS)
def test_where_nothing_collides_it_does_not_matter_whose_side_is_whose(seed: int) -> None:
    base, ours, theirs = sides(seed)
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert len(one.collisions) == len(other.collisions)
    if not one.collisions:
        assert sorted_lists(one.document) == sorted_lists(other.document)
    swapped = merge(base, theirs, ours, prefer="theirs")
    assert sorted_lists(one.document) == sorted_lists(swapped.document)


def scalars(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return what a document says by names instead of indexes."""
    if isinstance(value, dict):
        return {p: v for k, i in value.items() for p, v in scalars(i, (*path, str(k))).items()}
    if isinstance(value, list):
        return {
            p: v for n, i in enumerate(value) for p, v in scalars(i, (*path, name(i, n))).items()
        }
    return {path: value}


def name(item: Any, number: int) -> str:
    if not isinstance(item, dict):
        return str(item)
    matcher = item.get("matcher")
    found = matcher and matcher["options"], *(item.get(k) for k in ("id", "refId", "name"))
    return str(next((f for f in found if f), number))


@quick
@given(SEEDS)
def test_every_change_of_either_side_is_in_the_result_or_collides(seed: int) -> None:
    base = dashboard(4)
    ours, theirs = copy.deepcopy(base), copy.deepcopy(base)
    chance = random.Random(seed)
    for _ in range(3):
        retuned(ours, chance, keep=NAMES)
        retuned(theirs, chance, keep=NAMES)
    merged = merge(base, ours, theirs)
    was, result = scalars(base), scalars(merged.document)
    for side in (ours, theirs):
        for path, value in scalars(side).items():
            if path in was and was[path] != value and result.get(path) != value:
                collided = [v for c in merged.collisions for v in (c.ours, c.theirs)]
                assert value in [v for each in collided for v in scalars(each).values()], path
    changed = {p for s in (ours, theirs) for p, v in scalars(s).items() if was.get(p) != v}
    for path, value in result.items():
        assert path in changed or was.get(path) == value, "nobody changed this"


@quick
@given(SEEDS)
def test_the_operations_make_the_one_document_of_the_other(seed: int) -> None:
    base, ours, theirs = sides(seed)
    merged = merge(base, ours, theirs).document
    for before, after in ((base, ours), (ours, merged), (theirs, merged)):
        assert same(patched(before, operations(before, after)), after)


def patched(document: Any, patch: list[Spec]) -> Any:
    """Apply a JSON patch as RFC 6902 says."""
    result: Any = {"": copy.deepcopy(document)}
    for one in patch:
        *parents, last = one["path"].split("/")
        holder = result
        for part in parents:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        if isinstance(holder, list):
            index = int(last)
            if one["op"] != "add":
                assert same(holder.pop(index), one["before"])
            if one["op"] != "remove":
                holder.insert(index, one["value"])
        elif one["op"] == "remove":
            assert same(holder.pop(last), one["before"])
        else:
            holder[last] = one["value"]
    return result[""]
