"""Every query of the resources: panels, variables, annotations, rules."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from obsdash.origin import Mark
from obsdash.resource import DASHBOARD, LOKI_RULE_GROUP, RULE_GROUP, Resource, Spec
from obsdash.verify.model import Query, Source

# Where a query's text stands, by the data sources that have one; the first that is there.
_TEXTS = ("expr", "query", "rawSql", "rawQuery", "target", "expression")
_BUILT_IN = {"grafana", "-- Grafana --", "-- Dashboard --", "dashboard"}


def collect(resources: Iterable[Resource]) -> Iterator[Query]:
    """Yield the queries in the order of the definitions."""
    for resource in resources:
        if resource.ref.kind == DASHBOARD:
            yield from _dashboard(resource)
        elif resource.ref.kind in (RULE_GROUP, LOKI_RULE_GROUP):
            yield from _rules(resource)


def source_of(value: Any, default: Source = Source()) -> Source:  # noqa: B008 (frozen)
    """Read a data source reference: `{type, uid}`, a name, a variable, or nothing."""
    if isinstance(value, Mapping):
        kind, uid = value.get("type"), value.get("uid")
        return Source(str(kind or ""), str(uid or "")) if kind or uid else default
    return Source(uid=value) if isinstance(value, str) and value != "default" else default


def _dashboard(resource: Resource) -> Iterator[Query]:
    for index, variable in enumerate(_list(resource.spec, "templating")):
        if variable.get("type") == "query":
            yield _variable(resource, variable, f"/templating/list/{index}")
    for index, annotation in enumerate(_list(resource.spec, "annotations")):
        source = source_of(annotation.get("datasource"))
        if annotation.get("expr") and annotation.get("enable", True):
            yield _annotation(resource, annotation, source, f"/annotations/list/{index}")
    yield from _panels(resource, resource.spec.get("panels"), "/panels")


def _list(spec: Spec, key: str) -> list[Mapping[str, Any]]:
    section = spec.get(key)
    found = section.get("list") if isinstance(section, Mapping) else None
    return [item for item in found or [] if isinstance(item, Mapping)]


def _variable(resource: Resource, variable: Mapping[str, Any], pointer: str) -> Query:
    model = variable.get("query")
    query = dict(model) if isinstance(model, Mapping) else {"query": model or ""}
    return Query(
        ref=resource.ref,
        part=f"variable {variable.get('name', '?')}",
        role="variable",
        source=source_of(variable.get("datasource")),
        text=_text(query) or str(variable.get("definition") or ""),
        model=query,
        origin=resource.origin_of(pointer),
        empty=_empty(resource, pointer),
    )


def _annotation(
    resource: Resource, annotation: Mapping[str, Any], source: Source, pointer: str
) -> Query:
    return Query(
        ref=resource.ref,
        part=f'annotation "{annotation.get("name", "?")}"',
        role="annotation",
        source=source,
        text=str(annotation["expr"]),
        model=annotation,
        origin=resource.origin_of(pointer),
        empty=_empty(resource, pointer) or "nothing may have happened",
    )


def _panels(resource: Resource, panels: Any, pointer: str) -> Iterator[Query]:
    for index, panel in enumerate(panels if isinstance(panels, list) else []):
        if isinstance(panel, Mapping):
            here = f"{pointer}/{index}"
            yield from _targets(resource, panel, here)
            yield from _panels(resource, panel.get("panels"), f"{here}/panels")


def _targets(resource: Resource, panel: Mapping[str, Any], pointer: str) -> Iterator[Query]:
    source = source_of(panel.get("datasource"))
    targets = panel.get("targets")
    for index, target in enumerate(targets if isinstance(targets, list) else []):
        own = source_of(target.get("datasource"), source) if isinstance(target, Mapping) else source
        if not isinstance(target, Mapping) or own.uid in _BUILT_IN:
            continue
        here = f"{pointer}/targets/{index}"
        yield Query(
            ref=resource.ref,
            part=f'panel "{panel.get("title", "")}" query {target.get("refId", index)}',
            role="panel",
            source=own,
            text=_text(target),
            model=target,
            origin=resource.origin_of(here),
            empty=_empty(resource, here) or _empty(resource, pointer),
            instant=bool(target.get("instant")) and not target.get("range"),
        )


def _rules(resource: Resource) -> Iterator[Query]:
    kind = "loki" if resource.ref.kind == LOKI_RULE_GROUP else "prometheus"
    for index, rule in enumerate(resource.spec.get("rules", [])):
        here = f"/rules/{index}"
        alert = rule.get("alert")
        yield Query(
            ref=resource.ref,
            part=f"alert {alert}" if alert else f"record {rule.get('record')}",
            role="alert" if alert else "record",
            source=Source(kind),
            text=str(rule.get("expr", "")),
            model=rule,
            origin=resource.origin_of(here),
            empty=_empty(resource, here) or ("no alert is firing" if alert else None),
            instant=True,
        )


def _text(model: Mapping[str, Any]) -> str:
    return next((text for key in _TEXTS if isinstance(text := model.get(key), str) and text), "")


def _empty(resource: Resource, pointer: str) -> str | None:
    return resource.marks.get(pointer, Mark()).empty
