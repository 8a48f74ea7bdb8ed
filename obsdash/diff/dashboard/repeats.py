"""Repeated panels: Grafana makes the copies, and gives the first one the width of a copy."""

from collections.abc import Mapping, Sequence
from typing import Any

from obsdash.diff.dashboard.panels import Panel

COLUMNS = 24
PER_ROW = 4  # copies beside each other unless a panel says otherwise
_COPY = ("repeatPanelId", "repeatedByRow")


def without_copies(
    live: Sequence[Panel], desired: Sequence[Panel]
) -> tuple[list[Panel], list[Panel]]:
    """Leave out the copies that one side alone has: the editor does not save them."""
    sides = [*live], [*desired]
    copies = [[panel for panel in side if is_copy(panel.body)] for side in sides]
    if all(copies):
        return sides
    kept = [[panel for panel in side if not is_copy(panel.body)] for side in sides]
    return kept[0], kept[1]


def is_copy(panel: Mapping[str, Any]) -> bool:
    """Whether Grafana made a panel when it repeated another one, or a row."""
    return any(panel.get(key) for key in _COPY)


def narrowed(live: Panel, desired: Panel) -> bool:
    """Whether the live panel only has the width that its copies share, and starts at the left."""
    sides = live.body, desired.body
    if not all(body.get("repeat") and body.get("repeatDirection") != "v" for body in sides):
        return False
    position = live.body.get("gridPos")
    return isinstance(position, dict) and position.get("x") == 0 and _shared(live, position)


def _shared(panel: Panel, position: dict[str, Any]) -> bool:
    most = panel.body.get("maxPerRow")
    most = most if isinstance(most, int) and 0 < most <= COLUMNS else PER_ROW
    return position.get("w") in {COLUMNS / count for count in range(1, most + 1)}
