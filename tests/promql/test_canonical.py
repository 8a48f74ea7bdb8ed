"""One spelling for everything that means the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsdash.promql import canonical, collapsed, metrics, parse_error

ALIKE = [
    ("sum(x) by (job)", "sum by(job)(x)"),
    ("sum by (b, a) (x)", "sum by (a,b) (x)"),
    ("a / on (y, x) group_left (d, c) b", "a / on(x,y) group_left(c,d) b"),
    ('x{b="1", a="2"}', "x{a='2',b='1',}"),
    ("rate(x[300s])", "rate(x[5m])"),
    ("x offset 5m @ end()", "x @ end() offset 5m"),
    ("x{}", "x"),
    ("1_000", "1000"),
    ("0x10", "16"),
    (r"x{a=~`b\.c`}", r'x{a=~"b\\.c"}'),
    ("sum(\n  x # the counter\n)", "sum(x)"),
    ('x{job="${job}"}', 'x{job="$job"}'),
    ("rate(x[$__rate_interval])", "rate( x [${__rate_interval}] )"),
    ("rate(x[[[window]]])", "rate(x[$window])"),
    ("topk($n, x)", "topk(${n},x)"),
]

DIFFERENT = [
    ("sum(x) by (job)", "sum(x) without (job)"),
    ("rate(x[5m])", "rate(x[1m])"),
    ('x{a="1"}', 'x{a=~"1"}'),
    ("a + b", "b + a"),
    ('x{a="b c"}', 'x{a="b  c"}'),
    ('x{a="#1"}', 'x{a="#2"}'),
    ("rate(x[$a])", "rate(x[$b])"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_means_the_same_has_one_spelling(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_means_something_else_keeps_its_own_spelling(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "expr",
    [
        'sum(rate(${metric}_total{$label="x",$filter}[$__rate_interval] offset $o)) by ($by)',
        "rate(x[${window}m:$step])",
        'histogram_quantile(0.95, sum by (le) (rate(x_bucket{job=~"$job"}[5m])))',
        "topk($n, $metric)",
        "vector($x)",
    ],
)
def test_variables_come_back_as_they_are_written(expr: str) -> None:
    """The canonical text is the same query: it parses, has the same variables, and is stable."""
    text = canonical(expr)
    assert parse_error(expr) is None
    assert canonical(text) == text
    assert "var_" not in text
    assert "$" in text


def test_a_placed_variable_is_spelled_with_braces_only_where_it_must_be() -> None:
    assert canonical("rate(${metric}_total[${window}m])") == "rate(${metric}_total[${window}m])"
    assert canonical("rate(x[${window}])") == "rate(x[$window])"


def test_long_expressions_stay_on_one_line() -> None:
    expr = " + ".join(f'sum by (job) (rate(requests_total{{code="{n}"}}[5m]))' for n in range(9))
    assert "\n" not in canonical(expr)
    assert canonical(expr) == expr


def test_what_does_not_parse_comes_back_with_its_white_space_collapsed() -> None:
    assert canonical('{app="x"}  |=   "a  b"\n| json') == '{app="x"} |= "a  b" | json'


def test_a_comment_is_no_part_of_a_query_unless_it_is_in_a_text() -> None:
    assert collapsed('{a="#x"} # why\n |= "y"') == '{a="#x"} |= "y"'


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        ("sum(x", "unclosed left parenthesis"),
        ("", "no expression"),
        ("rate(x)", "expected type matrix"),
        ("nonsense(x)", "unknown function"),
    ],
)
def test_an_error_is_one_sentence(expr: str, words: str) -> None:
    reason = parse_error(expr)
    assert reason is not None
    assert words in reason
    assert "\n" not in reason


@pytest.mark.parametrize(
    "expr",
    ["(" * 5000 + "x" + ")" * 5000, "x + " * 20_000 + "x", "-" * 50_000 + "x", "x" * 100_000],
)
def test_what_would_overflow_the_parser_is_refused_before_it_is_read(expr: str) -> None:
    """The parser itself would end the process."""
    assert "than" in (parse_error(expr) or "")
    assert canonical(expr)


def test_metrics_are_the_names_that_are_read() -> None:
    expr = 'sum(rate(a:b_total[5m])) / on (x) max_over_time(c[1h:5m]) + {__name__="d"} + $m'
    assert metrics(expr) == {"a:b_total", "c", "d"}
    assert metrics('{__name__=~"a.*"} or sum(') == frozenset()


_LABELS = st.lists(st.sampled_from(["job", "env", "le", "code"]), max_size=3, unique=True)
_SPACES = st.sampled_from(["", " ", "\n  "])


@given(_LABELS, _LABELS, _SPACES, _SPACES)
def test_spaces_and_the_order_of_labels_never_make_a_difference(
    by: list[str], matched: list[str], one: str, two: str
) -> None:
    def spelled(by: list[str], matched: list[str], space: str) -> str:
        matchers = f",{space}".join(f'{name}="x"' for name in matched)
        return f"sum by{space}({space}{', '.join(by)}){space}(rate(x{{{matchers}}}[5m{space}]))"

    plain = spelled(by, matched, one)
    assert canonical(plain) == canonical(spelled(by[::-1], matched[::-1], two))


@given(st.text(max_size=60))
def test_any_text_has_a_canonical_form_and_keeps_it(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
