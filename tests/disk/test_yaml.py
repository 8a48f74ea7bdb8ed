"""Our YAML: stable, readable, and the same for every reader of YAML."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obsdash.disk.yaml import dump, load

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)

LOOKALIKES = "1e3 22:30 y N on null ~ 1_000 0x1F 0o17 .5 +1 2024-01-01 1.50"


@settings(deadline=None)
@given(VALUES)
def test_every_value_comes_back(value: Any) -> None:
    assert load(dump(value)) == value


@settings(deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=6))
def test_the_order_of_keys_makes_no_difference(value: dict[str, Any]) -> None:
    assert dump(dict(reversed(value.items()))) == dump(value)


@pytest.mark.parametrize(
    "text",
    [
        "1e3",
        "22:30",
        "y",
        "N",
        "on",
        "null",
        "~",
        "1_000",
        "0x1F",
        "0o17",
        ".5",
        "+1",
        "2024-01-01",
        "1.50",
        "",
    ],
)
def test_text_that_looks_like_something_else_is_quoted(text: str) -> None:
    assert dump({"a": text}) == f"a: '{text}'\n".encode()


@pytest.mark.parametrize("text", ["5m", "1h30m", "10.0.0.1", "critical", "yes-man", "v1"])
def test_plain_text_stays_plain(text: str) -> None:
    assert dump({"a": text}) == f"a: {text}\n".encode()


def test_several_lines_are_a_block() -> None:
    assert dump({"expr": "sum(x)\n  / sum(y)"}) == b"expr: |-\n  sum(x)\n    / sum(y)\n"


def test_a_long_line_is_not_folded() -> None:
    assert dump({"a": "word " * 500 + "end"}).count(b"\n") == 1


def test_a_shared_part_is_written_twice() -> None:
    shared = {"k": "v"}
    assert dump([shared, shared]) == b"- k: v\n- k: v\n"


def test_what_a_reader_looks_for_first_comes_first() -> None:
    rule = {"labels": {}, "annotations": {}, "for": "5m", "expr": "up", "alert": "A"}
    assert list(load(dump(rule))) == ["alert", "expr", "for", "labels", "annotations"]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a: [", "line 2"),
        (b"a: 1\n---\nb: 2", "another document in line 2"),
        (b"!!python/object:os.system x", "line 1"),
        (b"a: \x00", "not YAML"),
        (b"\xff\xfe\xfd", "not YAML"),
    ],
)
def test_what_is_no_yaml_is_refused_with_the_place(content: bytes, place: str) -> None:
    with pytest.raises(ValueError, match=place):
        load(content)


def test_it_is_read_as_servers_read_it() -> None:
    """go-yaml's YAML 1.2, and texts where Prometheus and Alertmanager want texts."""
    texts = ["on", "off", "no", "17:00", "1_000", "2024-01-01"]
    assert load(f"[{', '.join(texts)}]".encode()) == texts
    assert load(b"[true, 1e3, 0x10, 010, 0o17, ~, .5]") == [True, 1000.0, 16, 8, 15, None, 0.5]


@pytest.mark.parametrize("key", ["labels", "annotations", "match", "match_re"])
def test_what_stands_for_a_label_is_the_text_that_was_written(key: str) -> None:
    for text in ("1.50", "010", "1_000", "true", "on", ".inf", "1e3", "0x10"):
        found = load(f"- &base {{{key}: {{{text}: {text}}}}}\n- {{<<: *base}}".encode())
        assert found == [{key: {text: text}}] * 2
    assert load(f"{key}: {{a: &a {{x: 1}}, b: ~}}".encode()) == {key: {"a": {"x": 1}, "b": None}}
    assert load(f"{key}: {{<<: {{y: no}}}}".encode()) == {key: {"y": "no"}}


def test_names_and_expressions_are_texts() -> None:
    found = load(b"{name: 5, alert: on, record: 1, expr: 1_000, limit: 5}")
    assert found == {"name": "5", "alert": "on", "record": "1", "expr": "1_000", "limit": 5}


def test_a_truth_may_be_spelled_as_people_do() -> None:
    found = load(b"{send_resolved: yes, continue: off}")
    assert found == {"send_resolved": True, "continue": False}
