"""What each of Grafana's schema versions changed, as data: a version, and what it does."""

from collections.abc import Callable

from obsdash.migration import graph, links, panels, queries, references, rows, tables, variables
from obsdash.migration.mappings import mappings
from obsdash.migration.reading import Json, inner, objects
from obsdash.migration.singlestat import singlestat
from obsdash.migration.sources import Sources

NEWEST = 42

Step = Callable[[Json], None]
SourcedStep = Callable[[Json, Sources], None]


def _crosshair(dashboard: Json) -> None:
    dashboard["graphTooltip"] = 1 if dashboard.get("sharedCrosshair") else 0


def _refresh(dashboard: Json) -> None:
    if not isinstance(dashboard.get("refresh"), str):
        dashboard["refresh"] = ""


def _navigation(dashboard: Json) -> None:
    first = objects(dashboard.get("nav"))[:1]
    if first:
        dashboard["timepicker"] = first[0]


def _time_options(dashboard: Json) -> None:
    inner(dashboard, "timepicker").pop("time_options", None)


# What the dashboard itself becomes; then each panel on its own, as below.
DASHBOARD: tuple[tuple[int, Step], ...] = (
    (6, variables.typed),
    (7, _navigation),
    (12, variables.numbered),
    (14, _crosshair),
    (16, rows.grid),
    (23, variables.aligned),
    (27, variables.constants),
    (28, variables.untagged),
    (29, variables.refreshed),
    (34, queries.cloudwatch_annotations),
    (40, _refresh),
    (41, _time_options),
)

DASHBOARD_SOURCES: tuple[tuple[int, SourcedStep], ...] = (
    (36, references.annotated),
    (36, variables.sourced),
    (36, references.queried),
)

PANEL: tuple[tuple[int, Step], ...] = (
    (2, graph.first_names),
    (4, graph.aliased_axes),
    (7, queries.lettered),
    (8, queries.influx),
    (10, tables.two_thresholds),
    (12, graph.axes),
    (13, graph.thresholds),
    (17, panels.per_row),
    (18, panels.gauge_options),
    (19, links.panel_links),
    (20, links.variable_syntax),
    (21, links.field_labels),
    (22, tables.aligned),
    (24, tables.renamed),
    (26, panels.text_type),
    (28, singlestat),
    (30, mappings),
    (30, panels.tooltip),
    (31, panels.merged_labels),
    (34, queries.cloudwatch),
    (35, panels.time_axis),
    (37, panels.legend),
    (38, tables.cells),
    (39, panels.statistics),
    (42, panels.hidden_tooltips),
)

PANEL_SOURCES: tuple[tuple[int, SourcedStep], ...] = (
    (33, references.named),
    (36, references.defaults),
)
