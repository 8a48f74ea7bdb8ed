"""Data sources by name or by default, which became `{type, uid}` (schemas 33 and 36)."""

from typing import Any

from obsdash.migration.reading import Json, each_annotation, objects
from obsdash.migration.sources import Sources

MIXED = "-- Mixed --"
EXPRESSION = "__expr__"


def named(panel: Json, sources: Sources) -> None:
    """Resolve the names of a panel's and its queries' data sources (schema 33)."""
    for holder in (panel, *objects(panel.get("targets"))):
        reference = holder.get("datasource")
        if isinstance(reference, str):
            holder["datasource"] = None if reference == "default" else sources.resolved(reference)


def annotated(dashboard: Json, sources: Sources) -> None:
    """Resolve the data sources of annotations (schema 36)."""
    for annotation in each_annotation(dashboard):
        reference = annotation.get("datasource")
        if not isinstance(reference, dict):
            annotation["datasource"] = sources.resolved(reference)


def queried(dashboard: Json, sources: Sources) -> None:
    """Give each panel a query, also rows and texts, which then have a data source (schema 36)."""
    for panel in objects(dashboard.get("panels")):
        if sources.default and not panel.get("targets"):
            panel["targets"] = [{"refId": "A"}]


def defaults(panel: Json, sources: Sources) -> None:
    """Give panels without a data source the server's, and queries their panel's (schema 36)."""
    targets = objects(panel.get("targets"))
    if not targets or sources.default is None:
        return
    was_default = panel.get("datasource") is None
    if was_default:
        panel["datasource"] = sources.default
    for target in targets:
        if _uid(target) is None:
            if _uid(panel) == MIXED:
                target["datasource"] = sources.resolved(target.get("datasource"))
            else:
                target["datasource"] = _copied(panel["datasource"])
        if was_default and _uid(target) != EXPRESSION:
            panel["datasource"] = target["datasource"]


def _copied(reference: Any) -> Any:
    """Copy a panel's reference for its query; a name is taken apart to its letters by mistake."""
    if isinstance(reference, str):
        return {str(index): letter for index, letter in enumerate(reference)}
    return reference


def _uid(holder: Json) -> Any:
    reference = holder.get("datasource")
    return reference.get("uid") if isinstance(reference, dict) else None
