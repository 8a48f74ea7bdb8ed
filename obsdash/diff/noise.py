"""Differences that say nothing: counted by class, never reported. A class is a line in a table.

A class folds a difference only where both sides mean the same to the server that reads them; in
doubt a difference is a change.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from obsdash.diff import defaults
from obsdash.diff.leaves import ORDER, Leaf, Place, same, value_at
from obsdash.diff.missing import MISSING
from obsdash.durations import milliseconds
from obsdash.promql import canonical, collapsed


class Part(Enum):
    """What a leaf's path is relative to."""

    DASHBOARD = "dashboard"
    PANEL = "panel"
    VARIABLE = "variable"
    ANNOTATION = "annotation"
    DATASOURCE = "data source"
    RULE = "rule"
    GROUP = "rule group"
    ALERTMANAGER = "Alertmanager configuration"
    OTHER = "other"


class Scope(NamedTuple):
    """The two documents, or parts of them, that a leaf separates."""

    part: Part
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    place: Place = Place()


class NoiseClass(NamedTuple):
    """A kind of difference that is folded away; `meaning` completes "hidden: …"."""

    name: str
    meaning: str
    folds: Callable[[Leaf, Scope], bool]


def noise_class(leaf: Leaf, scope: Scope) -> str | None:
    """Return the name of the first class that folds a difference, None when it matters."""
    return next((entry.name for entry in NOISE if entry.folds(leaf, scope)), None)


# What only a server says of a data source.
_DATASOURCE_KEYS = frozenset(
    (
        *("id", "orgId", "version", "typeLogoUrl", "typeName", "readOnly", "apiVersion"),
        *("accessControl", "secureJsonFields"),
    )
)


def _server(leaf: Leaf, scope: Scope) -> bool:
    if scope.part is Part.DASHBOARD:
        return leaf.path in (("id",), ("version",), ("uid",))
    if scope.part is Part.DATASOURCE:
        return leaf.after is MISSING and leaf.path[0] in _DATASOURCE_KEYS
    return scope.part is Part.PANEL and leaf.path == ("id",) and leaf.after in (MISSING, None)


def _volatile(leaf: Leaf, scope: Scope) -> bool:
    match scope.part:
        case Part.DASHBOARD:
            return leaf.path == ("iteration",)
        case Part.PANEL:
            return leaf.path == ("pluginVersion",)
        case Part.VARIABLE:
            return _volatile_variable(leaf, scope)
    return False


# Variables whose `current` and `options` are the author's, not what the server last found.
_CHOSEN = ("custom", "constant", "textbox", "interval")


def _volatile_variable(leaf: Leaf, scope: Scope) -> bool:
    if leaf.path[-1] in ("selected", "isNone") or leaf.path == ("error",):
        return True
    return leaf.path[0] in ("current", "options") and scope.after.get("type") not in _CHOSEN


# Lists and texts that mean the same empty and absent.
_EMPTY_LISTS = frozenset(
    (
        *("calcs", "dataLinks", "filters", "include", "links", "list", "mappings", "options"),
        *("overrides", "panels", "tags", "targets", "transformations"),
    )
)
_EMPTY_TEXTS = frozenset(
    (
        *("allValue", "definition", "description", "displayName", "interval", "label"),
        *("legendFormat", "refresh", "regex", "timezone", "title", "unit", "weekStart"),
    )
)


def _null(leaf: Leaf, _scope: Scope) -> bool:
    if leaf.before in (None, {}) and leaf.after in (None, {}):
        return True
    present = leaf.after if leaf.before is MISSING else leaf.before
    if leaf.before is not MISSING and leaf.after is not MISSING:
        return False
    key = leaf.path[-1]
    return (
        present is None
        or present == {}
        or (present == [] and key in _EMPTY_LISTS)
        or (present == "" and key in _EMPTY_TEXTS)
    )


def _base_threshold(leaf: Leaf, _scope: Scope) -> bool:
    """Fold null ↔ absent ↔ the text "null" in the value of the first step."""
    if leaf.path[-3:] != ("steps", "step", "value"):
        return False
    return all(value in (MISSING, None, "null") for value in (leaf.before, leaf.after))


def _default(leaf: Leaf, scope: Scope) -> bool:
    if leaf.before is not MISSING and leaf.after is not MISSING:
        return False
    value = leaf.after if leaf.before is MISSING else leaf.before
    if scope.part is Part.DASHBOARD and leaf.path[:2] == ("annotations", "list"):
        return isinstance(value, dict) and value.get("builtIn") == 1
    known = _defaults(leaf, scope)
    dotted = ".".join(leaf.path[2:] if leaf.path[0] == "targets" else leaf.path)
    return dotted in known and same(known[dotted], without_nulls(value))


