"""Nobody computes positions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsdash.author import Dashboard, Panel, Row, Stat, Text, TimeSeries
from obsdash.errors import DefinitionError


def positions(*panels: Any) -> dict[str, tuple[int, int, int, int]]:
    """Return x, y, width, height by title, also of panels in collapsed rows."""
    found: dict[str, tuple[int, int, int, int]] = {}
    document = Dashboard("D", uid="d", panels=panels).to_json_data()
    rows = [panel for panel in document["panels"] if "panels" in panel]
    for panel in [*document["panels"], *(inner for row in rows for inner in row["panels"])]:
        grid = panel["gridPos"]
        found[panel.get("title", "")] = (grid["x"], grid["y"], grid["w"], grid["h"])
    return found


def box(title: str, **options: Any) -> Panel:
    return Panel(title, type="text", **options)


def test_the_panels_of_a_list_share_a_line_evenly() -> None:
    assert positions([box("a"), box("b"), box("c")]) == {
        "a": (0, 0, 8, 8),
        "b": (8, 0, 8, 8),
        "c": (16, 0, 8, 8),
    }


def test_columns_that_cannot_be_shared_evenly_go_to_the_first_panels() -> None:
    widths = [w for _, _, w, _ in positions([box(str(n)) for n in range(5)]).values()]

    assert widths == [5, 5, 5, 5, 4]


def test_panels_without_a_width_share_what_the_others_leave() -> None:
    found = positions([box("wide", width=16), box("a"), box("b")])

    assert [w for _, _, w, _ in found.values()] == [16, 4, 4]


def test_single_panels_follow_each_other_half_as_wide_as_the_dashboard() -> None:
    assert positions(box("a"), box("b"), box("c")) == {
        "a": (0, 0, 12, 8),
        "b": (12, 0, 12, 8),
        "c": (0, 8, 12, 8),
    }


def test_a_line_that_is_too_long_breaks() -> None:
    found = positions([box("a", width=16), box("b", width=16)])

    assert found == {"a": (0, 0, 16, 8), "b": (0, 8, 16, 8)}


def test_nine_panels_without_a_width_are_too_many_for_a_line() -> None:
    found = positions([box(str(n)) for n in range(9)])

    assert [y for _, y, _, _ in found.values()] == [0] * 8 + [8]


def test_a_row_is_a_heading_and_the_panels_below_it() -> None:
    found = positions(box("above"), Row("Row", [box("a"), box("b")], height=5), box("below"))

    assert found["Row"] == (0, 8, 24, 1)
    assert found["a"] == (0, 9, 12, 5)
    assert found["b"] == (12, 9, 12, 5)
    assert found["below"] == (0, 14, 12, 8)


def test_a_row_takes_one_panel_a_line_or_several_lines() -> None:
    one = positions(Row("Row", box("a")))
    lines = positions(Row("Row", [[box("a")], [box("b"), box("c")]]))

    assert one["a"] == (0, 1, 24, 8)
    assert lines["a"] == (0, 1, 24, 8)
    assert lines["c"] == (12, 9, 12, 8)


def test_a_panels_own_height_wins_over_the_rows_and_the_rows_over_the_usual_one() -> None:
    found = positions([Stat("usual")], Row("Row", [Stat("row's"), Stat("own", height=3)], height=7))

    assert [found[name][3] for name in ("usual", "row's", "own")] == [4, 7, 3]


def test_a_collapsed_row_holds_its_panels_and_takes_one_line() -> None:
    document = Dashboard(
        "D", uid="d", panels=[Row("Row", [box("a")], collapsed=True), box("b")]
    ).to_json_data()

    row, after = document["panels"]
    assert row["collapsed"]
    assert [panel["title"] for panel in row["panels"]] == ["a"]
    assert row["panels"][0]["gridPos"]["y"] == 1
    assert after["gridPos"]["y"] == 1


def test_a_lower_neighbour_leaves_no_gap() -> None:
    found = positions([box("low", height=4), box("high", height=8)], [box("a"), box("b")])

    assert found["a"] == (0, 4, 12, 8)
    assert found["b"] == (12, 8, 12, 8)


def test_a_panel_of_another_library_keeps_its_size_but_not_its_place() -> None:
    raw = {"type": "text", "title": "raw", "gridPos": {"h": 3, "w": 6, "x": 5, "y": 40}}

    assert positions([raw, box("a")]) == {"raw": (0, 0, 6, 3), "a": (6, 0, 18, 8)}


@pytest.mark.parametrize("width", [0, 25, -1, 7.5j, True, "12"])
def test_a_width_that_no_column_count_can_be_is_refused(width: Any) -> None:
    with pytest.raises(DefinitionError, match=r"width .* is not between 1 and 24"):
        TimeSeries("p", width=width)


def test_a_row_in_a_row_is_refused() -> None:
    with pytest.raises(DefinitionError, match='row "outer": a row cannot hold a row'):
        Row("outer", [Row("inner")])


def test_what_is_no_panel_is_refused() -> None:
    with pytest.raises(DefinitionError, match="'words' is no panel"):
        positions("words")


def test_a_text_panel_without_a_title_needs_a_key() -> None:
    assert positions(Text("", "# Words", key="intro"), box("a"))[""] == (0, 0, 12, 4)
    with pytest.raises(DefinitionError, match="a panel needs a title"):
        Text("", "# Words")


sizes = st.fixed_dictionaries(
    {
        "width": st.none() | st.integers(1, 24),
        "height": st.none() | st.integers(1, 12),
    }
)
single = st.builds(lambda size: ("panel", size), sizes)
line = st.builds(lambda panels: ("line", panels), st.lists(sizes, max_size=10))
row = st.builds(
    lambda lines, collapsed: ("row", lines, collapsed),
    st.lists(st.lists(sizes, max_size=6), max_size=3),
    st.booleans(),
)


def built(shapes: list[Any]) -> list[Any]:
    """Make panels of sizes, each with a title of its own."""
    names = (f"p{n}" for n in range(1000))

    def panels(sizes: list[Any]) -> list[Any]:
        return [box(next(names), **size) for size in sizes]

    def item(shape: Any) -> Any:
        match shape:
            case ("panel", size):
                return panels([size])[0]
            case ("line", sizes):
                return panels(sizes)
            case (_, lines, collapsed):
                return Row(next(names), [panels(sizes) for sizes in lines], collapsed=collapsed)

    return [item(shape) for shape in shapes]


@given(st.lists(single | line | row, max_size=6))
def test_any_layout_is_what_grafana_would_keep(shapes: list[Any]) -> None:
    """Inside the columns, no two panels overlap, and none could move up: Grafana packs on load."""
    document = Dashboard("D", uid="d", panels=built(shapes)).to_json_data()
    filled: set[tuple[int, int]] = set()
    for panel in document["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert grid["x"] >= 0
        assert grid["x"] + grid["w"] <= 24
        assert not cells & filled
        columns = range(grid["x"], grid["x"] + grid["w"])
        above = {(x, grid["y"] - 1) for x in columns}
        assert grid["y"] == 0 or above & filled
        filled |= cells
