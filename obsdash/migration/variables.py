"""Variables, as older dashboards described them."""

from typing import Any

from obsdash.migration.reading import Json, each_variable
from obsdash.migration.sources import Sources

HIDDEN_LABEL, HIDDEN = 1, 2
ON_LOAD, ON_TIME_RANGE = 1, 2


def typed(dashboard: Json) -> None:
    """Give each variable a type (schema 6)."""
    for variable in each_variable(dashboard):
        if variable.get("type") in (None, "filter"):
            variable["type"] = "query"
        variable.setdefault("allFormat", "glob")


def numbered(dashboard: Json) -> None:
    """Say by number when a variable is refreshed and what of it is hidden (schema 12)."""
    for variable in each_variable(dashboard):
        variable["refresh"] = 1 if variable.get("refresh") else 0
        if variable.get("hideVariable"):
            variable["hide"] = HIDDEN
        elif variable.get("hideLabel"):
            variable["hide"] = HIDDEN_LABEL


def aligned(dashboard: Json) -> None:
    """Let the current value be a list where several may be chosen (schema 23)."""
    for variable in each_variable(dashboard):
        current = variable.get("current")
        if "multi" not in variable or not isinstance(current, dict) or not current:
            continue
        several = isinstance(current.get("value"), list)
        for key in ("value", "text"):
            value = current.get(key)
            if variable["multi"] and not several:
                current[key] = value if isinstance(value, list) else [value]
            elif not variable["multi"] and several:
                current[key] = _first(value)


def _first(value: Any) -> Any:
    if isinstance(value, list):
        return value[0] if value else ""
    return value


def constants(dashboard: Json) -> None:
    """Make a constant that can be seen a text box (schema 27)."""
    for variable in each_variable(dashboard):
        if variable.get("type") != "constant":
            continue
        value = variable.get("query")
        value = "" if value is None else value
        variable["current"] = {"selected": True, "text": value, "value": value}
        variable["options"] = [dict(variable["current"])]
        if variable.get("hide", 0) in (0, HIDDEN_LABEL):
            variable["type"] = "textbox"


def untagged(dashboard: Json) -> None:
    """Drop the tags of values (schema 28)."""
    for variable in each_variable(dashboard):
        for key in ("tags", "tagsQuery", "tagValuesQuery", "useTags"):
            if variable.get(key):
                del variable[key]


def refreshed(dashboard: Json) -> None:
    """Let query variables be refreshed at least once, and forget what they found (schema 29)."""
    for variable in each_variable(dashboard):
        if variable.get("type") == "query":
            if variable.get("refresh") not in (ON_LOAD, ON_TIME_RANGE):
                variable["refresh"] = ON_LOAD
            if variable.get("options"):
                variable["options"] = []


def sourced(dashboard: Json, sources: Sources) -> None:
    """Name the data source of a query variable that has the server's default (schema 36)."""
    for variable in each_variable(dashboard):
        if variable.get("type") == "query" and variable.get("datasource", "") is None:
            variable["datasource"] = sources.default
