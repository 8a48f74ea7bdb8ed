"""Where panels stand: moved, resized, pushed, in rows."""

import copy
from typing import Any

from tests.diff.documents import Spec, changed, compare, dashboard, panel, said


def _at(spec: Spec, index: int, **position: int) -> None:
    spec["panels"][index]["gridPos"].update(position)


def _push(spec: Spec, start: int, distance: int) -> None:
    for one in spec["panels"]:
        if one["gridPos"]["y"] >= start:
            one["gridPos"]["y"] += distance


def _row(number: int, title: str, y: int, **fields: Any) -> Spec:
    position = {"h": 1, "w": 24, "x": 0, "y": y}
    return {"id": number, "type": "row", "title": title, "gridPos": position, **fields}


def test_panels_pushed_by_one_distance_fold_into_one_line() -> None:
    def insert(spec: Spec) -> None:
        _push(spec, 0, 8)
        position = {"h": 8, "w": 24, "x": 0, "y": 0}
        spec["panels"].insert(0, panel(20, title="Overview", gridPos=position))

    changes = changed(dashboard(), insert)
    assert said(changes)[1:] == [("", "8 panels moved down 8")]
    assert changes[0].text.startswith('added, 24×8 above "Requests"')


def test_few_pushed_panels_are_told_one_by_one() -> None:
    def taller(spec: Spec) -> None:
        _at(spec, 0, h=12)
        _at(spec, 1, h=12)
        _push(spec, 8, 4)

    assert said(changed(dashboard(4), taller)) == [
        ('panel "Requests"', "resized 12×8 → 12×12"),
        ('panel "Errors"', "resized 12×8 → 12×12"),
        ('panel "p95 latency"', "moved down 4"),
        ('panel "Saturation"', "moved down 4"),
    ]


def test_panels_that_changed_places_are_told_by_their_neighbours() -> None:
    def swap(spec: Spec) -> None:
        _at(spec, 0, x=12)
        _at(spec, 1, x=0)

    assert said(changed(dashboard(), swap)) == [
        ('panel "Errors"', 'moved to the left of "Requests"'),
        ('panel "Requests"', 'moved to the right of "Errors"'),
    ]


def test_a_panel_without_neighbours_is_told_by_its_coordinates() -> None:
    live = dashboard(1)
    assert said(changed(live, lambda spec: _at(spec, 0, x=6))) == [
        ('panel "Requests"', "moved to (6, 0)")
    ]


def test_a_panel_can_move_and_grow_at_once() -> None:
    live = dashboard(3)
    assert said(changed(live, lambda spec: _at(spec, 2, x=4, w=20))) == [
        ('panel "p95 latency"', "moved to (4, 8), resized 12×8 → 20×8")
    ]


def test_gaps_that_grafana_closes_are_no_change() -> None:
    live = dashboard()
    desired = copy.deepcopy(live)
    _push(desired, 8, 5)
    found = compare(live, desired)
    assert found.changes == ()
    assert found.noise == {"layout": 6}


def test_the_order_of_panels_in_the_document_is_no_change() -> None:
    live = dashboard()
    assert changed(live, lambda spec: spec["panels"].reverse()) == []


def test_a_row_may_have_any_size_because_it_is_one_line_anyway() -> None:
    live = dashboard(0, panels=[_row(50, "Details", 0)])
    assert changed(live, lambda spec: _at(spec, 0, h=9, w=3)) == []


def _with_rows() -> Spec:
    spec = dashboard(4)
    _push(spec, 8, 2)
    _push(spec, 0, 1)
    spec["panels"].insert(0, _row(50, "First", 0))
    spec["panels"].insert(3, _row(51, "Second", 9))
    return spec


def test_a_panel_that_moves_to_another_row_is_told_so() -> None:
    def move(spec: Spec) -> None:
        moved = spec["panels"].pop(1)
        spec["panels"].append(moved)
        moved["gridPos"].update(x=0, y=20)

    assert said(changed(_with_rows(), move)) == [('panel "Requests"', 'moved to row "Second"')]


def test_a_row_that_comes_takes_its_panels_along_silently() -> None:
    def insert(spec: Spec) -> None:
        _push(spec, 8, 1)
        spec["panels"].insert(2, _row(52, "Details", 8))

    assert said(changed(dashboard(4), insert)) == [
        ('row "Details"', "added"),
        ('panel "p95 latency"', "moved down 1"),
        ('panel "Saturation"', "moved down 1"),
    ]


def test_a_row_that_goes_leaves_its_panels_where_they_are() -> None:
    def remove(spec: Spec) -> None:
        del spec["panels"][0]
        _push(spec, 0, -1)

    changes = changed(_with_rows(), remove)
    assert [text for subject, text in said(changes) if subject == 'row "First"'] == ["removed"]
    assert not any("row" in c.text for c in changes if c.subject != 'row "First"')


def test_an_edit_inside_a_collapsed_row_is_told_with_its_place() -> None:
    inner = [panel(2), panel(3)]
    live = dashboard(2)
    live["panels"].append(_row(50, "Details", 8, collapsed=True, panels=inner))

    def edit(spec: Spec) -> None:
        spec["panels"][2]["panels"][1]["fieldConfig"]["defaults"]["unit"] = "s"

    (change,) = changed(live, edit)
    assert (change.subject, change.text) == ('panel "Saturation"', 'unit "reqps" → "s"')
    assert change.path == "/panels/2/panels/1/fieldConfig/defaults/unit"


def test_a_row_that_is_closed_keeps_its_panels() -> None:
    """Their positions are not comparable then, and none of them moved."""

    def close(spec: Spec) -> None:
        row = spec["panels"][3]
        row["collapsed"] = True
        row["panels"] = spec["panels"][4:]
        del spec["panels"][4:]

    assert said(changed(_with_rows(), close)) == [('row "Second"', "collapsed true added")]


def test_a_position_that_is_not_all_there_is_filled_up_as_grafana_does() -> None:
    live = dashboard(1)
    del live["panels"][0]["gridPos"]["x"]
    assert said(changed(live, lambda spec: _at(spec, 0, h=9))) == [
        ('panel "Requests"', "resized 12×8 → 12×9")
    ]
    assert changed(live, lambda spec: None) == []


def test_a_panel_resized_while_its_row_is_closed_is_told() -> None:
    def close(spec: Spec) -> None:
        row = spec["panels"][3]
        row["panels"] = spec["panels"][4:]
        row["panels"][0]["gridPos"]["h"] = 10
        del spec["panels"][4:]

    assert said(changed(_with_rows(), close)) == [('panel "p95 latency"', "resized 12×8 → 12×10")]
