"""Data sources: from names to `{type, uid}`."""

import re
from typing import Any

from obsdash.adapters.modernise.parts import Board
from obsdash.adapters.modernise.sources import Sources
from obsdash.resource import Spec

# Grafana's own, which every server has.
_BUILT_IN = {
    "-- Mixed --": {"type": "datasource", "uid": "-- Mixed --"},
    "-- Dashboard --": {"type": "datasource", "uid": "-- Dashboard --"},
    "-- Grafana --": {"type": "datasource", "uid": "grafana"},
}
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\]")


def datasource_refs(board: Board) -> None:
    """Name data sources by type and uid where they are the project's, a variable or built in."""
    types = {
        variable.get("name"): variable.get("query")
        for variable in board.variables()
        if variable.get("type") == "datasource"
    }
    for part in board.datasource_users():
        given = part.get("datasource")
        if given:
            part["datasource"] = _resolved(given, types, board.sources)


def _resolved(given: Any, types: dict[Any, Any], sources: Sources) -> Any:
    if isinstance(given, dict):
        return _completed(given, types, sources)
    if not isinstance(given, str):
        return given
    if given in _BUILT_IN:
        return dict(_BUILT_IN[given])
    if match := _VARIABLE.fullmatch(given):
        name = match[match.lastindex or 0]
        return _completed({"uid": f"${{{name}}}"}, types, sources)
    source = sources.default if given == "default" else sources.named(given)
    return {"type": source.type, "uid": source.uid} if source else given


def _completed(given: Spec, types: dict[Any, Any], sources: Sources) -> Spec:
    """Add the type to a uid, or the uid to a type, where there is one answer."""
    uid, kind = given.get("uid"), given.get("type")
    if isinstance(uid, str) and not kind:
        match = _VARIABLE.fullmatch(uid)
        known = sources.named(uid)
        kind = types.get(match[match.lastindex or 0]) if match else known and known.type
        return {"type": kind, **given} if kind else given
    if isinstance(kind, str) and not uid and (source := sources.of_type(kind)):
        return {**given, "uid": source.uid}
    return given
