"""Variables in queries."""

import json

import pytest

from obsdash.promql import Verbatim
from obsdash.verify import DataSource
from obsdash.verify.fill import fill, filled_model
from obsdash.verify.variables import Values
from tests.verify.backend import PROM

SQL = DataSource("postgres", "pg")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ('up{job="$job"}', 'up{job="api"}'),
        ('up{i=~"$i"}', 'up{i=~"(10\\\\.0\\\\.0\\\\.1:9100|b)"}'),
        ('up{i=~"[[one]]"}', 'up{i=~"a\\\\.b"}'),
        ('up{i=~"${all}"}', 'up{i=~".+"}'),
        ("${i:csv} ${i:pipe} ${job:raw}", "10.0.0.1:9100,b 10.0.0.1:9100|b api"),
        ("label_replace(up, 'a', '$1', 'b', '(.*)')", "label_replace(up, 'a', '$1', 'b', '(.*)')"),
    ],
)
def test_values_go_into_promql_as_grafana_puts_them(text: str, filled: str) -> None:
    values: Values = {
        "job": "api",
        "i": ("10.0.0.1:9100", "b"),
        "one": ("a.b",),
        "all": Verbatim(".+"),
    }
    assert fill(text, values, PROM) == (filled, [])


def test_a_variable_nobody_defined_is_named_and_stays() -> None:
    assert fill('up{a="$b"} + ${c:raw}', {}, PROM) == ('up{a="$b"} + ${c:raw}', ["b", "c"])
    assert fill("rate(up[$__rate_intervall])", {}, PROM)[1] == ["__rate_intervall"]


@pytest.mark.parametrize(
    "text",
    [
        'label_replace(up, "a", "$2-${1}", "b", "(.)(.)")',
        'label_replace(up, "a", "$name", "b", "(?P<name>.*)")',
        '{app="x"} | line_format "{{ $v := .msg }}{{ $v }}"',
        'up{a=~"b$|c$"}',
    ],
)
def test_what_only_looks_like_a_variable_is_none(text: str) -> None:
    assert fill(text, {}, PROM) == (text, [])


def test_sql_gets_quoted_lists_and_keeps_its_macros() -> None:
    text = "select 1 where $__timeFilter(t) and a in ($a) and b = '$b'"
    filled = "select 1 where $__timeFilter(t) and a in ('x','y') and b = 'it''s'"
    assert fill(text, {"a": ("x", "y"), "b": "it's"}, SQL) == (filled, [])


def test_a_whole_model_is_filled_without_what_only_concerns_the_panel() -> None:
    model = {"expr": "$a", "legendFormat": "$b", "refId": "B", "deep": [{"x": "$a", "n": 1}]}
    filled = json.loads(filled_model(model, {"a": "1"}, PROM))
    assert filled == {"expr": "1", "deep": [{"x": "1", "n": 1}]}
