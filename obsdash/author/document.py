"""JSON documents: made plain, marked with their place, merged with `raw`."""

import sys
from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any

from obsdash.origin import EMPTY_KEY, ORIGIN_KEY, Origin, here, marks_of

Json = dict[str, Any]


def origin_field() -> Any:
    """Declare the dataclass field that remembers where an object was made."""
    return field(default_factory=place, kw_only=True, repr=False, compare=False)


def place() -> Origin | None:
    """Return the place in the definition file that is running."""
    return here(sys._getframe(1))


def marked(document: Json, origin: Origin | None, may_be_empty: str = "") -> Json:
    """Add what is known beside the JSON, under the private keys."""
    if origin:
        document[ORIGIN_KEY] = str(origin)
    if may_be_empty:
        document[EMPTY_KEY] = may_be_empty
    return document


def merged(document: Json, raw: Mapping[str, Any]) -> Json:
    """Lay `raw` over a document: dicts merge, everything else (lists too) replaces."""
    result = dict(document)
    for key, value in raw.items():
        below = result.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            result[key] = merged(below, value)
        else:
            result[key] = plain(value)
    return result


def given(**values: Any) -> Json:
    """Keep what was given: drop None and what is empty; False and 0 stay."""
    return {key: value for key, value in values.items() if value not in (None, "", [], (), {})}


def defined(**values: Any) -> Json:
    """Keep what is not None."""
    return {key: value for key, value in values.items() if value is not None}


def plain(value: Any) -> Any:
    """Turn a panel or query of any library into dicts, lists and scalars, with its marks."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()} | marks_of(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    for method in ("to_json_data", "build", "to_json"):  # ours and grafanalib's, then the SDK's
        if callable(getattr(value, method, None)):
            result = plain(getattr(value, method)())
            return result | marks_of(value) if isinstance(result, dict) else result
    return value


def listed(value: Any) -> list[Any]:
    """Return one thing, or a list of several, as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]