def without_nulls(value: Any) -> Any:
    """Return a value without the nulls in its objects."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def _defaults(leaf: Leaf, scope: Scope) -> defaults.Defaults:
    match scope.part:
        case Part.DASHBOARD:
            return defaults.DASHBOARD
        case Part.VARIABLE:
            return defaults.VARIABLE
        case Part.ANNOTATION:
            return defaults.ANNOTATION
        case Part.GROUP:
            return defaults.GROUP
        case Part.PANEL if leaf.path[0] == "targets":
            return defaults.TARGET
        case Part.PANEL:
            plugin = defaults.PANELS.get(str(scope.after.get("type")), {})
            return {**defaults.PANEL, **plugin}
    return {}


def _reference(leaf: Leaf, scope: Scope) -> bool:
    """Fold the spellings of one data source: `"prom"`, `{uid: prom}`, `{type: …, uid: prom}`."""
    if leaf.path[-1] != "datasource":
        return False
    inherited = leaf.path[0] == "targets"  # a query without a data source has its panel's
    before = scope.before.get("datasource") if inherited and _absent(leaf.before) else leaf.before
    after = scope.after.get("datasource") if inherited and _absent(leaf.after) else leaf.after
    if _absent(before) or _absent(after):
        return _absent(before) and _absent(after)
    (old_type, old_uid), (new_type, new_uid) = _type_and_uid(before), _type_and_uid(after)
    return old_uid == new_uid and (old_type == new_type or not (old_type and new_type))


def _absent(value: Any) -> bool:
    return value is MISSING or value is None


def _type_and_uid(reference: Any) -> tuple[Any, Any]:
    kind, uid = "", reference
    if isinstance(reference, dict):
        kind, uid = reference.get("type", ""), reference.get("uid")
    if uid in ("-- Grafana --", "grafana"):
        return "grafana", "grafana"
    return kind, uid


def _spelling(leaf: Leaf, scope: Scope) -> bool:
    if leaf.path[-1] not in ("expr", "query"):
        return False
    before, after = leaf.before, leaf.after
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    if leaf.path[-1] == "query" or dialect(leaf, scope) == "loki":
        return collapsed(before) == collapsed(after)
    return canonical(before) == canonical(after)


def dialect(leaf: Leaf, scope: Scope) -> str:
    """Return the type of the data source that a query in a panel, rule, … is written for."""
    target: Any = scope.after
    if leaf.path[0] == "targets":
        target = value_at(
            scope.after, leaf.place.desired[len(scope.place.desired) :].rpartition("/")[0]
        )
    for holder in (target, scope.after):
        reference = holder.get("datasource") if isinstance(holder, dict) else None
        if isinstance(reference, dict) and reference.get("type"):
            return str(reference["type"])
    return ""


def _order(leaf: Leaf, scope: Scope) -> bool:
    if leaf.path[-1] == ORDER:
        return leaf.path[-2] in ("links", "receivers")
    if scope.part is Part.ALERTMANAGER or leaf.path == ("tags",):
        before, after = leaf.before, leaf.after
        lists = isinstance(before, list) and isinstance(after, list)
        return lists and sorted(map(str, before)) == sorted(map(str, after))
    return False


def _number(leaf: Leaf, _scope: Scope) -> bool:
    kinds = {type(leaf.before), type(leaf.after)}
    return kinds == {int, float} and float(leaf.before) == float(leaf.after)


_DURATIONS = {
    Part.RULE: ("for", "keep_firing_for"),
    Part.GROUP: ("interval", "query_offset"),
    Part.ALERTMANAGER: ("group_wait", "group_interval", "repeat_interval", "resolve_timeout"),
}


def _duration(leaf: Leaf, scope: Scope) -> bool:
    if leaf.path[-1] not in _DURATIONS.get(scope.part, ()):
        return False
    before, after = _milliseconds(leaf.before), _milliseconds(leaf.after)
    return before is not None and before == after


def _milliseconds(duration: Any) -> int | None:
    """Read a Prometheus duration; none is 0, what is no duration is None."""
    if duration in (MISSING, None, "", "0", 0):
        return 0
    return milliseconds(duration) if isinstance(duration, str) else None


def _secret(leaf: Leaf, scope: Scope) -> bool:
    return scope.part is Part.ALERTMANAGER and leaf.before == "<secret>" and _text(leaf.after)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _zero(leaf: Leaf, scope: Scope) -> bool:
    """Fold what a server shows of a data source that the definition leaves unsaid."""
    if scope.part is not Part.DATASOURCE or leaf.after is not MISSING:
        return False
    return leaf.before is False or leaf.before in ("", None, [], {})


def _migrated(leaf: Leaf, scope: Scope) -> bool:
    """Fold what newer editors write for the same: a lifted schema version, a query as object."""
    if scope.part is Part.DASHBOARD and leaf.path == ("schemaVersion",):
        before, after = leaf.before, leaf.after
        return isinstance(before, int) and isinstance(after, int) and before > after
    if scope.part is Part.VARIABLE and leaf.path[0] in ("query", "definition"):
        return same(_variable_query(scope.before), _variable_query(scope.after))
    return False


def _variable_query(variable: Mapping[str, Any]) -> Any:
    query = variable.get("query")
    return query.get("query") if isinstance(query, dict) else query


SERVER, DEFAULT, LAYOUT = "server", "default", "layout"  # folded where the parts are paired, too

NOISE: tuple[NoiseClass, ...] = (
    NoiseClass(SERVER, "filled in by the server: id, version, …", _server),
    NoiseClass("volatile", "what was last seen, not what was defined", _volatile),
    NoiseClass("empty", "null or empty, which means absent", _null),
    NoiseClass("base threshold", "the first threshold step has no value", _base_threshold),
    NoiseClass(DEFAULT, "a default written out", _default),
    NoiseClass("reference", "another spelling of the same data source", _reference),
    NoiseClass("query", "another spelling of the same query", _spelling),
    NoiseClass("duration", "another spelling of the same duration", _duration),
    NoiseClass("order", "another order where order says nothing", _order),
    NoiseClass("number", "another spelling of the same number", _number),
    NoiseClass("migrated", "lifted to the server's own schema version", _migrated),
    NoiseClass("secret", "kept by the server, which does not show it", _secret),
    NoiseClass("unset", "an empty value that the definition leaves out", _zero),
    NoiseClass(LAYOUT, "gaps closed, which Grafana does itself", lambda _leaf, _scope: False),
)
