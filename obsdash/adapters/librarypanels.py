"""A library panel as Grafana's API answers it → a draft."""

from dataclasses import replace

from obsdash.adapters.dashboards import checked_uid
from obsdash.adapters.draft import Draft, Style, Where, origin_in, text_of
from obsdash.errors import DefinitionError
from obsdash.resource import LIBRARY_PANEL, Ref, Spec

_PANEL = 1  # the kind of library element; others are not shown in dashboards


def is_library_panel(document: Spec) -> bool:
    """Whether a document is a library panel, or the API's answer that holds one."""
    element = _element(document)
    named = isinstance(element.get("name"), str) and isinstance(element.get("model"), dict)
    return named and element.get("kind", _PANEL) == _PANEL


def read(document: Spec, where: Where) -> list[Draft]:
    """Return the draft of one library panel; raises DefinitionError when Grafana would refuse."""
    element = _element(document)
    draft = _draft(element, where)
    return [draft if element is document else replace(draft, inside="/result")]


def _draft(element: Spec, where: Where) -> Draft:
    origin = origin_in(element) or where.origin
    name = text_of(element, "name").strip()
    if not name:
        raise DefinitionError("a library panel has no name", origin=origin, help='add "name"')
    uid = checked_uid(element.get("uid"), f'library panel "{name}"', origin)
    spec = {"name": name, "model": element["model"]}
    return Draft(Ref(LIBRARY_PANEL, uid), spec, origin, Style.FOREIGN)


def _element(document: Spec) -> Spec:
    inner = document.get("result")
    return inner if isinstance(inner, dict) else document
