"""From any schema version to a newer one.

The steps are facts about Grafana, told in `schema.py`; they never fail: what is of an unexpected
type stays as it is.
"""

import copy
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from obsdash.migration.reading import Json, each_panel, integer
from obsdash.migration.schema import DASHBOARD, DASHBOARD_SOURCES, PANEL, PANEL_SOURCES
from obsdash.migration.sources import NONE, Sources


def version_of(spec: Mapping[str, Any]) -> int:
    """Return a dashboard's schema version, 0 when it does not say."""
    return integer(spec.get("schemaVersion"))


def lifted(spec: Mapping[str, Any], version: int, sources: Sources = NONE) -> Json:
    """Return a copy of a dashboard as a server that writes schema `version` would save it.

    sources: that server's data sources, which names and defaults are resolved with.
    """
    found = copy.deepcopy(dict(spec))
    old = version_of(spec)
    for since, step in DASHBOARD:
        if old < since <= version:
            step(found)
    for since, sourced in DASHBOARD_SOURCES:
        if old < since <= version:
            sourced(found, sources)
    for panel in list(each_panel(found)):
        _lift(panel, old, version, sources)
    if old < version:
        found["schemaVersion"] = version
    return found


def _lift(panel: Json, old: int, version: int, sources: Sources) -> None:
    for since, step in PANEL:
        if old < since <= version:
            step(panel)
    for since, sourced in PANEL_SOURCES:
        if old < since <= version:
            sourced(panel, sources)


def distance(before: Any, after: Any) -> int:
    """Return in how many values two documents differ, lists compared place by place."""
    if isinstance(before, dict) and isinstance(after, dict):
        return sum(distance(before.get(key), after.get(key)) for key in {**before, **after})
    if isinstance(before, list) and isinstance(after, list):
        return sum(distance(*pair) for pair in zip_longest(before, after))
    for one, other in ((before, after), (after, before)):
        if other is None and isinstance(one, dict | list) and one:
            return distance(one, type(one)())
    return int(before != after)
