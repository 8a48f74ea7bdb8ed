"""Stats, gauges and bar gauges: options that moved to the fields (6.2 to 8.0)."""

from collections.abc import Mapping
from typing import Any

from obsdash.migration.reading import Json, inner, number, objects

_REDUCERS = {"avg": "mean", "current": "lastNotNull", "total": "sum"}
_FULL = {"percent": 100, "percentunit": 1}


def field_options(panel: Json, version: float) -> None:
    """Lift the options of a panel that shows single values."""
    options = panel.get("options")
    if not isinstance(options, dict):
        return
    if version < 6.2:
        _value_options(options)
    if version < 6.3:
        _thresholds_and_mappings(options)
    if version < 6.6:
        _steps(options)
    config = _config(panel)
    defaults = inner(config, "defaults")
    if version < 7.0:
        _to_field(options, config, defaults)
    if version < 7.1 and defaults.get("title") is not None:
        defaults["displayName"] = defaults.pop("title")
    if version < 8.0:
        _full_scale(defaults)


def _config(panel: Json) -> Json:
    config = panel.get("fieldConfig")
    if not isinstance(config, dict):
        config = panel["fieldConfig"] = {"defaults": {}, "overrides": []}
    if not isinstance(config.get("defaults"), dict):
        config["defaults"] = {}
    return config


def _value_options(options: Json) -> None:
    """Take the value's own options for those of a field (6.2)."""
    values = options.pop("valueOptions", None)
    if not isinstance(values, dict):
        return
    defaults = {key: values[key] for key in ("unit", "decimals") if key in values}
    for new, old in (("min", "minValue"), ("max", "maxValue")):
        if old in options:
            defaults[new] = options.pop(old)
    field: Json = {"defaults": defaults}
    for new, old in (("mappings", "valueMappings"), ("thresholds", "thresholds")):
        if old in options:
            field[new] = options.pop(old)
    if values.get("stat"):
        field["calcs"] = [_REDUCERS.get(values["stat"], values["stat"])]
    options["fieldOptions"] = field


def _thresholds_and_mappings(options: Json) -> None:
    """Let thresholds and mappings be defaults of the field (6.3)."""
    field = options.get("fieldOptions")
    if not isinstance(field, dict):
        return
    old = objects(options.get("thresholds"))
    steps = sorted(
        ({"value": step.get("value"), "color": step.get("color")} for step in old),
        key=_level,
    )
    if steps:
        steps[0]["value"] = None
    defaults = field["defaults"] = {**inner(field, "defaults")}
    if "mappings" in field:
        defaults["mappings"] = field.pop("mappings")
    defaults.pop("thresholds", None)
    if steps:
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}


def _level(step: Mapping[str, Any]) -> float:
    level = number(step.get("value"))
    return float("-inf") if level is None else level


def _steps(options: Json) -> None:
    """Let thresholds have a mode, and colours, too (6.6)."""
    field = options.get("fieldOptions")
    if not isinstance(field, dict):
        return
    if field.pop("override", None):
        field["overrides"] = []
    defaults = field.setdefault("defaults", {})
    if not isinstance(defaults, dict):
        return
    thresholds = defaults.pop("thresholds", None) or field.pop("thresholds", None)
    if thresholds:
        defaults["thresholds"] = {"mode": "absolute", "steps": thresholds}
    if isinstance(defaults.get("color"), str):
        defaults["color"] = {"mode": "fixed", "fixedColor": defaults["color"]}
    elif not inner(defaults, "color").get("mode"):
        defaults.pop("color", None)
    if thresholds:
        defaults.setdefault("color", {"mode": "thresholds"})
    low, high = number(defaults.get("min")), number(defaults.get("max"))
    if low is not None and high is not None and low > high:
        defaults["min"], defaults["max"] = defaults["max"], defaults["min"]


def _to_field(options: Json, config: Json, defaults: Json) -> None:
    """Move what is said of the field to the panel's field settings (7.0)."""
    field = options.pop("fieldOptions", None)
    if not isinstance(field, dict):
        return
    defaults.update(inner(field, "defaults"))
    config["overrides"] = [
        *objects(config.get("overrides")),
        *objects(field.get("overrides")),
    ]
    options["reduceOptions"] = {
        key: field[key] for key in ("values", "limit", "calcs") if key in field
    }


def _full_scale(defaults: Json) -> None:
    """Give percentages the ends that they had until 8.0."""
    full = _FULL.get(str(defaults.get("unit")))
    if full is not None:
        for key, end in (("min", 0), ("max", full)):
            if not _is_number(defaults.get(key)):
                defaults[key] = end


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
