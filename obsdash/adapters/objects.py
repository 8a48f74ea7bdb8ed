"""A value that a definition file holds → drafts, whichever library it comes from."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from obsdash.adapters.documents import reader_of
from obsdash.adapters.draft import Draft, Style, Where, origin_in
from obsdash.adapters.plain import plain
from obsdash.errors import DefinitionError
from obsdash.origin import marks_of
from obsdash.resource import DASHBOARD, Resource

Adapter = Callable[[Any, Where], list[Draft]]


def adapter_for(value: Any) -> Adapter | None:
    """Return what turns a value into drafts; None when the value defines nothing."""
    if isinstance(value, dict):
        return _document if reader_of(value) else None
    if isinstance(value, type):
        return None
    if callable(getattr(value, "resources", None)):
        return _own
    if _is(value, "grafanalib.core", "Dashboard"):
        return _grafanalib
    if _is(value, "grafanalib.core", "AlertGroup", "AlertFileBasedProvisioning"):
        return _grafana_alerts
    if _is(value, "grafana_foundation_sdk.cog.builder", "Builder"):
        return _document
    if _is(value, "grafana_foundation_sdk.models.dashboard", "Dashboard"):
        return _document
    return None


def _is(value: Any, module: str, *names: str) -> bool:
    """Whether a value is of a class of a library, without importing the library."""
    library = sys.modules.get(module)
    return library is not None and isinstance(value, tuple(getattr(library, n) for n in names))


def _own(value: Any, where: Where) -> list[Draft]:
    return [_own_draft(resource, where) for resource in value.resources()]


def _own_draft(resource: Resource, where: Where) -> Draft:
    spec = plain(resource.spec, str(resource.ref), resource.origin or where.origin)
    return Draft(
        resource.ref,
        spec,
        origin_in(spec) or resource.origin or where.origin,
        Style.OURS if resource.ref.kind == DASHBOARD else Style.FINAL,
        resource.folder or None,
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
    return [replace(draft, style=Style.OURS) for draft in _document(value, where)]


def _document(value: Any, where: Where) -> list[Draft]:
    """Read a dict, or an object that becomes one; a panel or query alone defines nothing."""
    document = plain(value, _name(value), origin_in(marks_of(value)) or where.origin)
    reader = reader_of(document) if isinstance(document, dict) else None
    return reader(document, where) if reader else []


def _grafana_alerts(value: Any, where: Where) -> list[Draft]:
    raise DefinitionError(
        f"{type(value).__name__} of grafanalib: Grafana-managed alerts are not supported",
        origin=origin_in(marks_of(value)) or where.origin,
        help="write the rules with RuleGroup and Alert of obsdash.author",
    )


def _name(value: Any) -> str:
    title = value.get("title") if isinstance(value, dict) else getattr(value, "title", None)
    return f'dashboard "{title}"' if isinstance(title, str) else type(value).__name__
