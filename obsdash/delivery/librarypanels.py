"""Library panels where there is a library, and where there is none.

A dashboard shows a library panel by reference: `{"id", "gridPos", "title", "libraryPanel": {"uid",
"name"}}`. Grafana keeps the panel itself in its library; file provisioning has no library, so there
the panel is written into each dashboard that shows it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from obsdash.origin import EMPTY_KEY, ORIGIN_KEY, Mark
from obsdash.resource import DASHBOARD, LIBRARY_PANEL, Resource, Spec

# What a dashboard says of a library panel; all else Grafana reads from the library.
_REFERENCE = frozenset(
    ("id", "gridPos", "title", "repeat", "repeatDirection", "maxPerRow", ORIGIN_KEY, EMPTY_KEY)
)
# What a panel says of its place, which each dashboard decides for itself.
_PLACE = ("id", "gridPos", "libraryPanel")

Change = Callable[[Spec, str], Spec]  # a reference and its JSON pointer → what to put there


def model(panel: Spec) -> Spec:
    """Return a panel without its place: what the library holds of it."""
    return {key: value for key, value in panel.items() if key not in _PLACE}


def shown(dashboard: Spec) -> list[str]:
    """Return the uids of the library panels that a dashboard shows."""
    found: set[str] = set()

    def note(panel: Spec, _pointer: str) -> Spec:
        found.add(_uid(panel))
        return panel

    _changed(dashboard, note)
    return sorted(found)


def trimmed(dashboard: Spec) -> Spec:
    """Return a dashboard that says of library panels what counts: which, and where.

    Editors of many versions leave more in a reference, up to the whole panel.
    """
    return _changed(dashboard, _trimmed)


def inlined(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return the resources without library panels; dashboards hold those that they show."""
    every = tuple(resources)
    library = {one.ref.uid: one for one in every if one.ref.kind == LIBRARY_PANEL}
    if not library:
        return every
    rest = (one for one in every if one.ref.kind != LIBRARY_PANEL)
    return tuple(_filled(one, library) if one.ref.kind == DASHBOARD else one for one in rest)


def _changed(holder: Spec, change: Change, around: str = "") -> Spec:
    """Return a dashboard, or row, in which references are changed; the same one if none is."""
    panels = holder.get("panels")
    if not isinstance(panels, list):
        return holder
    new = [_one(panel, change, f"{around}/panels/{nth}") for nth, panel in enumerate(panels)]
    same = all(now is then for now, then in zip(new, panels, strict=True))
    return holder if same else {**holder, "panels": new}


def _one(panel: Any, change: Change, pointer: str) -> Any:
    if not isinstance(panel, dict):
        return panel
    return change(panel, pointer) if _uid(panel) else _changed(panel, change, pointer)


def _uid(panel: Spec) -> str:
    """Return the uid of the library panel that a panel stands for, "" for any other panel."""
    reference = panel.get("libraryPanel")
    uid = reference.get("uid") if isinstance(reference, dict) else None
    return uid if isinstance(uid, str) else ""


def _trimmed(panel: Spec, _pointer: str) -> Spec:
    reference = panel["libraryPanel"]
    kept = {key: reference[key] for key in ("name", "uid") if key in reference}
    new = {key: panel[key] for key in panel if key in _REFERENCE} | {"libraryPanel": kept}
    return panel if new == panel else new


def _filled(dashboard: Resource, library: Mapping[str, Resource]) -> Resource:
    marks: dict[str, Mark] = {}

    def fill(panel: Spec, pointer: str) -> Spec:
        source = library.get(_uid(panel))
        if source is None:
            return panel
        marks.update(_marks_below(source, pointer))
        place = {k: v for k, v in panel.items() if k not in ("title", "libraryPanel")}
        return {**source.spec["model"], **place}

    spec = _changed(dashboard.spec, fill)
    return (
        dashboard
        if spec is dashboard.spec
        else replace(dashboard, spec=spec, marks={**dashboard.marks, **marks})
    )


def _marks_below(source: Resource, pointer: str) -> Iterator[tuple[str, Mark]]:
    inside = "/model"
    for place, mark in source.marks.items():
        if place.startswith(inside):
            yield pointer + place.removeprefix(inside), mark
