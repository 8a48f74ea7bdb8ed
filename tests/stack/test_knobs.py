"""Turning knobs."""

import pytest
from workload.knobs import Board, KnobError, Knobs

from tests.stack import contract

APPLICATIONS = ("demo-api", "fluxpay")


def test_a_knob_that_is_not_named_keeps_its_value() -> None:
    board = Board(APPLICATIONS)
    board.turn({"errors": "5"})
    board.turn({"latency": "2", "down": "fluxpay"})
    assert board.now() == Knobs(errors=5, latency=2, down=frozenset({"fluxpay"}))


def test_down_takes_every_application_by_one_word_and_none_by_an_empty_one() -> None:
    board = Board(APPLICATIONS)
    assert board.turn({"down": "all"}).down == set(APPLICATIONS)
    assert board.turn({"down": ""}).down == set()


def test_reset_puts_every_knob_back() -> None:
    board = Board(APPLICATIONS)
    board.turn({"errors": "5", "redis_down": "1"})
    assert board.reset() == board.now() == Knobs()


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"erors": "5"}, "there is no knob 'erors'"),
        ({"errors": "many"}, "errors is a number from 0 to 100"),
        ({"errors": "nan"}, "errors is a number"),
        ({"heap": "101"}, "heap is a number from 0 to 100"),
        ({"latency": "-1"}, "latency is a number from 0 to 60"),
        ({"redis_down": "yes"}, "redis_down is 0 or 1"),
        ({"down": "fluxpay,shop"}, "there is no application 'shop'; there are demo-api, fluxpay"),
    ],
)
def test_a_wrong_knob_is_refused_and_turns_nothing(query: dict[str, str], complaint: str) -> None:
    board = Board(APPLICATIONS)
    with pytest.raises(KnobError, match=complaint):
        board.turn({"latency": "3", **query} if "latency" not in query else query)
    assert board.now() == Knobs()


def test_the_readme_lists_every_knob_with_its_value_at_rest() -> None:
    heading = "knob | value | at rest | alert it makes fire | by"
    listed = {row[0].strip("`| "): row[2] for row in contract.rows(heading)}
    rest = {name: value or 0 for name, value in Knobs().as_json().items()}
    assert {name: 0.0 if text == "none" else float(text) for name, text in listed.items()} == rest
