"""What became of single settings of panels, whatever their type."""

from obsdash.migration.reading import Json, inner, number, objects, properties

WIDTHS = (1, 2, 3, 4, 6, 8, 12, 24)  # what divides the grid's 24 columns


def per_row(panel: Json) -> None:
    """Say how many repetitions stand in a row, not how wide one is at least (schema 17)."""
    least = number(panel.pop("minSpan", None))
    if least:
        most = WIDTHS[-1] / least
        fitting = [count for count in WIDTHS if count <= most]
        if fitting and most < WIDTHS[-1]:
            panel["maxPerRow"] = fitting[-1]


def gauge_options(panel: Json) -> None:
    """Move the options of the first gauges to where the others have theirs (schema 18)."""
    old = panel.pop("options-gauge", None)
    if not isinstance(old, dict):
        return
    moved = ("unit", "stat", "decimals", "prefix", "suffix")
    values = {key: old[key] for key in moved if key in old}
    kept = {key: value for key, value in old.items() if key not in (*moved, "options")}
    if isinstance(kept.get("thresholds"), list):
        kept["thresholds"] = kept["thresholds"][::-1]
    panel["options"] = {**kept, "valueOptions": values}


def text_type(panel: Json) -> None:
    """Give the second text panel the name of the first (schema 26)."""
    if panel.get("type") == "text2":
        panel["type"] = "text"
        inner(panel, "options").pop("angular", None)


def tooltip(panel: Json) -> None:
    """Rename a tooltip's options (schema 30)."""
    options = inner(panel, "options")
    if panel.get("type") in ("timeseries", "xychart") and options.get("tooltipOptions"):
        options["tooltip"] = options.pop("tooltipOptions")


def merged_labels(panel: Json) -> None:
    """Merge after labels have become fields, which was one step before (schema 31)."""
    steps = panel.get("transformations")
    if any(step.get("id") == "labelsToFields" for step in objects(steps)):
        merge: Json = {"id": "merge", "options": {}}
        panel["transformations"] = [
            one
            for step in objects(steps)
            for one in ([step, dict(merge)] if step.get("id") == "labelsToFields" else [step])
        ]


def time_axis(panel: Json) -> None:
    """Keep the time axis where only the others were hidden (schema 35)."""
    custom = inner(panel, "fieldConfig", "defaults", "custom")
    if panel.get("type") == "timeseries" and custom.get("axisPlacement") == "hidden":
        field_config = panel["fieldConfig"]
        shown = {
            "matcher": {"id": "byType", "options": "time"},
            "properties": [{"id": "custom.axisPlacement", "value": "auto"}],
        }
        field_config["overrides"] = [*objects(field_config.get("overrides")), shown]


def legend(panel: Json) -> None:
    """Hide a legend in one way only (schema 37)."""
    found = inner(panel, "options", "legend")
    if not found:
        return
    shown = found.get("displayMode") != "hidden" and found.get("showLegend") is not False
    found["showLegend"] = shown
    if not shown:
        found["displayMode"] = "list"


def statistics(panel: Json) -> None:
    """Let the table of series take further options a query (schema 39)."""
    for step in objects(panel.get("transformations")):
        found = inner(step, "options").get("refIdToStat")
        if step.get("id") == "timeSeriesTable" and isinstance(found, dict):
            step["options"] = {query: {"stat": stat} for query, stat in found.items()}


def hidden_tooltips(panel: Json) -> None:
    """Hide in the tooltip what is hidden in the picture (schema 42)."""
    for prop in properties(panel):
        value = prop.get("value")
        hidden = isinstance(value, dict) and value.get("viz") is True
        if prop.get("id") == "custom.hideFrom" and hidden:
            prop["value"]["tooltip"] = True
