"""Variables as grafanalib writes them → as Grafana does."""

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.parts import Board
from obsdash.resource import Spec

_DEAD = ("tagsQuery", "tagValuesQuery", "useTags")
_INTERVAL_ONLY = ("auto", "auto_count", "auto_min")


def variables(board: Board) -> None:
    """Drop what variables lost in 8; a current value fits the variable, or is absent."""
    for variable in board.variables():
        if "useTags" not in variable:
            continue  # not grafanalib's
        for key in (*_DEAD, *(() if variable.get("type") == "interval" else _INTERVAL_ONLY)):
            variable.pop(key, None)
        variable["current"] = _current(parts.inside(variable, "current"), variable)


def _current(given: Spec, variable: Spec) -> Spec:
    if given.get("value") is None:
        return {}
    current = {key: value for key, value in given.items() if key != "tags"}
    if variable.get("multi"):
        for key in ("text", "value"):
            if isinstance(current.get(key), str):
                current[key] = [current[key]]
    return current
