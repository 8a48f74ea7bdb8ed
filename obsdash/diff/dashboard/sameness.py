"""When the two sides of a difference mean the same; one function a class of noise."""

from collections.abc import Mapping
from typing import Any

from obsdash.diff.dashboard import defaults, sourcedefaults
from obsdash.diff.dashboard.filledin import filled_in
from obsdash.diff.leaf import ORDER, Leaf
from obsdash.diff.leaves import same, value_at
from obsdash.diff.missing import MISSING
from obsdash.diff.routing.integrations import INTEGRATIONS, SECRET
from obsdash.diff.scope import Editor, Part, Scope
from obsdash.durations import milliseconds
from obsdash.migration.reading import integer
from obsdash.migration.sources import NONE, Sources
from obsdash.promql import canonical, collapsed

# What only a server says of a data source.
_DATASOURCE_KEYS = frozenset(
    (
        *("id", "orgId", "version", "typeLogoUrl", "typeName", "readOnly", "apiVersion"),
        *("accessControl", "secureJsonFields"),
    )
)


def server(leaf: Leaf, scope: Scope) -> bool:
    """Whether the server filled it in."""
    if scope.part is Part.DASHBOARD:
        return leaf.path in (("id",), ("version",), ("uid",))
    if scope.part is Part.DATASOURCE:
        return leaf.after is MISSING and leaf.path[0] in _DATASOURCE_KEYS
    return scope.part is Part.PANEL and leaf.path == ("id",) and leaf.after in (MISSING, None)


def volatile(leaf: Leaf, scope: Scope) -> bool:
    """Whether it is what was last seen: values found, the version of a plugin."""
    match scope.part:
        case Part.DASHBOARD:
            return leaf.path == ("iteration",)
        case Part.PANEL:
            return leaf.path[0] in ("pluginVersion", "scopedVars")
        case Part.VARIABLE:
            return _volatile_variable(leaf, scope)
    return False


# Variables whose `current` and `options` are the author's, not what the server last found.
_CHOSEN = ("custom", "constant", "textbox", "interval")


def _volatile_variable(leaf: Leaf, scope: Scope) -> bool:
    if leaf.path[-1] in ("selected", "isNone") or leaf.path in (("error",), ("index",)):
        return True
    if leaf.path[0] == "current" and _listed(leaf.before) == _listed(leaf.after):
        return True
    if leaf.path[0] == "options" and _found(leaf.before):
        return True
    if leaf.path[0] not in ("current", "options"):
        return False
    kind = scope.after.get("type")
    return kind not in _CHOSEN or (kind == "constant" and leaf.before is MISSING)


def _found(option: Any) -> bool:
    """Whether an option of an interval is the one that Grafana works out."""
    value = option.get("value") if isinstance(option, dict) else None
    return isinstance(value, str) and value.startswith("$__auto_interval")


def _listed(value: Any) -> Any:
    """Return a chosen value as where several may be chosen."""
    return [value] if isinstance(value, str) else value


# Lists and texts that mean the same empty and absent.
_EMPTY_LISTS = frozenset(
    (
        *("dataLinks", "filters", "include", "links", "list", "mappings", "options"),
        *("overrides", "panels", "tags", "targets", "transformations"),
    )
)
_EMPTY_TEXTS = frozenset(
    (
        *("allValue", "definition", "description", "displayName", "interval", "label"),
        *("legendFormat", "refresh", "regex", "timezone", "title", "unit", "weekStart"),
    )
)


def empty(leaf: Leaf, _scope: Scope) -> bool:
    """Whether it is null or empty on one side and absent on the other."""
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


def base_threshold(leaf: Leaf, scope: Scope) -> bool:
    """Whether it is a first step without a value: null, absent, the text "null".

    The editor takes the value of a first step away, which counts from below whatever it says.
    """
    if leaf.path[-3:] != ("steps", "step", "value") or leaf.before not in _NO_VALUE:
        return False
    return leaf.after in _NO_VALUE or scope.editor is not Editor.NONE


_NO_VALUE = (MISSING, None, "null")


