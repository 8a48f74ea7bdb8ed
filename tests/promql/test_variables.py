"""Grafana's variables and macros in queries."""

import pytest

from obsdash.promql import substitute, variables, with_placeholders

QUERY = 'sum by ($by) (rate(${m}_total{job=~"$job", $more}[$__rate_interval])) * $factor'


def test_stand_ins_are_replaced_by_the_variables_again() -> None:
    replaced = with_placeholders(QUERY)
    assert "$by" not in replaced.text
    assert '"$job"' in replaced.text  # inside quotes it is text
    assert replaced.restore(replaced.text).replace('="_"', "") == QUERY


def test_a_variable_has_one_stand_in_in_every_spelling() -> None:
    texts = {with_placeholders(f"rate(x[{v}])").text for v in ("$w", "${w}", "[[w]]")}
    assert len(texts) == 1


def test_a_query_without_variables_stays_as_it_is() -> None:
    assert with_placeholders("rate(x[5m])").text == "rate(x[5m])"


def test_the_names_of_variables_are_found_in_every_spelling() -> None:
    found = variables('a{x="$job", y="${env:regex}", z="[[host]]"}[$__interval] + ${d.e}')
    assert found == {"job", "env", "host", "__interval", "d"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('x{job="$job"}', 'x{job="api"}'),
        ('x{job=~"$jobs"}', 'x{job=~"(a\\\\.b|c)"}'),
        ('x{job=~"${jobs:pipe}"}', 'x{job=~"a.b|c"}'),
        ('x{job=~"${jobs:regex}"}', 'x{job=~"(a\\.b|c)"}'),
        ("x{job=~${jobs:doublequote}}", 'x{job=~"a.b","c"}'),
        ("${jobs:csv}", "a.b,c"),
        ("[[job]]", "api"),
        ("rate(x[$__rate_interval])", "rate(x[1m])"),
        ('x{a="$unknown"}', 'x{a="$unknown"}'),
        ('x{a="$quoted"}', 'x{a="say \\"hi\\""}'),
    ],
)
def test_values_are_put_in_as_grafana_does(query: str, expected: str) -> None:
    values = {
        "job": "api",
        "jobs": ["a.b", "c"],
        "__rate_interval": "1m",
        "quoted": 'say "hi"',
    }
    assert substitute(query, values) == expected
