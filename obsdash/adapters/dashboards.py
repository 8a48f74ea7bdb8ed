"""A classic dashboard document → a draft."""

import re

from obsdash.adapters.draft import Draft, Style, Where, origin_in, text_of
from obsdash.delivery.librarypanels import trimmed
from obsdash.errors import DefinitionError
from obsdash.origin import Origin
from obsdash.resource import DASHBOARD, Ref, Spec, canonical_json

UID_LIMIT = 40
_UID = re.compile(r"[A-Za-z0-9_-]+")
# What "export for sharing externally" adds, read by the import dialog alone.
_EXPORT = ("__inputs", "__requires", "__elements")
_NOT_SENT = ("id", "version", *_EXPORT)


def read(document: Spec, where: Where, origin: Origin | None = None) -> list[Draft]:
    """Return the draft of one dashboard; raises DefinitionError when Grafana would refuse it."""
    origin = origin or origin_in(document) or where.origin
    title = text_of(document, "title").strip()
    if not title:
        raise DefinitionError("a dashboard has no title", origin=origin, help='add title="…"')
    what = f'dashboard "{title}"'
    _refuse_inputs(document, what, origin)
    uid = checked_uid(document.get("uid"), what, origin)
    spec = {key: value for key, value in document.items() if key not in _NOT_SENT}
    return [Draft(Ref(DASHBOARD, uid), trimmed(spec), origin, Style.FOREIGN)]


def checked_uid(uid: object, what: str, origin: Origin) -> str:
    """Return a uid that Grafana takes; raises DefinitionError for any other."""
    if not uid:
        raise DefinitionError(
            f"{what} has no uid",
            origin=origin,
            help="add a uid that never changes: links and updates go by it",
        )
    if not isinstance(uid, str) or not _UID.fullmatch(uid):
        raise DefinitionError(
            f"{what} has the uid {uid!r}, which Grafana refuses",
            origin=origin,
            help="use letters, digits, - and _ only",
        )
    if len(uid) > UID_LIMIT:
        raise DefinitionError(
            f"{what} has a uid of {len(uid)} characters, Grafana takes {UID_LIMIT}",
            origin=origin,
            help=f"shorten {uid!r}",
        )
    return uid


def _refuse_inputs(document: Spec, what: str, origin: Origin) -> None:
    """Refuse `${DS_X}` that stands for an input; one that nothing waits for is only dead text."""
    inputs = document.get("__inputs")
    if not isinstance(inputs, list) or not inputs:
        return
    declared = {text_of(item, "name") for item in inputs} - _variables(document)
    text = canonical_json({key: value for key, value in document.items() if key not in _EXPORT})
    waiting = sorted(name for name in declared if name and f"${{{name}}}".encode() in text)
    if waiting:
        raise DefinitionError(
            f"{what} waits for inputs that only Grafana's import dialog fills: "
            + ", ".join(waiting),
            origin=origin,
            help="replace ${…} by the uid of your data source, "
            'or export it without "share externally"',
        )


def _variables(document: Spec) -> set[str]:
    section = document.get("templating")
    entries = section.get("list") if isinstance(section, dict) else None
    return {text_of(entry, "name") for entry in entries or [] if isinstance(entry, dict)}
