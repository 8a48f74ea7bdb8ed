"""Reading dashboards of any age and shape: what is not of the expected type is not there."""

import math
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def objects(value: Any) -> list[Json]:
    """Return the objects in a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def inner(holder: Any, *keys: str) -> Json:
    """Return the object that keys lead to, an empty one when there is none."""
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) else {}


def text(value: Any) -> str:
    """Return a text, "" for what is none."""
    return value if isinstance(value, str) else ""


def integer(value: Any) -> int:
    """Return a whole number, 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def number(value: Any) -> float | None:
    """Read a number as JavaScript's unary plus does; None for what is none."""
    if isinstance(value, str):
        try:
            value = float(value.strip() or 0)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return _whole(found) if math.isfinite(found) else None


def leading_number(value: Any) -> float | None:
    """Read the number that a text starts with, as JavaScript's parseFloat does."""
    if not isinstance(value, str):
        return number(value)
    found = ""
    for char in value.strip():
        if not (
            char.isdigit() or (char == "." and "." not in found) or (char in "+-" and not found)
        ):
            break
        found += char
    return number(found) if any(char.isdigit() for char in found) else None


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


def each_panel(dashboard: Json) -> Iterator[Json]:
    """Yield every panel, those kept in collapsed rows after their row."""
    for panel in objects(dashboard.get("panels")):
        yield panel
        yield from objects(panel.get("panels"))


def each_variable(dashboard: Json) -> list[Json]:
    """Return the variables."""
    return objects(inner(dashboard, "templating").get("list"))


def each_annotation(dashboard: Json) -> list[Json]:
    """Return the annotations."""
    return objects(inner(dashboard, "annotations").get("list"))


def properties(panel: Json) -> Iterator[Json]:
    """Yield the properties of a panel's overrides."""
    for override in objects(inner(panel, "fieldConfig").get("overrides")):
        yield from objects(override.get("properties"))
