"""Value mappings: of a list of numbered kinds (schema < 30) and of the singlestat panel."""

from collections.abc import Iterator, Sequence
from typing import Any

from obsdash.migration.reading import Json, inner, leading_number, number, objects, properties

VALUE, RANGE = 1, 2  # the kinds of a mapping, as they were numbered


def mappings(panel: Json) -> None:
    """Lift a panel's value mappings, in its defaults and its overrides (schema 30)."""
    defaults = inner(panel, "fieldConfig", "defaults")
    if isinstance(defaults.get("mappings"), list):
        steps = objects(inner(defaults, "thresholds").get("steps"))
        defaults["mappings"] = lifted(defaults["mappings"], steps)
    for prop in properties(panel):
        if prop.get("id") == "mappings" and isinstance(prop.get("value"), list):
            prop["value"] = lifted(prop["value"], [])


def lifted(old: Sequence[Any], steps: Sequence[Json]) -> list[Json]:
    """Return mappings as schema 30 knows them: texts of single values are one mapping."""
    values: Json = {}
    others: list[Json] = []
    for one in objects(old):
        if one.get("type") and one.get("options"):
            if one["type"] == "value" and isinstance(one["options"], dict):
                values.update(one["options"])
            else:
                others.append(one)
        else:
            others += _mapping(one, steps, values)
    return [*([{"type": "value", "options": values}] if values else []), *others]


def _mapping(one: Json, steps: Sequence[Json], values: Json) -> Iterator[Json]:
    result = _result(one, steps)
    if one.get("type") == VALUE and one.get("value") is not None:
        if one["value"] == "null":
            yield _null(result)
        else:
            values[_spelled(one["value"])] = result
    elif one.get("type") == RANGE:
        yield _range(one, result)


def of_singlestat(panel: Json, steps: Sequence[Json]) -> list[Json]:
    """Return the mappings of a singlestat panel: each value has one of its own."""
    kind = panel.get("mappingType")
    if not kind:
        kind = VALUE if panel.get("valueMaps") else RANGE if panel.get("rangeMaps") else None
    if kind == VALUE:
        return list(_values(objects(panel.get("valueMaps")), steps))
    if kind == RANGE:
        return [_range_or_null(one, steps) for one in objects(panel.get("rangeMaps"))]
    return []


def _values(maps: Sequence[Json], steps: Sequence[Json]) -> Iterator[Json]:
    for one in maps:
        if one.get("value") == "null":
            yield _null(_result(one, steps))
        elif one.get("value") is not None:
            result = {_spelled(one["value"]): _result(one, steps)}
            yield {"type": "value", "options": result}


def _range_or_null(one: Json, steps: Sequence[Json]) -> Json:
    result = _result(one, steps)
    return _null(result) if "null" in (one.get("from"), one.get("to")) else _range(one, result)


def _null(result: Json) -> Json:
    return {"type": "special", "options": {"match": "null", "result": result}}


def _range(one: Json, result: Json) -> Json:
    ends = {key: number(one.get(key)) for key in ("from", "to")}
    return {"type": "range", "options": {**ends, "result": result}}


def _result(one: Json, steps: Sequence[Json]) -> Json:
    """Return a mapping's text, in the colour that the thresholds give a text that is a number."""
    found = {"text": one["text"]} if "text" in one else {}
    value = leading_number(one.get("text"))
    colour = active_colour(value, steps) if value is not None else None
    return {**found, "color": colour} if colour else found


def active_colour(value: float, steps: Sequence[Json]) -> Any:
    """Return the colour of the last step that a value reaches."""
    colour = steps[0].get("color") if steps else None
    for step in steps[1:]:
        level = number(step.get("value"))
        if level is None or value < level:
            break
        colour = step.get("color")
    return colour


def _spelled(value: Any) -> str:
    """Spell a value as JavaScript does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(number(value)) if isinstance(value, int | float) else str(value)
