"""Edits that a person makes in Grafana's editor, made at random and reproducibly.

An edit changes a dashboard in place and returns False when there is nothing of its kind in it.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

Spec = dict[str, Any]
Edit = Callable[[Spec, Random], bool]
PanelEdit = Callable[[Spec, Random], bool]

OTHER_SOURCE = {"type": "loki", "uid": "another-source"}


def edited(document: Spec, chance: Random) -> tuple[str, Spec]:
    """Return the name of an edit and a copy of a dashboard with it."""
    while True:
        kind = chance.choice(sorted(EDITS))
        found = copy.deepcopy(document)
        if EDITS[kind](found, chance):
            return kind, found


def panels(document: Spec) -> Iterator[Spec]:
    """Yield the panels, those in collapsed rows as well, but no copies of repeated ones."""
    for panel in _objects(document.get("panels")):
        for one in (panel, *_objects(panel.get("panels"))):
            if not one.get("repeatPanelId") and not one.get("repeatedByRow"):
                yield one


def _objects(value: Any) -> list[Spec]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(holder: Spec, *keys: str) -> Spec:
    """Return the object at a path, made where it is not."""
    for key in keys:
        if not isinstance(holder.get(key), dict):
            holder[key] = {}
        holder = holder[key]
    return holder


def _list(holder: Spec, key: str) -> list[Any]:
    if not isinstance(holder.get(key), list):
        holder[key] = []
    found: list[Any] = holder[key]
    return found


def _other(value: Any, chance: Random) -> Any:
    """Return another value of a kind that a form would give."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + chance.choice((1, 2, 0.5))
    return f"{value or ''} edited {chance.randrange(100)}"


