"""What panels and queries are called by: ids and refIds."""

from collections.abc import Iterator
from itertools import count, product
from string import ascii_uppercase

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.parts import Board
from obsdash.author.ids import panel_id
from obsdash.resource import Spec


def stable_panel_ids(board: Board) -> None:
    """Give panels without an id one that comes from their title, so that it stays."""
    missing = [panel for panel in board.panels if not _has_id(panel)]
    if not missing:
        return
    taken = {panel["id"] for panel in board.panels if _has_id(panel)}
    for panel in missing:
        panel["id"] = next(number for number in _candidates(panel) if number not in taken)
        taken.add(panel["id"])


def _has_id(panel: Spec) -> bool:
    given = panel.get("id")
    return isinstance(given, int) and given > 0


def _candidates(panel: Spec) -> Iterator[int]:
    """Yield the ids for a panel: of its title, then of the title with 2, 3 …"""
    key = panel.get("title") or f"({panel.get('type')})"
    if panel.get("type") == "row":
        key = f"row:{key}"  # so that a row can bear the title of a panel
    yield panel_id(key)
    for nth in count(2):
        yield panel_id(f"{key} #{nth}")


def ref_ids(board: Board) -> None:
    """Name the queries without a refId A, B, C … within each panel."""
    for panel in board.panels:
        targets = parts.dicts(panel.get("targets"))
        missing = [target for target in targets if not target.get("refId")]
        if missing:
            taken = {target.get("refId") for target in targets}
            free = (name for name in _letters() if name not in taken)
            for target in missing:
                target["refId"] = next(free)


def _letters() -> Iterator[str]:
    for length in count(1):
        for letters in product(ascii_uppercase, repeat=length):
            yield "".join(letters)