def default(leaf: Leaf, scope: Scope) -> bool:
    """Whether it is absent on one side and the default on the other."""
    if leaf.before is not MISSING and leaf.after is not MISSING:
        return False
    value = leaf.after if leaf.before is MISSING else leaf.before
    if scope.part is Part.DASHBOARD and leaf.path[:2] == ("annotations", "list"):
        return isinstance(value, dict) and value.get("builtIn") == 1
    if scope.part is Part.ALERTMANAGER:
        return filled_in(leaf, scope)
    if scope.part is Part.DATASOURCE:
        return sourcedefaults.filled_in(leaf, scope)
    if scope.part is Part.ANNOTATION and _repeated(leaf, scope):
        return True
    known = _defaults(leaf, scope)
    dotted = ".".join(leaf.path[2:] if leaf.path[0] == "targets" else leaf.path)
    return dotted in known and same(known[dotted], _without_nulls(value))


def _repeated(leaf: Leaf, scope: Scope) -> bool:
    """Whether an annotation's target only repeats what the annotation itself says."""
    of_target = leaf.path[0] == "target" and leaf.after is MISSING
    return of_target and scope.after.get(leaf.path[-1]) == leaf.before


def _without_nulls(value: Any) -> Any:
    """Return a value without the nulls in its objects."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _defaults(leaf: Leaf, scope: Scope) -> defaults.Defaults:
    match scope.part:
        case Part.DASHBOARD:
            return defaults.DASHBOARD
        case Part.VARIABLE:
            return {**defaults.VARIABLE, **defaults.VARIABLES.get(str(scope.after.get("type")), {})}
        case Part.ANNOTATION:
            return defaults.ANNOTATION
        case Part.GROUP:
            return defaults.GROUP
        case Part.ALERT_RULE:
            return defaults.ALERT_RULE
        case Part.ALERT_QUERY:
            return defaults.ALERT_QUERY
        case Part.ALERT_MODEL:
            return defaults.ALERT_MODEL
        case Part.PANEL if leaf.path[0] == "targets":
            return defaults.TARGET
        case Part.PANEL:
            plugin = defaults.PANELS.get(str(scope.after.get("type")), {})
            return {**defaults.PANEL, **plugin}
    return {}


def reference(leaf: Leaf, scope: Scope) -> bool:
    """Whether it names one data source: `"prom"`, `{uid: prom}`, `{type: …, uid: prom}`."""
    if leaf.path[-1] != "datasource":
        return False
    inherited = leaf.path[0] == "targets"  # a query without a data source has its panel's
    before = scope.before.get("datasource") if inherited and _absent(leaf.before) else leaf.before
    after = scope.after.get("datasource") if inherited and _absent(leaf.after) else leaf.after
    return same_source(before, after, scope.sources)


def same_source(before: Any, after: Any, sources: Sources = NONE) -> bool:
    """Whether two references mean one data source, on a server that has the `sources`."""
    if sources.known:
        before, after = sources.resolved(before), sources.resolved(after)
    if _absent(before) or _absent(after):
        return _absent(before) and _absent(after)
    (old_type, old_uid), (new_type, new_uid) = _type_and_uid(before), _type_and_uid(after)
    if old_uid is None:
        return same(before, after) or (bool(old_type) and old_type == new_type)
    return old_uid == new_uid and (old_type == new_type or not (old_type and new_type))


def _absent(value: Any) -> bool:
    return value is MISSING or value is None


def _type_and_uid(value: Any) -> tuple[Any, Any]:
    kind, uid = "", value
    if isinstance(value, dict):
        kind, uid = value.get("type", ""), value.get("uid")
    if uid in ("-- Grafana --", "grafana"):
        return "grafana", "grafana"
    return kind, uid


def query(leaf: Leaf, scope: Scope) -> bool:
    """Whether it is one expression in two spellings."""
    before, after = leaf.before, leaf.after
    if leaf.path[-1] != "expr" or not (isinstance(before, str) and isinstance(after, str)):
        return False
    if dialect(leaf, scope) == "loki":
        return collapsed(before) == collapsed(after)
    return canonical(before) == canonical(after)


def dialect(leaf: Leaf, scope: Scope) -> str:
    """Return the type of the data source that a query in a panel, rule, … is written for."""
    target: Any = scope.after
    if leaf.path[0] == "targets":
        pointer = leaf.place.desired[len(scope.place.desired) :]
        target = value_at(scope.after, pointer.rpartition("/")[0])
    for holder in (target, scope.after):
        source = holder.get("datasource") if isinstance(holder, dict) else None
        if isinstance(source, dict) and source.get("type"):
            return str(source["type"])
    return ""


_UNORDERED = ("links", "receivers", "inhibit_rules", *INTEGRATIONS)


def order(leaf: Leaf, scope: Scope) -> bool:
    """Whether only the order differs, where it says nothing."""
    if leaf.path[-1] == ORDER:
        return leaf.path[-2] in _UNORDERED
    if scope.part is Part.ALERTMANAGER or leaf.path == ("tags",):
        before, after = leaf.before, leaf.after
        lists = isinstance(before, list) and isinstance(after, list)
        return lists and sorted(map(str, before)) == sorted(map(str, after))
    return False


def number(leaf: Leaf, scope: Scope) -> bool:
    """Whether it is one number with and without a point, or a text where only texts are read."""
    kinds = {type(leaf.before), type(leaf.after)}
    if kinds == {int, float}:
        return float(leaf.before) == float(leaf.after)
    a_text = scope.part is Part.ALERTMANAGER and str in kinds and kinds <= {str, int, float}
    return a_text and str(leaf.before) == str(leaf.after)


_DURATIONS = {
    Part.RULE: ("for", "keep_firing_for"),
    Part.ALERT_RULE: ("for", "keep_firing_for"),
    Part.GROUP: ("interval", "query_offset"),
    Part.ALERTMANAGER: (
        *("group_wait", "group_interval", "repeat_interval", "resolve_timeout"),
        *("timeout", "retry", "expire", "ttl", "reopen_duration"),
    ),
}


def duration(leaf: Leaf, scope: Scope) -> bool:
    """Whether it is one duration in two spellings."""
    if leaf.path[-1] not in _DURATIONS.get(scope.part, ()):
        return False
    if scope.part is Part.ALERTMANAGER and MISSING in (leaf.before, leaf.after):
        return False  # a route without one has its parent's
    before, after = _milliseconds(leaf.before), _milliseconds(leaf.after)
    return before is not None and before == after


def _milliseconds(value: Any) -> int | None:
    """Read a Prometheus duration; none is 0, what is no duration is None."""
    if value in (MISSING, None, "", "0", 0):
        return 0
    return milliseconds(value) if isinstance(value, str) else None


def secret(leaf: Leaf, scope: Scope) -> bool:
    """Whether it is a secret that the server keeps to itself."""
    there = isinstance(leaf.after, str) and leaf.after != ""
    return scope.part is Part.ALERTMANAGER and leaf.before == SECRET and there


def unset(leaf: Leaf, scope: Scope) -> bool:
    """Whether a server shows as empty what the definition of a data source leaves unsaid."""
    if scope.part is not Part.DATASOURCE or leaf.after is not MISSING:
        return False
    return leaf.before is False or leaf.before in ("", None, [], {})


def migrated(leaf: Leaf, scope: Scope) -> bool:
    """Whether a newer editor wrote it: a lifted schema version, a query as an object."""
    if scope.part is Part.DASHBOARD and leaf.path == ("schemaVersion",):
        return integer(leaf.before) > integer(leaf.after) or scope.editor is Editor.OLDER
    if scope.part is Part.VARIABLE and leaf.path[0] in ("query", "definition"):
        return same(variable_query(scope.before), variable_query(scope.after))
    return False


def variable_query(variable: Mapping[str, Any]) -> Any:
    """Return what a variable asks for, as text where it is one."""
    query = variable.get("query")
    return query.get("query") if isinstance(query, dict) else query
