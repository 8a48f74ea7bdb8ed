"""Replace variables in a query, and tell those that nobody defined."""

import json
import re
from collections.abc import Mapping
from typing import Any

from obsdash.promql import substitute, variables
from obsdash.verify.model import DataSource
from obsdash.verify.variables import Values

PROMQL_LIKE = ("prometheus", "loki")
_SQL = ("postgres", "grafana-postgresql-datasource", "mysql", "mssql")
# What a query's text does not depend on.
_PRESENTATION = {"refId", "datasource", "hide", "key", "legendFormat", "editorMode"}
_MACRO = re.compile(r"__\w+|timeFilter")  # what plugins of other data sources expand themselves
_GROUP = re.compile(r"\(\?P?<(\w+)>")  # label_replace() refers to it as $name
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)  # line_format has variables of its own


def fill(text: str, values: Values, source: DataSource | None = None) -> tuple[str, list[str]]:
    """Return the text with its variables replaced, and the names of those nobody defined."""
    kind = source.type if source else "prometheus"
    language = "prometheus" if kind in PROMQL_LIKE else "sql" if kind in _SQL else "glob"
    return substitute(text, values, language=language), sorted(
        name
        for name in variables(_TEMPLATE.sub("", text)) - values.keys() - set(_GROUP.findall(text))
        if not name.isdigit() and not (kind not in PROMQL_LIKE and _MACRO.fullmatch(name))
    )


def filled_model(model: Mapping[str, Any], values: Values, source: DataSource) -> str:
    """Return a query's whole model as JSON, variables replaced, presentation left out."""
    kept = {str(key): value for key, value in model.items() if key not in _PRESENTATION}
    return json.dumps(_deep(kept, values, source), sort_keys=True, default=str)


def _deep(value: Any, values: Values, source: DataSource) -> Any:
    if isinstance(value, str):
        return fill(value, values, source)[0]
    if isinstance(value, Mapping):
        return {str(key): _deep(item, values, source) for key, item in value.items()}
    if isinstance(value, list):
        return [_deep(item, values, source) for item in value]
    return value
