"""PromQL: canonical form, Grafana's variables and macros, what an expression uses, what changed."""

from obsdash.promql.changes import expression_changes
from obsdash.promql.refusal import NEWER, refusal
from obsdash.promql.text import collapsed
from obsdash.promql.tree import canonical, metrics, missing_metrics, parse_error
from obsdash.promql.variables import (
    Placeholders,
    Verbatim,
    substitute,
    variables,
    with_placeholders,
)

__all__ = [
    "NEWER",
    "Placeholders",
    "Verbatim",
    "canonical",
    "collapsed",
    "expression_changes",
    "metrics",
    "missing_metrics",
    "parse_error",
    "refusal",
    "substitute",
    "variables",
    "with_placeholders",
]
