"""What is left of a document that was saved on top of edits, without these edits."""

import copy
from typing import Any

import pytest

from obsdash.merge import taken_out
from tests.diff.documents import Spec, dashboard


def panel_with(**fields: Any) -> Spec:
    """Return a dashboard whose only panel has these fields besides its title."""
    panel = {"id": 1, "type": "stat", "title": "Errors", "gridPos": {"x": 0, "y": 0}, **fields}
    return dashboard(0, panels=[copy.deepcopy(panel)])


def fields(**defaults: Any) -> Spec:
    return {"fieldConfig": {"defaults": defaults}}


@pytest.mark.parametrize(
    ("before", "edited", "document", "left"),
    [
        ({}, fields(min=1), fields(min=1, max=9), fields(max=9)),
        ({}, fields(min=1), fields(min=1), {}),
        ({}, fields(min=1), {}, {}),
        ({}, fields(min=1), fields(min=2), fields(min=2)),
        (fields(unit="s"), fields(unit="s", custom={"a": 1}), fields(unit="s"), fields(unit="s")),
        (fields(unit="s"), {}, fields(max=9), fields(unit="s", max=9)),
        ({}, {"links": [{"title": "x", "url": "/x"}]}, {}, {}),
    ],
    ids=["beside", "alone", "dropped", "overwritten", "deeper", "removed", "list dropped"],
)
def test_an_edit_in_an_object_that_was_not_there_is_taken_out_of_it(
    before: Spec, edited: Spec, document: Spec, left: Spec
) -> None:
    found = taken_out(panel_with(**document), panel_with(**edited), panel_with(**before))
    assert found == panel_with(**left)


def test_an_item_of_a_list_that_was_not_there_is_taken_out_of_it() -> None:
    mine, other = {"refId": "A", "expr": "up"}, {"refId": "B", "expr": "down"}
    both, theirs = panel_with(targets=[other, mine]), panel_with(targets=[other])
    assert taken_out(both, theirs, panel_with()) == panel_with(targets=[mine])


def test_a_source_is_one_value() -> None:
    loki, tempo = ({"type": kind, "uid": kind} for kind in ("loki", "tempo"))
    saved, edited = panel_with(datasource=tempo), panel_with(datasource=loki)
    assert taken_out(saved, edited, panel_with()) == saved
    assert taken_out(edited, edited, panel_with()) == panel_with()
