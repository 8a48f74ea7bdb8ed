"""An alert links to a panel's id, so an id must outlive all that happens around the panel."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsdash.author import Dashboard, Panel, Row, Stat, TimeSeries
from obsdash.errors import DefinitionError
from obsdash.panelid import panel_id


def ids(*panels: Any) -> list[int]:
    document = Dashboard("D", uid="d", panels=panels).to_json_data()
    flat = [inner for panel in document["panels"] for inner in (panel, *panel.get("panels", []))]
    return [panel["id"] for panel in flat]


def test_an_id_is_the_same_on_every_machine() -> None:
    assert panel_id("p95 latency") == 919011744
    assert ids(Stat("p95 latency")) == [panel_id("p95 latency")]


@given(st.text())
def test_every_id_is_positive_and_fits_31_bits(key: str) -> None:
    assert 0 < panel_id(key) < 2**31


def test_an_inserted_panel_changes_no_other_id() -> None:
    before = ids(Stat("a"), Row("R", [Stat("b"), Stat("c")]))
    after = ids(Stat("new"), Stat("a"), Row("R", [Stat("b"), Stat("between"), Stat("c")]))

    assert set(before) < set(after)


def test_a_panel_keeps_its_id_when_its_type_changes() -> None:
    assert ids(Stat("a")) == ids(TimeSeries("a"))


def test_panels_of_equal_titles_are_told_apart_in_their_order() -> None:
    assert ids(Stat("a"), Stat("a"), Stat("a")) == [
        panel_id("a"),
        panel_id("a #2"),
        panel_id("a #3"),
    ]


def test_a_row_can_bear_the_title_of_a_panel() -> None:
    row, panel = ids(Row("Redis", [Stat("Redis")]))

    assert panel == panel_id("Redis") != row


def test_a_key_keeps_the_id_when_the_title_changes() -> None:
    assert ids(Stat("p95", key="latency")) == ids(Stat("Latency, p95", key="latency"))


def test_a_number_as_key_is_the_id() -> None:
    assert ids(Stat("a", key=42)) == [42]


def test_a_panel_of_another_library_keeps_its_id_and_gets_one_if_it_has_none() -> None:
    raw = {"type": "text", "title": "raw"}

    assert ids(raw | {"id": 7}, raw) == [7, panel_id("raw")]


def test_an_explicit_id_never_moves_for_a_derived_one() -> None:
    assert ids(Stat("a"), Stat("b", key=panel_id("a"))) == [panel_id("a #2"), panel_id("a")]


@pytest.mark.parametrize(
    "panels",
    [
        [Stat("a", key="k"), Stat("b", key="k")],
        [Stat("a", key=3), {"type": "text", "title": "b", "id": 3}],
        [Stat("a", raw={"id": 3}), Panel("b", type="text", key=3)],
    ],
)
def test_two_panels_that_insist_on_one_id_are_refused(panels: list[Any]) -> None:
    with pytest.raises(DefinitionError, match='panels "a" and "b" have the same id'):
        ids(*panels)


def test_a_dashboard_gives_the_link_to_a_panel_by_title_or_key() -> None:
    dashboard = Dashboard(
        "D", uid="d", panels=[Row("R", [Stat("a"), Stat("b", key="k")], collapsed=True)]
    )

    link = dashboard.panel("a")
    assert (link.dashboard_uid, link.panel_id) == ("d", panel_id("a"))
    assert link.url == f"/d/d?viewPanel={panel_id('a')}"
    assert dashboard.panel("k") == dashboard.panel("b")


def test_a_link_to_a_panel_that_is_not_there_names_the_nearest() -> None:
    dashboard = Dashboard("Shop", uid="d", panels=[Stat("Error rate"), Stat("Requests")])

    with pytest.raises(DefinitionError, match=r'"Shop" has no panel "Eror rate"; .*Error rate'):
        dashboard.panel("Eror rate")


def test_a_link_to_one_of_several_panels_of_a_title_is_refused() -> None:
    dashboard = Dashboard("Shop", uid="d", panels=[Stat("a"), Stat("a")])

    with pytest.raises(DefinitionError, match='"Shop" has 2 panels "a"'):
        dashboard.panel("a")
