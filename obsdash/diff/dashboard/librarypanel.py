"""What changed in a library panel: its name, its folder, the panel itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from obsdash.diff.dashboard.panel import panel_findings, renamed
from obsdash.diff.dashboard.panels import Panel, lone
from obsdash.diff.naming import Finding, Topic, part_findings
from obsdash.diff.plain import moved
from obsdash.diff.scope import Part, Scope
from obsdash.migration.sources import NONE, Sources
from obsdash.resource import Resource
from obsdash.spelling import cut

_TOPICS = (Topic(("name",), renamed, "renamed"),)


def library_panel_findings(
    live: Resource, desired: Resource, sources: Sources = NONE
) -> Iterator[Finding]:
    """Yield what separates two library panels."""
    yield from moved(live, desired)
    scope = Scope(Part.OTHER, _head(live.spec), _head(desired.spec))
    yield from part_findings(scope, "", _TOPICS, desired)
    old, new = _panel(live), _panel(desired)
    if old.content != new.content:
        yield from panel_findings(old, new, f'panel "{cut(new.title)}"', desired, sources)


def _head(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in spec.items() if key != "model"}


def _panel(resource: Resource) -> Panel:
    model = resource.spec.get("model")
    return lone(model if isinstance(model, dict) else {}, "/model")
