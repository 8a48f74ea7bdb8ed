"""How values are spelled in messages."""

from hypothesis import given
from hypothesis import strategies as st

from obsdash.spelling import LIMIT, cut, focus, from_to, quoted, spelled


def test_values_are_spelled_as_in_json_and_floats_without_needless_points() -> None:
    assert spelled(True) == "true"
    assert spelled(None) == "null"
    assert spelled(80.0) == "80"
    assert spelled(0.5) == "0.5"
    assert spelled(["ä", 1]) == '["ä", 1]'
    assert quoted("a\n  b") == '"a b"'


def test_long_values_are_cut() -> None:
    assert len(cut("word " * 100)) <= LIMIT
    assert cut("word " * 100).endswith("…")


def test_of_two_long_texts_the_words_that_differ_are_in_sight() -> None:
    common = "The share of requests that were answered with an error in the last five minutes, "
    old, new = focus(f"{common}by job. {common}", f"{common}by service. {common}")
    assert "by job" in old
    assert "by service" in new
    assert max(len(old), len(new)) <= LIMIT
    assert old.startswith("…")
    assert old.endswith("…")


def test_a_change_of_values_has_an_arrow() -> None:
    assert from_to("a", "b") == '"a" → "b"'
    assert from_to(1, "b") == '1 → "b"'


@given(st.text(max_size=200), st.text(max_size=200))
def test_texts_that_differ_look_different_unless_only_spaces_do(old: str, new: str) -> None:
    if " ".join(old.split()) != " ".join(new.split()):
        first, second = focus(old, new)
        assert first != second
        assert max(len(first), len(second)) <= LIMIT
