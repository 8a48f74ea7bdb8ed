"""What changed in a PrometheusRule: its groups as rule groups, the rest as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from obsdash.change import Change
from obsdash.diff.naming import Finding, part_findings, whole
from obsdash.diff.rules.rules import group_findings
from obsdash.diff.scope import Part, Scope
from obsdash.origin import Mark
from obsdash.resource import RULE_GROUP, Ref, Resource
from obsdash.spelling import quoted

_GROUPS = "/spec/groups"


def object_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two PrometheusRules."""
    scope = Scope(Part.OTHER, _besides(live.spec), _besides(desired.spec))
    yield from part_findings(scope, "", (), desired)
    old, new = _groups(live), _groups(desired)
    for name, group in new.items():
        if name in old:
            yield from _inside(group_findings(old[name], group), group)
        else:
            path = group.ref.uid
            yield whole(desired, f"group {quoted(name)}", "added", "added", path, None, group.spec)
    for name in old.keys() - new.keys():
        path, spec = old[name].ref.uid, old[name].spec
        yield whole(desired, f"group {quoted(name)}", "removed", "removed", path, spec, None)


def _inside(findings: Iterator[Finding], group: Resource) -> Iterator[Finding]:
    """Tell of a group's changes where they are in the whole."""
    for finding in findings:
        if isinstance(finding, Change):
            subject = finding.subject or f"group {quoted(str(group.spec.get('name')))}"
            yield replace(finding, subject=subject, path=f"{group.ref.uid}{finding.path}")
        else:
            yield finding


def _besides(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in spec.items() if key != "spec"}


def _groups(resource: Resource) -> dict[str, Resource]:
    """Return the groups by name; the uid of each is its place."""
    inner = resource.spec.get("spec")
    groups = inner.get("groups") if isinstance(inner, dict) else None
    return {
        str(group.get("name")): _group(resource, group, f"{_GROUPS}/{index}")
        for index, group in enumerate(groups if isinstance(groups, list) else ())
        if isinstance(group, dict)
    }


def _group(resource: Resource, group: Any, inside: str) -> Resource:
    marks: dict[str, Mark] = {
        pointer[len(inside) :]: mark
        for pointer, mark in resource.marks.items()
        if pointer == inside or pointer.startswith(f"{inside}/")
    }
    return Resource(Ref(RULE_GROUP, inside), group, marks=marks)
