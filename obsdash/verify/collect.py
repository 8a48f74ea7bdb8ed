"""Every query of the resources: panels, variables, annotations, rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from obsdash.origin import Mark
from obsdash.resource import DASHBOARD, LOKI_RULE_GROUP, RULE_GROUP, Resource
from obsdash.verify.model import Query, Source, Timing

# Where a query's text stands, by the data sources that have one; the first that is there.
_TEXTS = ("expr", "query", "rawSql", "rawQuery", "target", "expression")
_NO_QUERIES = {
    "row", "text", "alertlist", "annolist", "dashlist", "gettingstarted", "news", "welcome",
    "pluginlist",
}  # fmt: skip
_LOGICAL = {
    "__expr__": "it computes on other queries' answers",
    "-- Dashboard --": "it shows another panel's answer",
    "-- Grafana --": "it asks Grafana itself",
    "-- Mixed --": "its panel mixes data sources and it names none",
    "grafana": "it asks Grafana itself",
}


def queries_of(resource: Resource) -> Iterator[Query]:
    """Yield a resource's queries in the order of its document; what is none has `skip` set."""
    if resource.ref.kind == DASHBOARD:
        yield from _variables(resource)
        yield from _annotations(resource)
        yield from _panels(resource, resource.spec.get("panels"), "/panels")
        for index, row in enumerate(_list(resource.spec.get("rows"))):  # Grafana before 5
            panels = row.get("panels") if isinstance(row, Mapping) else None
            yield from _panels(resource, panels, f"/rows/{index}/panels")
    elif resource.ref.kind in (RULE_GROUP, LOKI_RULE_GROUP):
        yield from _rules(resource)


def source_of(value: Any, default: Source = Source()) -> Source:  # noqa: B008 (frozen)
    """Read a data source reference: `{type, uid}`, a name, a variable, or nothing."""
    if isinstance(value, Mapping):
        kind, uid = _string(value.get("type")), _string(value.get("uid"))
        return Source(kind, "" if uid == "default" else uid) if kind or uid else default
    return Source(uid=value) if isinstance(value, str) and value not in ("", "default") else default


def variables_of(spec: Mapping[str, Any]) -> list[Any]:
    """Return a dashboard's variables as they stand."""
    return _section(spec, "templating")


def _variables(resource: Resource) -> Iterator[Query]:
    for index, variable in enumerate(variables_of(resource.spec)):
        pointer = f"/templating/list/{index}"
        if not isinstance(variable, Mapping):
            yield _nothing(resource, f"variable {index + 1}", pointer, "variable")
        elif variable.get("type") == "query":
            yield _variable(resource, variable, pointer)


def _variable(resource: Resource, variable: Mapping[str, Any], pointer: str) -> Query:
    source = source_of(variable.get("datasource"))
    given = variable.get("query")
    model = given if isinstance(given, Mapping) else {"query": given}
    return Query(
        ref=resource.ref,
        part=f"variable {variable.get('name', '?')}",
        role="variable",
        source=source,
        text=_variable_text(model) or _string(variable.get("definition")),
        model=model,
        origin=resource.origin_of(pointer),
        empty=_empty(resource, pointer),
        skip=_logical(source),
    )


def _variable_text(model: Mapping[str, Any]) -> str:
    """Return the call that a variable's query means, also where an editor split it into fields."""
    if model.get("qryType") == 4:  # Prometheus' "series query"
        return f"series({_text(model)})"
    label, stream = _string(model.get("label")), _string(model.get("stream"))
    if "stream" in model:  # Loki's editor
        inner = f"{stream}, {label}" if stream else label
        return f"label_values({inner})" if label else "label_names()"
    return _text(model)


def _annotations(resource: Resource) -> Iterator[Query]:
    for index, annotation in enumerate(_section(resource.spec, "annotations")):
        pointer = f"/annotations/list/{index}"
        if not isinstance(annotation, Mapping):
            yield _nothing(resource, f"annotation {index + 1}", pointer, "annotation")
        elif not (annotation.get("builtIn") or _logical(source_of(annotation.get("datasource")))):
            yield _annotation(resource, annotation, pointer)


def _annotation(resource: Resource, annotation: Mapping[str, Any], pointer: str) -> Query:
    inner = annotation.get("target")  # newer editors put the query here
    model = inner if isinstance(inner, Mapping) and not annotation.get("expr") else annotation
    return Query(
        ref=resource.ref,
        part=f'annotation "{annotation.get("name", "?")}"',
        role="annotation",
        source=source_of(annotation.get("datasource")),
        text=_text(model),
        model=model,
        origin=resource.origin_of(pointer),
        empty=_empty(resource, pointer) or "nothing may have happened",
    )


