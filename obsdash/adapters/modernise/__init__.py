"""Repair a dashboard's document: named rules, each of which can be switched off."""

from collections.abc import Callable
from dataclasses import dataclass

from obsdash.adapters.draft import Draft, Style
from obsdash.adapters.modernise.cleaning import dead_keys, max_data_points, null_keys, tags
from obsdash.adapters.modernise.heatmap import heatmap_options
from obsdash.adapters.modernise.identity import ref_ids, stable_panel_ids
from obsdash.adapters.modernise.options import (
    bargauge_field_options,
    gauge_reduce_options,
    legend,
    stat_no_value,
    table_field_options,
    thresholds,
)
from obsdash.adapters.modernise.references import datasource_refs
from obsdash.adapters.modernise.schema import schema_version
from obsdash.adapters.modernise.sources import Sources
from obsdash.adapters.modernise.structure import layout, legacy_rows
from obsdash.adapters.modernise.templating import variables
from obsdash.resource import Spec


@dataclass(frozen=True, slots=True)
class Rule:
    """One repair, in place.

    foreign: whether it is also made in what Grafana or the Foundation SDK wrote.
    """

    name: str
    apply: Callable[[Spec, Sources], None]
    foreign: bool = False


# In this order: a rule may count on what those before it did, and on what those after it drop.
RULES: tuple[Rule, ...] = (
    Rule("legacy-rows", legacy_rows),
    Rule("layout", layout, foreign=True),
    Rule("max-data-points", max_data_points),
    Rule("dead-keys", dead_keys),
    Rule("null-keys", null_keys),
    Rule("bargauge-field-options", bargauge_field_options),
    Rule("gauge-reduce-options", gauge_reduce_options),
    Rule("table-field-options", table_field_options),
    Rule("heatmap-options", heatmap_options),
    Rule("thresholds", thresholds),
    Rule("stat-no-value", stat_no_value),
    Rule("legend", legend),
    Rule("variables", variables),
    Rule("datasource-refs", datasource_refs),
    Rule("ref-ids", ref_ids, foreign=True),
    Rule("stable-panel-ids", stable_panel_ids, foreign=True),
    Rule("tags", tags),
    Rule("schema-version", schema_version),
)


def modernise(draft: Draft, sources: Sources, off: frozenset[str]) -> None:
    """Repair the document of a draft."""
    for rule in RULES:
        if rule.name not in off and (rule.foreign or draft.style is Style.OURS):
            rule.apply(draft.spec, sources)
