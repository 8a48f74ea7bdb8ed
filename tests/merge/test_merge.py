"""What comes of changes on both sides of a dashboard."""

import copy
from collections.abc import Callable
from typing import Any

from obsdash.diff.dashboard.layout import Box
from obsdash.merge import Merged, merge
from tests.diff.documents import Spec, dashboard, panel
from tests.support.hands import red

Edit = Callable[[Spec], object]


def merged(ours: Edit, theirs: Edit, **fields: Any) -> Merged:
    base = dashboard(4, **fields)
    sides = copy.deepcopy(base), copy.deepcopy(base)
    ours(sides[0])
    theirs(sides[1])
    return merge(base, *sides)


def titles(found: Merged) -> list[str]:
    return [one["title"] for one in found.document["panels"]]


def at(index: int, key: str, value: Any) -> Edit:
    """Return an edit of a panel's key."""
    return lambda document: document["panels"][index].update({key: value})


def test_two_edits_in_one_panel_are_joined() -> None:
    def unit(document: Spec) -> None:
        document["panels"][1]["fieldConfig"]["defaults"]["unit"] = "ms"

    found = merged(unit, red("Errors", 0.9))
    defaults = found.document["panels"][1]["fieldConfig"]["defaults"]
    assert (defaults["unit"], defaults["thresholds"]["steps"][1]["value"]) == ("ms", 0.9)
    assert found.collisions == ()


def test_the_same_place_collides_and_is_named_on_each_side() -> None:
    found = merged(red("Errors", 0.7), red("Errors", 0.9))
    [collision] = found.collisions
    assert set(collision.spot) == {"/panels/1/fieldConfig/defaults/thresholds/steps"}
    assert (collision.ours[1]["value"], collision.theirs[1]["value"]) == (0.7, 0.9)


def test_the_same_edit_on_both_sides_is_no_collision() -> None:
    assert merged(red("Errors", 0.9), red("Errors", 0.9)).collisions == ()


def test_removing_what_the_other_side_edited_collides() -> None:
    found = merged(lambda document: document["panels"].pop(1), red("Errors", 0.9))
    [collision] = found.collisions
    assert collision.spot.base == "/panels/1"
    assert "Errors" not in titles(found)


def test_a_panel_that_is_kept_against_its_removal_stays_where_it_was() -> None:
    base = dashboard(4)
    edited, without = copy.deepcopy(base), copy.deepcopy(base)
    red("Errors", 0.9)(edited)
    without["panels"].pop(1)
    kept = merge(base, edited, without), merge(base, without, edited, prefer="theirs")
    places = {one["title"]: one["gridPos"] for one in base["panels"]}
    for found in kept:
        assert {one["title"]: one.get("gridPos") for one in found.document["panels"]} == places


def test_panels_that_both_sides_added_are_both_there_with_an_id_each() -> None:
    low = {"h": 8, "w": 12, "x": 0, "y": 16}
    mine, other = panel(4, title="Mine", gridPos=low), panel(4, title="Theirs", gridPos=low)
    other["targets"][0]["expr"] = "up"
    found = merged(
        lambda document: document["panels"].append(mine),
        lambda document: document["panels"].append(other),
    )
    assert {"Mine", "Theirs"} < set(titles(found))
    ids = [one["id"] for one in found.document["panels"]]
    assert len(set(ids)) == len(ids) == 6
    assert overlapping(found) == []


def overlapping(found: Merged) -> list[tuple[str, str]]:
    boxes = [(one["title"], Box(**one["gridPos"])) for one in found.document["panels"]]
    return [
        (name, other)
        for number, (name, a) in enumerate(boxes)
        for other, b in boxes[number + 1 :]
        if a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h
    ]


def pushed(by: int) -> Edit:
    """Return an edit: a row on top, everything else lower."""

    def change(document: Spec) -> None:
        for one in document["panels"]:
            one["gridPos"]["y"] += by
        title = f"Row of {by}"
        place = {"h": by, "w": 24, "x": 0, "y": 0}
        document["panels"].insert(
            0, {"id": 50 + by, "type": "text", "title": title, "gridPos": place}
        )

    return change


def test_what_both_sides_push_down_is_pushed_down_by_both() -> None:
    found = merged(pushed(2), pushed(3))
    heights = {one["title"]: one["gridPos"]["y"] for one in found.document["panels"]}
    assert heights["Requests"] == 5
    assert overlapping(found) == []
    assert found.collisions == ()


def test_a_panel_put_elsewhere_by_both_collides() -> None:
    def to(x: int, w: int) -> Edit:
        return at(0, "gridPos", {"h": 8, "w": w, "x": x, "y": 0})

    assert len(merged(to(6, 12), to(0, 10)).collisions) == 0, "one moved it, the other resized it"
    assert len(merged(to(6, 12), to(3, 12)).collisions) == 1


def collapsed(document: Spec) -> None:
    """Collapse the row above all panels, as Grafana stores it."""
    row = document["panels"][0]
    row["collapsed"], row["panels"] = True, document["panels"][1:]
    document["panels"] = [row]


def test_a_row_collapsed_there_keeps_what_is_edited_here() -> None:
    row = {"id": 90, "type": "row", "title": "All", "collapsed": False, "panels": []}
    row["gridPos"] = {"h": 1, "w": 24, "x": 0, "y": 0}
    panels = [row, *(panel(number) for number in range(3))]
    found = merged(red("Errors", 0.9), collapsed, panels=panels)
    [only] = found.document["panels"]
    steps = only["panels"][1]["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert steps[1]["value"] == 0.9
    assert found.collisions == ()


def test_a_panel_of_another_type_is_merged_whole() -> None:
    stat = at(1, "type", "stat")
    assert len(merged(stat, red("Errors", 0.9)).collisions) == 1
    assert merged(stat, red("Requests", 0.9)).collisions == ()


def test_variables_are_joined_by_name() -> None:
    def add(name: str) -> Edit:
        item = {"name": name, "type": "custom"}
        return lambda document: document["templating"]["list"].append(dict(item))

    found = merged(add("a"), add("b"))
    assert {one["name"] for one in found.document["templating"]["list"]} == {"job", "env", "a", "b"}
    assert merged(add("a"), add("a")).collisions == ()


def test_queries_are_joined_by_their_letter() -> None:
    def query(letter: str, expr: str) -> Edit:
        def change(document: Spec) -> None:
            targets = document["panels"][0]["targets"]
            targets[:] = [one for one in targets if one["refId"] != letter]
            targets.append({"refId": letter, "expr": expr})

        return change

    found = merged(query("B", "up"), query("C", "down"))
    letters = [one["refId"] for one in found.document["panels"][0]["targets"]]
    assert sorted(letters) == ["A", "B", "C"]
    assert len(merged(query("B", "up"), query("B", "down")).collisions) == 1


def test_tags_are_a_set() -> None:
    found = merged(
        lambda document: document.update(tags=["shop", "mine"]),
        lambda document: document.update(tags=["shop", "api", "theirs"]),
    )
    assert found.document["tags"] == ["shop", "mine", "theirs"]
    assert found.collisions == ()


def test_items_that_both_sides_put_into_another_order_collide() -> None:
    def ordered(*names: str) -> Edit:
        def change(document: Spec) -> None:
            items = {one["name"]: one for one in document["templating"]["list"]}
            document["templating"]["list"] = [items[name] for name in names]

        return change

    items = {"list": [{"name": name, "type": "custom"} for name in "abc"]}
    assert merged(ordered(*"cba"), ordered(*"abc"), templating=items).collisions == ()
    assert len(merged(ordered(*"cba"), ordered(*"bac"), templating=items).collisions) == 1