def _panels(
    resource: Resource, panels: Any, pointer: str, repeat: tuple[str, ...] = ()
) -> Iterator[Query]:
    """Yield the queries of panels, those inside rows too."""
    for index, panel in enumerate(_list(panels)):
        here = f"{pointer}/{index}"
        if not isinstance(panel, Mapping):
            yield _nothing(resource, f"panel {index + 1}", here, "panel")
            continue
        by = _string(panel.get("repeat"))
        repeated = (*repeat, by) if by else repeat
        if panel.get("type") != "row":
            yield from _panel(resource, panel, here, repeated)
        inner_repeat = repeated if panel.get("type") == "row" else repeat
        yield from _panels(resource, panel.get("panels"), f"{here}/panels", inner_repeat)


def _panel(
    resource: Resource, panel: Mapping[str, Any], pointer: str, repeat: tuple[str, ...]
) -> Iterator[Query]:
    targets = _list(panel.get("targets"))
    name = f'panel "{panel.get("title") or panel.get("id", "")}"'
    library = panel.get("libraryPanel")
    if isinstance(library, Mapping) and not targets:
        why = f"its query is in the library panel {library.get('name') or library.get('uid')}"
        yield _nothing(resource, name, pointer, "panel", why)
    if _string(panel.get("type")) in _NO_QUERIES:
        return
    computes = any(isinstance(t, Mapping) and _computes(t) for t in targets)
    for index, target in enumerate(targets):
        here = f"{pointer}/targets/{index}"
        if not isinstance(target, Mapping):
            yield _nothing(resource, f"{name} query {index + 1}", here, "panel")
            continue
        source = source_of(target.get("datasource"), source_of(panel.get("datasource")))
        hidden = "it is hidden" if target.get("hide") is True and not computes else ""
        yield Query(
            ref=resource.ref,
            part=f"{name} query {target.get('refId') or index + 1}",
            role="panel",
            source=source,
            text=_text(target),
            model=target,
            origin=resource.origin_of(here),
            empty=_empty(resource, here) or _empty(resource, pointer),
            instant=_instant(target),
            skip=_logical(source) or hidden,
            repeat=repeat,
            timing=_timing(panel, target),
        )


def _rules(resource: Resource) -> Iterator[Query]:
    kind = "loki" if resource.ref.kind == LOKI_RULE_GROUP else "prometheus"
    for index, rule in enumerate(_list(resource.spec.get("rules"))):
        pointer = f"/rules/{index}"
        if not isinstance(rule, Mapping):
            yield _nothing(resource, f"rule {index + 1}", pointer, "record")
            continue
        alert = rule.get("alert")
        expr = rule.get("expr", "")
        yield Query(
            ref=resource.ref,
            part=f"alert {alert}" if alert else f"record {rule.get('record', index + 1)}",
            role="alert" if alert else "record",
            source=Source(kind),
            text=str(expr) if isinstance(expr, str | int | float) else "",
            model=rule,
            origin=resource.origin_of(pointer),
            empty=_empty(resource, pointer) or ("no alert is firing" if alert else None),
            instant=True,
        )


def _nothing(
    resource: Resource, part: str, pointer: str, role: Any, why: str = "it is not an object"
) -> Query:
    """Return the query that stands for something that has none."""
    return Query(resource.ref, part, role, origin=resource.origin_of(pointer), skip=why)


def _logical(source: Source) -> str:
    return _LOGICAL.get(source.uid) or _LOGICAL.get(source.type, "")


def _computes(target: Mapping[str, Any]) -> bool:
    return source_of(target.get("datasource")).uid == "__expr__"


def _instant(target: Mapping[str, Any]) -> bool:
    """Whether a query asks for the end of the range only: Loki's word for it, or Prometheus'."""
    if target.get("queryType") == "instant":
        return True
    return bool(target.get("instant")) and not target.get("range")


def _timing(panel: Mapping[str, Any], target: Mapping[str, Any]) -> Timing:
    points = panel.get("maxDataPoints")
    return Timing(
        least_step=_string(target.get("interval")) or _string(panel.get("interval")),
        since=_string(panel.get("timeFrom")),
        shift=_string(panel.get("timeShift")),
        points=points if isinstance(points, int) and points > 0 else Timing().points,
    )


def _section(spec: Mapping[str, Any], key: str) -> list[Any]:
    section = spec.get(key)
    return _list(section.get("list")) if isinstance(section, Mapping) else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _text(model: Mapping[str, Any]) -> str:
    return next((text for key in _TEXTS if (text := _string(model.get(key)))), "")


def _empty(resource: Resource, pointer: str) -> str | None:
    return resource.marks.get(pointer, Mark()).empty
