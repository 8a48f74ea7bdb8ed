"""`OBSDASH_<ENV>_…`: every configured value can be overridden by the process environment.

OBSDASH_PROD_VARIABLES_JOB, OBSDASH_PROD_QUERY_PROMETHEUS, OBSDASH_PROD_GRAFANA_URL; the second
target of a type is OBSDASH_PROD_GRAFANA_2_URL. A secret's override is the secret itself, and is
kept as a reference to that variable.
"""

import re
from collections.abc import Mapping
from typing import Any


def override(
    values: Mapping[str, Any], environ: Mapping[str, str], env: str, section: str
) -> Mapping[str, Any]:
    """Return a section's values with those that the process environment overrides."""
    return {
        key: cast(type(value), text) if (text := environ.get(name(env, section, key))) else value
        for key, value in values.items()
    }


def astray(values: Mapping[str, Any], environ: Mapping[str, str], env: str) -> list[str]:
    """Return what the process environment sets of an environment's variables that has no place."""
    wanted = {name(env, "variables", key) for key in values}
    prefix = name(env, "variables", "")
    return sorted(key for key in environ if key.startswith(prefix) and key not in wanted)


def name(*parts: str) -> str:
    """Return the variable of a configured value: upper case, anything else becomes `_`."""
    return "_".join(["OBSDASH", *(re.sub(r"[^A-Z0-9]+", "_", part.upper()) for part in parts)])


def cast(wanted: type, text: str) -> Any:
    """Return the text as the wanted type; unchanged when it cannot be that."""
    if wanted is bool:
        return text.lower() in ("1", "true", "yes")
    if wanted is list:
        return [part.strip() for part in text.split(",")]
    try:
        return wanted(text) if wanted in (int, float) else text
    except ValueError:
        return text