def _scalars(value: Any) -> Iterator[tuple[Spec, str]]:
    """Yield the places of plain values in objects, however deep."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, str | bool | int | float):
            yield value, key
        else:
            yield from _scalars(inner)


# --- of one panel ---------------------------------------------------------------------------


def _text(*path: str) -> PanelEdit:
    def edit(panel: Spec, chance: Random) -> bool:
        holder = _object(panel, *path[:-1])
        holder[path[-1]] = _other(holder.get(path[-1]), chance)
        return True

    return edit


def _number(*path: str) -> PanelEdit:
    def edit(panel: Spec, chance: Random) -> bool:
        holder = _object(panel, *path[:-1])
        value = holder.get(path[-1])
        value = value if isinstance(value, int | float) else 0
        holder[path[-1]] = value + chance.randrange(1, 50)
        return True

    return edit


def _toggled(*path: str) -> PanelEdit:
    def edit(panel: Spec, _chance: Random) -> bool:
        holder = _object(panel, *path[:-1])
        holder[path[-1]] = holder.get(path[-1]) is not True
        return True

    return edit


def _any_scalar(*path: str) -> PanelEdit:
    """Edit one of the values that are below a path."""

    def edit(panel: Spec, chance: Random) -> bool:
        places = list(_scalars(_object(panel, *path)))
        if not places:
            return False
        holder, key = chance.choice(places)
        holder[key] = _other(holder[key], chance)
        return True

    return edit


def _added(*path: str, item: Mapping[str, Any]) -> PanelEdit:
    def edit(panel: Spec, _chance: Random) -> bool:
        _list(_object(panel, *path[:-1]), path[-1]).append(copy.deepcopy(dict(item)))
        return True

    return edit


def _dropped(*path: str) -> PanelEdit:
    def edit(panel: Spec, chance: Random) -> bool:
        items = _object(panel, *path[:-1]).get(path[-1])
        if not isinstance(items, list) or not items:
            return False
        del items[chance.randrange(len(items))]
        return True

    return edit


def _of_query(change: PanelEdit) -> PanelEdit:
    def edit(panel: Spec, chance: Random) -> bool:
        targets = [one for one in _objects(panel.get("targets")) if len(one) > 2]
        return bool(targets) and change(chance.choice(targets), chance)

    return edit


def _query_text(target: Spec, chance: Random) -> bool:
    keys = ("expr", "query", "rawSql", "target", "stringInput", "alias")
    found = [key for key in keys if isinstance(target.get(key), str) and target[key]]
    if not found:
        return False
    key = chance.choice(found)
    target[key] = f"{target[key]} + {chance.randrange(2, 9)}"
    return True


def _query_source(target: Spec, _chance: Random) -> bool:
    target["datasource"] = dict(OTHER_SOURCE)
    return True


def _source(panel: Spec, _chance: Random) -> bool:
    panel["datasource"] = dict(OTHER_SOURCE)
    for target in _objects(panel.get("targets")):
        target["datasource"] = dict(OTHER_SOURCE)
    return True


def _new_query(panel: Spec, _chance: Random) -> bool:
    _list(panel, "targets").append({"refId": "NEW", "expr": "up == 0"})
    return True


def _dropped_query(panel: Spec, chance: Random) -> bool:
    targets = _objects(panel.get("targets"))
    if len(targets) < 2:
        return False
    panel["targets"].remove(chance.choice(targets))
    return True


def _steps(panel: Spec) -> list[Spec]:
    return _objects(_object(panel, "fieldConfig", "defaults", "thresholds").get("steps"))


def _threshold_value(panel: Spec, chance: Random) -> bool:
    steps = _steps(panel)[1:]
    if not steps:
        return False
    step = chance.choice(steps)
    value = step.get("value")
    step["value"] = (value if isinstance(value, int | float) else 0) + 7.5
    return True


def _threshold_colour(panel: Spec, chance: Random) -> bool:
    steps = _steps(panel)
    if not steps:
        return False
    chance.choice(steps)["color"] = "#123456"
    return True


def _threshold_added(panel: Spec, _chance: Random) -> bool:
    if not _steps(panel):
        return False
    panel["fieldConfig"]["defaults"]["thresholds"]["steps"].append({"color": "pink", "value": 9e6})
    return True


def _override_value(panel: Spec, chance: Random) -> bool:
    overrides = _objects(_object(panel, "fieldConfig").get("overrides"))
    found = [one for override in overrides for one in _objects(override.get("properties"))]
    if not found:
        return False
    chance.choice(found)["value"] = {"mode": "fixed", "fixedColor": "#654321"}
    return True


def _mapping_added(panel: Spec, _chance: Random) -> bool:
    mapping = {"type": "value", "options": {"4711": {"text": "edited"}}}
    _list(_object(panel, "fieldConfig", "defaults"), "mappings").append(mapping)
    return True


def _alert_level(panel: Spec, _chance: Random) -> bool:
    alert = panel.get("alert")
    conditions = _objects(alert.get("conditions")) if isinstance(alert, dict) else []
    if not conditions:
        return False
    conditions[0]["evaluator"] = {"type": "gt", "params": [4711]}
    return True


def _axis_unit(panel: Spec, _chance: Random) -> bool:
    axes = _objects(panel.get("yaxes"))
    if not axes:
        return False
    axes[0]["format"] = "edited-unit"
    return True


def _series_override(panel: Spec, _chance: Random) -> bool:
    if panel.get("type") != "graph":
        return False
    _list(panel, "seriesOverrides").append({"alias": "/edited/", "yaxis": 2})
    return True


def _column(panel: Spec, chance: Random) -> bool:
    styles = _objects(panel.get("styles"))
    if panel.get("type") != "table-old" or not styles:
        return False
    chance.choice(styles)["unit"] = "edited-unit"
    return True


def _type(panel: Spec, _chance: Random) -> bool:
    panel["type"] = "piechart" if panel.get("type") != "piechart" else "bargauge"
    return True


PANEL: Mapping[str, PanelEdit] = {
    "title": _text("title"),
    "description": _text("description"),
    "type": _type,
    "transparency": _toggled("transparent"),
    "repetition": _text("repeat"),
    "relative time": _text("timeFrom"),
    "minimum interval": _text("interval"),
    "data points": _number("maxDataPoints"),
    "data source": _source,
    "query": _of_query(_query_text),
    "query's legend": _of_query(_text("legendFormat")),
    "query hidden": _of_query(_toggled("hide")),
    "query's data source": _of_query(_query_source),
    "query's option nobody knows": _of_query(_text("flux")),
    "query added": _new_query,
    "query removed": _dropped_query,
    "unit": _text("fieldConfig", "defaults", "unit"),
    "minimum": _number("fieldConfig", "defaults", "min"),
    "maximum": _number("fieldConfig", "defaults", "max"),
    "decimals": _number("fieldConfig", "defaults", "decimals"),
    "display name": _text("fieldConfig", "defaults", "displayName"),
    "no value": _text("fieldConfig", "defaults", "noValue"),
    "threshold": _threshold_value,
    "threshold's colour": _threshold_colour,
    "threshold added": _threshold_added,
    "mapping": _mapping_added,
    "override": _override_value,
    "override added": _added(
        *("fieldConfig", "overrides"),
        item={
            "matcher": {"id": "byName", "options": "edited"},
            "properties": [{"id": "unit", "value": "s"}],
        },
    ),
    "override removed": _dropped("fieldConfig", "overrides"),
    "data link": _added("fieldConfig", "defaults", "links", item={"title": "x", "url": "/x"}),
    "field option": _any_scalar("fieldConfig", "defaults", "custom"),
    "field option nobody knows": _text("fieldConfig", "defaults", "custom", "flux"),
    "option": _any_scalar("options"),
    "option nobody knows": _text("options", "flux", "capacitor"),
    "legend": _text("options", "legend", "placement"),
    "legend's values": _added("options", "legend", "calcs", item={"edited": True}),
    "tooltip": _text("options", "tooltip", "mode"),
    "transformation added": _added(
        "transformations", item={"id": "limit", "options": {"limitField": 3}}
    ),
    "transformation removed": _dropped("transformations"),
    "link": _added("links", item={"title": "edited", "url": "/d/edited"}),
    "old graph's legend": _text("legend", "sort"),
    "old graph's line": _number("linewidth"),
    "old graph's axis": _axis_unit,
    "old graph's series": _series_override,
    "old graph's alert": _alert_level,
    "old table's column": _column,
}


def _of_panel(change: PanelEdit) -> Edit:
    def edit(document: Spec, chance: Random) -> bool:
        found = [panel for panel in panels(document) if panel.get("type") != "row"]
        return bool(found) and change(chance.choice(found), chance)

    return edit


# --- where panels stand -----------------------------------------------------------------------


def _panel_added(document: Spec, _chance: Random) -> bool:
    position = {"x": 0, "y": 100_000, "w": 12, "h": 8}
    new = {"id": 987_654, "type": "stat", "title": "Edited in", "gridPos": position}
    _list(document, "panels").append(new)
    return True


def _panel_removed(document: Spec, chance: Random) -> bool:
    found = [one for one in _objects(document.get("panels")) if one in list(panels(document))]
    found = [one for one in found if one.get("type") != "row"]
    if not found:
        return False
    document["panels"].remove(chance.choice(found))
    return True


def _resized(document: Spec, chance: Random) -> bool:
    found = [one for one in panels(document) if isinstance(one.get("gridPos"), dict)]
    found = [one for one in found if one.get("type") != "row" and "h" in one["gridPos"]]
    if not found:
        return False
    chance.choice(found)["gridPos"]["h"] += chance.randrange(1, 5)
    return True


def _swapped(document: Spec, chance: Random) -> bool:
    found = [one for one in _objects(document.get("panels")) if one in list(panels(document))]
    sides = [one for one in found if isinstance(one.get("gridPos"), dict)]
    pairs = [
        (a, b)
        for a in sides
        for b in sides
        if _box(a)[1:] == _box(b)[1:] and _box(a)[0] < _box(b)[0] and a.get("id") != b.get("id")
    ]
    if not pairs:
        return False
    a, b = chance.choice(pairs)
    a["gridPos"], b["gridPos"] = b["gridPos"], a["gridPos"]
    return True


def _box(panel: Spec) -> tuple[Any, ...]:
    return tuple(panel["gridPos"].get(key, 0) for key in ("x", "y", "w", "h"))


def _row(change: PanelEdit) -> Edit:
    def edit(document: Spec, chance: Random) -> bool:
        rows = [one for one in panels(document) if one.get("type") == "row"]
        return bool(rows) and change(chance.choice(rows), chance)

    return edit


# --- of the dashboard -------------------------------------------------------------------------


def _item(key: str, change: PanelEdit) -> Edit:
    """Edit a variable or an annotation."""

    def edit(document: Spec, chance: Random) -> bool:
        found = _objects(_object(document, key).get("list"))
        found = [one for one in found if one.get("builtIn") != 1]
        return bool(found) and change(chance.choice(found), chance)

    return edit


def _item_removed(key: str) -> Edit:
    def edit(document: Spec, chance: Random) -> bool:
        items = _list(_object(document, key), "list")
        found = [one for one in _objects(items) if one.get("builtIn") != 1]
        if not found:
            return False
        items.remove(chance.choice(found))
        return True

    return edit


def _item_added(key: str, **item: Any) -> Edit:
    def edit(document: Spec, _chance: Random) -> bool:
        _list(_object(document, key), "list").append(copy.deepcopy(item))
        return True

    return edit


def _variable_query(variable: Spec, chance: Random) -> bool:
    query = variable.get("query")
    if isinstance(query, dict):
        if not isinstance(query.get("query"), str):
            return False
        query["query"] = _other(query["query"], chance)
    else:
        variable["query"] = _other(query, chance)
    query = variable["query"]
    if isinstance(variable.get("definition"), str):
        variable["definition"] = query["query"] if isinstance(query, dict) else query
    return True


def _tag_removed(document: Spec, chance: Random) -> bool:
    return _dropped("tags")(document, chance)


def _tag_added(document: Spec, _chance: Random) -> bool:
    _list(document, "tags").append("edited")
    return True


def _theme(document: Spec, _chance: Random) -> bool:
    document["timezone"] = "utc" if document.get("timezone") != "utc" else "browser"
    return True


EDITS: Mapping[str, Edit] = {
    **{f"panel's {name}": _of_panel(edit) for name, edit in PANEL.items()},
    "panel added": _panel_added,
    "panel removed": _panel_removed,
    "panel resized": _resized,
    "panels swapped": _swapped,
    "row's title": _row(_text("title")),
    "row's repetition": _row(_text("repeat")),
    "title": _text("title"),
    "description": _text("description"),
    "tag added": _tag_added,
    "tag removed": _tag_removed,
    "time range": _text("time", "from"),
    "refresh": _text("refresh"),
    "time zone": _theme,
    "tooltips shared": _number("graphTooltip"),
    "link added": _added("links", item={"title": "edited", "type": "link", "url": "/edited"}),
    "link removed": _dropped("links"),
    "variable added": _item_added("templating", name="edited", type="custom", query="a,b"),
    "variable removed": _item_removed("templating"),
    "variable's query": _item("templating", _variable_query),
    "variable's label": _item("templating", _text("label")),
    "variable's expression": _item("templating", _text("regex")),
    "variable's several values": _item("templating", _toggled("multi")),
    "variable's all": _item("templating", _toggled("includeAll")),
    "variable hidden": _item("templating", _number("hide")),
    "variable sorted": _item("templating", _number("sort")),
    "annotation added": _item_added("annotations", name="edited", enable=True, expr="up == 0"),
    "annotation removed": _item_removed("annotations"),
    "annotation's query": _item("annotations", _text("expr")),
    "annotation's colour": _item("annotations", _text("iconColor")),
}
