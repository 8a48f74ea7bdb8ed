"""Repair a dashboard's document: named rules, each of which can be switched off."""

from collections.abc import Callable
from dataclasses import dataclass

from obsdash.adapters.draft import Style
from obsdash.adapters.modernise.cleaning import dead_keys, max_data_points, null_keys, tags
from obsdash.adapters.modernise.heatmap import heatmap_options
from obsdash.adapters.modernise.identity import ref_ids, stable_panel_ids
from obsdash.adapters.modernise.options import (
    bargauge_field_options,
    dashlist_options,
    gauge_reduce_options,
    legend,
    stat_no_value,
    table_field_options,
    thresholds,
)
from obsdash.adapters.modernise.parts import Board
from obsdash.adapters.modernise.references import datasource_refs
from obsdash.adapters.modernise.schema import schema_version
from obsdash.adapters.modernise.sources import Sources
from obsdash.adapters.modernise.structure import layout, legacy_rows
from obsdash.adapters.modernise.templating import variables


@dataclass(frozen=True, slots=True)
class Rule:
    """One repair, in place.

    foreign: whether it is also made in what Grafana or the Foundation SDK wrote.
    late: whether it needs to know all data sources of the project.
    """

    name: str
    apply: Callable[[Board], None]
    foreign: bool = False
    late: bool = False


# In this order: a rule may count on what those before it did, and on what those after it drop.
RULES: tuple[Rule, ...] = (
    Rule("legacy-rows", legacy_rows),
    Rule("layout", layout, foreign=True),
    Rule("max-data-points", max_data_points),
    Rule("dead-keys", dead_keys),
    Rule("bargauge-field-options", bargauge_field_options),
    Rule("gauge-reduce-options", gauge_reduce_options),
    Rule("table-field-options", table_field_options),
    Rule("heatmap-options", heatmap_options),
    Rule("dashlist-options", dashlist_options),
    Rule("null-keys", null_keys),
    Rule("thresholds", thresholds),
    Rule("stat-no-value", stat_no_value),
    Rule("legend", legend),
    Rule("variables", variables),
    Rule("ref-ids", ref_ids, foreign=True),
    Rule("stable-panel-ids", stable_panel_ids, foreign=True),
    Rule("tags", tags),
    Rule("datasource-refs", datasource_refs, late=True),
    Rule("schema-version", schema_version, late=True),
)


def modernise(board: Board, style: Style, off: frozenset[str]) -> None:
    """Make the repairs that need to know nothing but the dashboard."""
    _apply(board, style, off, late=False)


def resolve(board: Board, style: Style, off: frozenset[str], sources: Sources) -> None:
    """Make the repairs that need to know the project's data sources."""
    board.sources = sources
    _apply(board, style, off, late=True)


def _apply(board: Board, style: Style, off: frozenset[str], *, late: bool) -> None:
    for rule in RULES:
        if rule.late is late and rule.name not in off and (rule.foreign or style is Style.OURS):
            rule.apply(board)
