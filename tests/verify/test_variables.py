"""What variables stand for, as Grafana fills them in."""

from datetime import timedelta
from typing import Any

import pytest

from obsdash.promql import Verbatim
from obsdash.verify.variables import (
    Variable,
    built_in,
    dashboard_variables,
    static_value,
)
from tests.verify.backend import WINDOW


def made(kind: str = "query", **spec: Any) -> Variable:
    return Variable("x", kind, spec)


def saved(value: object) -> dict[str, object]:
    return {"value": value, "text": "…"}


def test_the_saved_choice_is_taken_where_it_is_offered() -> None:
    assert made(current=saved("b")).choose(["a", "b"]) == "b"


def test_without_a_saved_choice_the_first_one_is_taken() -> None:
    assert made().choose(["a", "b"]) == "a"
    assert made(current=saved("gone")).choose(["a", "b"]) == "a"
    assert made(current={}).choose([]) == ""


def test_all_is_the_first_choice_where_it_is_offered() -> None:
    several = made(includeAll=True, multi=True)
    assert several.choose(["a", "b"]) == ("a", "b")
    assert made(includeAll=True, current=saved(["gone"])).choose(["a"]) == ("a",)


@pytest.mark.parametrize("all_", ["$__all", ["$__all"]])
def test_all_stands_for_every_choice_or_for_what_the_dashboard_says(all_: object) -> None:
    assert made(includeAll=True, current=saved(all_)).choose(["a", "b"]) == ("a", "b")
    chosen = made(includeAll=True, allValue=".*", current=saved(all_)).choose(["a", "b"])
    assert chosen == ".*"
    assert isinstance(chosen, Verbatim)


def test_of_several_saved_choices_those_that_are_still_offered_stay() -> None:
    assert made(multi=True, current=saved(["a", "z", "c"])).choose(["a", "b", "c"]) == ("a", "c")


def test_a_choice_of_several_is_one_of_several_even_when_it_is_one() -> None:
    assert made(multi=True, current=saved("a")).choose(["a", "b"]) == ("a",)
    assert made(multi=True).choose([]) == ()


@pytest.mark.parametrize(
    ("regex", "found", "kept"),
    [
        ("", ["a", "a", "b"], ["a", "b"]),
        ("/prod-(.*)/", ["prod-1", "test-1"], ["1"]),
        ("/PROD/i", ["prod-1", "test-1"], ["prod"]),
        ("a.*", ["ab", "cab"], ["ab"]),
        ('/instance="(?<value>[^"]+)"/', ['up{instance="a"} 1 2'], ["a"]),
        ("/(?<text>.*)=(?<value>.*)/", ["one=1"], ["1"]),
        (r"/(?<=a)\K(/", ["x"], ["x"]),
    ],
)
def test_a_regex_filters_and_picks(regex: str, found: list[str], kept: list[str]) -> None:
    assert made(regex=regex).matching(found) == kept


def test_custom_choices_are_split_at_commas_and_may_have_texts() -> None:
    assert made("custom", query=r"One : 1, Two : 2,a\,b,,c").listed == ["1", "2", "a,b", "c"]
    assert made("custom", query={"odd": 1}).listed == []


def test_constants_and_text_boxes_stand_for_their_text() -> None:
    assert static_value(made("constant", query="7"), WINDOW) == "7"
    assert static_value(made("textbox", query="a", current=saved("b")), WINDOW) == "b"


def test_an_automatic_interval_is_a_share_of_the_range() -> None:
    interval = {"query": "1m,10m", "auto": True, "auto_count": 30, "auto_min": "10s"}
    auto = saved("$__auto_interval_x")
    assert static_value(made("interval", **interval, current=auto), WINDOW) == "120s"
    assert static_value(made("interval", **interval, current=saved("10m")), WINDOW) == "10m"
    assert static_value(made("interval", query="1m,10m"), WINDOW) == "1m"


def test_a_variable_of_another_kind_is_empty_or_as_saved() -> None:
    assert static_value(made("adhoc"), WINDOW) == ""
    assert static_value(made("switch", current=saved("true")), WINDOW) == "true"


def test_variables_come_after_those_they_name_and_a_circle_ends() -> None:
    def names(*entries: dict[str, Any]) -> list[str]:
        return [v.name for v in dashboard_variables({"templating": {"list": list(entries)}})]

    pod = {"name": "pod", "type": "query", "query": 'label_values(up{ns="$ns"}, pod)'}
    ns = {"name": "ns", "type": "query", "query": {"query": "label_values(ns)"},
          "datasource": {"uid": "${ds}"}}  # fmt: skip
    ds = {"name": "ds", "type": "datasource", "query": "prometheus"}
    assert names(pod, ns, ds) == ["ds", "ns", "pod"]
    chicken = {"name": "chicken", "type": "query", "query": "label_values($egg)"}
    egg = {"name": "egg", "type": "query", "query": "label_values($chicken)"}
    assert names(chicken, egg, ds) == ["ds", "chicken", "egg"]


def test_grafanas_own_variables_follow_from_window_and_scrape_interval() -> None:
    found = built_in(WINDOW, timedelta(seconds=15), instant=False)
    assert found["__interval"] == "15s"
    assert found["__rate_interval"] == "60s"
    assert found["__range"] == "3600s"
    assert found["__range_ms"] == "3600000"
    assert found["__to"] == str(int(WINDOW.end.timestamp() * 1000))
    assert built_in(WINDOW, timedelta(seconds=60), instant=False)["__rate_interval"] == "240s"


def test_what_cannot_be_run_keeps_its_saved_choice() -> None:
    assert made(current=saved("a")).fallback() == "a"
    assert made(current=saved(["a"]), multi=True).fallback() == ("a",)
    assert made(includeAll=True, allValue=".*", current=saved("$__all")).fallback() == ".*"
    assert made(includeAll=True, current=saved("$__all")).fallback() is None


@pytest.mark.parametrize("current", [None, "x", [], {"value": {}}, {"value": None}])
def test_an_odd_saved_choice_is_none(current: object) -> None:
    made(current=current).choose(["a"])
