"""The singlestat panel, which became a stat or a gauge (schema 28)."""

from obsdash.migration.mappings import of_singlestat
from obsdash.migration.reading import Json, inner, number, objects, text

# What a panel keeps when it becomes one of another type.
KEPT = (
    *("id", "gridPos", "type", "title", "repeat", "repeatPanelId", "repeatDirection"),
    *("repeatedByRow", "minSpan", "collapsed", "panels", "targets", "datasource", "timeFrom"),
    *("timeShift", "hideTimeOverride", "description", "links", "cacheTimeout", "transparent"),
    *("pluginVersion", "transformations", "fieldConfig", "maxDataPoints", "interval"),
    "libraryPanel",
)

SINCE = "9.3"  # the plugin that it becomes has nothing older to migrate

# What it called its reducers, where it is not what others call them.
_REDUCERS = {
    "avg": "mean",
    "current": "lastNotNull",
    "total": "sum",
}
_KNOWN = (
    *("max", "min", "mean", "sum", "count", "first", "firstNotNull", "last", "lastNotNull"),
    *("range", "delta", "step", "diff", "diffperc", "logmin", "changeCount", "distinctCount"),
    *("allIsNull", "allIsZero", "allValues", "uniqueValues", "variance", "stdDev"),
)


def singlestat(panel: Json) -> None:
    """Make a singlestat panel what it became."""
    if panel.get("type") != "singlestat":
        return
    old = dict(panel)
    for key in [key for key in panel if key not in KEPT]:
        del panel[key]
    gauge = inner(old, "gauge")
    shared = _options(old)
    panel["type"] = "gauge" if gauge.get("show") else "stat"
    panel["pluginVersion"] = SINCE
    defaults = _defaults(old)
    if gauge.get("show"):
        own = {"showThresholdMarkers": "thresholdMarkers", "showThresholdLabels": "thresholdLabels"}
        panel["options"] = {**shared, **{k: gauge[v] for k, v in own.items() if v in gauge}}
    else:
        panel["options"] = {**shared, **_stat(old, defaults)}
    defaults.setdefault("color", {"mode": "thresholds"})
    overrides = objects(inner(old, "fieldConfig").get("overrides"))
    panel["fieldConfig"] = {"defaults": defaults, "overrides": overrides}


def _options(old: Json) -> Json:
    name = text(old.get("valueName"))
    reducer = _REDUCERS.get(name, name if name in _KNOWN else "mean")
    column = old.get("tableColumn")
    fields = {"fields": f"/^{column}$/"} if column else {}
    return {"reduceOptions": {"calcs": [reducer], **fields}, "orientation": "horizontal"}


def _defaults(old: Json) -> Json:
    """Return what became settings of its field."""
    found: Json = {}
    if old.get("format"):
        found["unit"] = old["format"]
    if old.get("nullText"):
        found["noValue"] = old["nullText"]
    if old.get("decimals") == 0 or old.get("decimals"):
        found["decimals"] = old["decimals"]
    levels, colours = text(old.get("thresholds")), old.get("colors")
    if levels and isinstance(colours, list):
        found["thresholds"] = {"mode": "absolute", "steps": _steps(levels, colours)}
    mappings = of_singlestat(old, objects(inner(found, "thresholds").get("steps")))
    if mappings:
        found["mappings"] = mappings
    gauge = inner(old, "gauge")
    if gauge.get("show"):
        found |= {"min": gauge.get("minValue"), "max": gauge.get("maxValue")}
    return found


def _steps(levels: str, colours: list[object]) -> list[Json]:
    values = [number(level) for level in levels.split(",")]
    return [
        {"color": colour, "value": values[index - 1] if 0 < index <= len(values) else None}
        for index, colour in enumerate(colours)
    ]


def _stat(old: Json, defaults: Json) -> Json:
    sparkline = inner(old, "sparkline")
    graph = "area" if sparkline.get("show") else "none"
    colour = "none"
    if old.get("colorBackground"):
        colour = "background"
    elif old.get("colorValue"):
        colour = "value"
    elif sparkline.get("lineColor") and graph == "area":
        defaults["color"] = {"mode": "fixed", "fixedColor": sparkline["lineColor"]}
    name = {"textMode": "name"} if old.get("valueName") == "name" else {}
    return {"graphMode": graph, "colorMode": colour, **name}
