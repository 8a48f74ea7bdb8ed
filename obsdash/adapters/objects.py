"""A value that a definition file holds → drafts, whichever library it comes from."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from obsdash.adapters import dashboards
from obsdash.adapters.dashboards import checked_uid
from obsdash.adapters.documents import reader_of
from obsdash.adapters.draft import Draft, Style, Where, origin_in
from obsdash.adapters.latemarks import LateMarks
from obsdash.adapters.plain import plain
from obsdash.delivery.librarypanels import trimmed
from obsdash.errors import DefinitionError
from obsdash.origin import dict_places, marks_of
from obsdash.resource import DASHBOARD, DATASOURCE, LIBRARY_PANEL, Resource

Adapter = Callable[[Any, Where], list[Draft]]


def adapter_for(value: Any) -> Adapter | None:
    """Return what turns a value into drafts; None when the value defines nothing."""
    if isinstance(value, dict):
        return _document if reader_of(value) else None
    return _adapter_of(value.__class__)


@lru_cache(maxsize=512)
def _adapter_of(kind: type) -> Adapter | None:
    """Return the adapter for the instances of a class; knows libraries without importing them."""
    if callable(getattr(kind, "resources", None)):
        return _own
    for known in kind.__mro__:
        if adapter := _LIBRARIES.get((known.__module__, known.__name__)):
            return adapter
    return None


def _own(value: Any, where: Where) -> list[Draft]:
    return [_own_draft(resource, where) for resource in value.resources()]


def _own_draft(resource: Resource, where: Where) -> Draft:
    origin = resource.origin or where.origin
    spec = plain(resource.spec, str(resource.ref), origin, places=dict_places())
    origin = origin_in(spec) or origin
    kind = resource.ref.kind
    if kind in (DASHBOARD, DATASOURCE, LIBRARY_PANEL):
        checked_uid(resource.ref.uid, kind, origin)
    return Draft(
        resource.ref,
        trimmed(spec) if kind == DASHBOARD else spec,
        origin,
        Style.OURS if kind in (DASHBOARD, LIBRARY_PANEL) else Style.FINAL,
        # A library panel is the same wherever it is shown: no file's sub-folder counts.
        resource.folder if kind == LIBRARY_PANEL else resource.folder or None,
        dict(resource.marks),
        dict(resource.secrets),
    )


def _grafanalib(value: Any, where: Where) -> list[Draft]:
    if value.panels and value.rows:
        raise DefinitionError(
            f"{_name(value)} has both panels and rows, of which grafanalib drops the panels",
            origin=origin_in(marks_of(value)) or where.origin,
            help="make each Row a RowPanel among the panels",
        )
    if value.rows:  # whose panels are going to move
        return [replace(draft, style=Style.OURS) for draft in _document(value, where)]
    name, origin = _name(value), origin_in(marks_of(value)) or where.origin
    (draft,) = dashboards.read(plain(value, name, origin), where, origin)
    marks = LateMarks(value, name, origin, dict_places())
    return [replace(draft, style=Style.OURS, marks=marks, clean=True)]


def _document(value: Any, where: Where) -> list[Draft]:
    """Read a dict, or an object that becomes one; a panel or query alone defines nothing."""
    origin = origin_in(marks_of(value)) or where.origin
    document = plain(value, _name(value), origin, places=dict_places())
    reader = reader_of(document) if isinstance(document, dict) else None
    return reader(document, where) if reader else []


def _grafana_alerts(value: Any, where: Where) -> list[Draft]:
    library = type(value).__module__.partition(".")[0]
    raise DefinitionError(
        f"{type(value).__name__} of {library}: Grafana-managed alerts are not supported",
        origin=origin_in(marks_of(value)) or where.origin,
        help="write the rules with RuleGroup and Alert of obsdash.author",
    )


def _name(value: Any) -> str:
    title = value.get("title") if isinstance(value, dict) else getattr(value, "title", None)
    return f'dashboard "{title}"' if isinstance(title, str) else type(value).__name__


_LIBRARIES: dict[tuple[str, str], Adapter] = {
    ("grafanalib.core", "AlertFileBasedProvisioning"): _grafana_alerts,
    ("grafanalib.core", "AlertGroup"): _grafana_alerts,
    ("grafanalib.core", "Dashboard"): _grafanalib,
    ("grafana_foundation_sdk.builders.alerting", "ContactPoint"): _grafana_alerts,
    ("grafana_foundation_sdk.builders.alerting", "NotificationPolicy"): _grafana_alerts,
    ("grafana_foundation_sdk.builders.alerting", "Rule"): _grafana_alerts,
    ("grafana_foundation_sdk.builders.alerting", "RuleGroup"): _grafana_alerts,
    ("grafana_foundation_sdk.cog.builder", "Builder"): _document,
    ("grafana_foundation_sdk.models.dashboard", "Dashboard"): _document,
    ("grafana_foundation_sdk.models.resource", "Manifest"): _document,
}
