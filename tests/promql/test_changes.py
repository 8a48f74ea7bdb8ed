"""What changed between two expressions, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsdash.promql import expression_changes

P95 = "histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))"

NAMED = [
    ("rate(x[5m])", "rate(x[1m])", ["rate window 5m → 1m"]),
    ("a / b > 0.5", "a / b > 0.8", ["> 0.5 → > 0.8"]),
    ("a > 1", "a >= 1", ["> 1 → >= 1"]),
    ("x", 'x{env="prod"}', ['label matcher env="prod" added']),
    ('x{env="prod"}', "x", ['label matcher env="prod" removed']),
    ('x{env="a"}', 'x{env=~"a|b"}', ['label matcher env="a" → env=~"a|b"']),
    ("sum by (job) (x)", "sum by (job, zone) (x)", ["sum by (job) → sum by (job, zone)"]),
    ("sum(x)", "max(x)", ["sum → max"]),
    ("x", "x offset 5m", ["offset 5m added"]),
    ("x offset 5m", "x offset -1h", ["offset 5m → offset -1h"]),
    ("x @ end()", "x", ["@ end() removed"]),
    ("rate(x[5m])", "irate(x[5m])", ["function rate → irate"]),
    ("up", "sum(up)", ["wrapped in sum(…)"]),
    ("sum(up)", "up", ["no longer in sum(…)"]),
    ("a / b", "a / b > 0.8", ["> 0.8 added"]),
    ("a + b + c", "a + c", ["+ b removed"]),
    ("a + b", "a - b", ["+ → -"]),
    ("(a + b)", "a + b", ["parentheses removed around a + b"]),
    ("topk(5, x)", "topk(10, x)", ["topk 5 → 10"]),
    (P95, P95.replace("0.95", "0.99"), ["histogram_quantile 0.95 → 0.99"]),
    ("x", "y", ["metric x → y"]),
    ("rate(x[$__interval])", "rate(x[5m])", ["rate window $__interval → 5m"]),
    ("topk($n, x)", "topk(5, x)", ["topk $n → 5"]),
    ("a * on (x) b", "a * on (x) group_left () b", ["* on (x) → * on (x) group_left ()"]),
    ("max_over_time(x[1h:1m])", "max_over_time(x[1h:30s])", ["subquery step 1m → 30s"]),
    (P95, P95.replace("5m", "1m").replace("0.95", "0.5"), [
        "histogram_quantile 0.95 → 0.5",
        "rate window 5m → 1m",
    ]),
    ('a{x="1"} / b', 'a{x="1",y="2"} / b', ['label matcher y="2" added to a']),
    ('a{x="1"} / b', 'a{x="1",y="2"} / b{y="2"}', ['label matcher y="2" added']),
    ('a{x="1"} / b{x="1"}', 'a{x="1"} / b', ['label matcher x="1" removed from b']),
    ('a{x="1"} / b{x="1"}', "a / b", ['label matcher x="1" removed']),
    ('a{x="1"} / a', 'a{x="2"} / a', ['label matcher x="1" → x="2"']),
    ('a{pod="1"}', 'a{instance="1"}', ['label matcher pod="1" → instance="1"']),
    ("rate(a[5m]) / rate(b[5m])", "rate(a[5m]) / rate(b[1m])", ["rate window 5m → 1m in b"]),
    ("rate(a[5m]) / rate(b[5m])", "rate(a[1m]) / rate(b[1m])", ["rate window 5m → 1m"]),
    ("a > 0 and b > 0", "a > 0 and b > 1", ["> 0 → > 1 in b"]),
    ("sum(a) / sum(b)", "sum(a) / max(b)", ["sum → max in b"]),
    ("a / b > 1", "rate(a[5m]) / b > 1", ["a wrapped in rate(…[5m])"]),
    ("a / b > 1", "rate(a[5m]) / rate(b[5m]) > 1", [
        "a wrapped in rate(…[5m])", "b wrapped in rate(…[5m])",
    ]),
    ("rate(a[5m]) > 1", "a > 1", ["a no longer in rate(…[5m])"]),
    ("a / b > 1", "(a or vector(0)) / b > 1", ["or vector(0) added to a"]),
    ("(a - b) * on (x) c", "(a - b)", ["* on (x) c removed"]),
    ("a * 24 * 30", "a", ["* 24 * 30 removed"]),
    ("a > 5", "a > b", ["> 5 → > b"]),
    ("a > 60 * 60", "a > 3600", ["> 60 * 60 → > 3600"]),
    ("a > 1 # pages\n", "a\n  > 1", []),
    ("rate(a[5m] offset 1h) / b offset 1h", "rate(a[5m] offset 2h) / b offset 1h", [
        "offset 1h → offset 2h in a",
    ]),
    ("topk(5, a) or topk(5, b)", "topk(5, a) or topk(9, b)", ["topk 5 → 9 in b"]),
    ('{a="b"} |= "x"', '{a="b"} |= "y"', ['{a="b"} |= "x" → {a="b"} |= "y"']),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), NAMED)
def test_the_smallest_part_that_differs_is_named(
    before: str, after: str, expected: list[str]
) -> None:
    assert expression_changes(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sum(x) by (job)", "sum by (job) (x)"),
        ('x{b="1",a="2"}', 'x{ a="2", b="1" }'),
        ("rate(x[300s])", "rate(x[5m])"),
        ("sum by (a, b) (x)", "sum by (b, a) (x)"),
    ],
)
def test_another_spelling_is_no_change(before: str, after: str) -> None:
    assert expression_changes(before, after) == []


def test_expressions_that_have_little_in_common_are_shown_whole() -> None:
    changes = expression_changes("sum(a) / sum(b) + c", 'avg_over_time(d{e="f"}[1h]) - 3')
    assert changes == ['sum(a) / sum(b) + c → avg_over_time(d{e="f"}[1h]) - 3']


def test_of_long_expressions_the_part_that_differs_is_shown() -> None:
    common = " + ".join(f"metric_{n}" for n in range(40))
    (change,) = expression_changes(f'{{a="b"}} |= "{common} x"', f'{{a="b"}} |= "{common} y"')
    assert len(change) < 140
    assert 'x"' in change
    assert 'y"' in change


_EXPRESSIONS = st.recursive(
    st.sampled_from(["x", 'y{a="b"}', "rate(z[5m])", "2", "$v"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "/", "> bool"]), inner).map(" ".join),
        inner.map(lambda text: f"sum by (job) ({text})"),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=6,
)


@given(_EXPRESSIONS, _EXPRESSIONS)
def test_there_are_changes_exactly_when_the_meaning_differs(before: str, after: str) -> None:
    from obsdash.promql import canonical

    assert bool(expression_changes(before, after)) == (canonical(before) != canonical(after))
