"""What panels and queries are called by: ids and refIds."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, product
from string import ascii_uppercase

from obsdash.adapters.modernise import parts
from obsdash.adapters.modernise.parts import Board
from obsdash.panelid import panel_id
from obsdash.resource import Spec


class Ids:
    """Hands out panel ids that come from titles, each once."""

    def __init__(self, taken: Iterable[int]) -> None:
        self._taken = set(taken)
        self._given: Counter[str] = Counter()

    def give(self, title: object, kind: object) -> int:
        """Return the id of a panel's title, or of the title with #2, #3 … if that is taken."""
        key = str(title or f"({kind})")
        if kind == "row":
            key = f"row:{key}"  # so that a row can bear the title of a panel
        number = 0
        while not number or number in self._taken:
            self._given[key] += 1
            nth = self._given[key]
            number = panel_id(key if nth == 1 else f"{key} #{nth}")
        self._taken.add(number)
        return number


def stable_panel_ids(board: Board) -> None:
    """Give panels without an id one that comes from their title, so that it stays."""
    missing = [panel for panel in board.panels if not _has_id(panel)]
    if missing:
        ids = Ids(panel["id"] for panel in board.panels if _has_id(panel))
        for panel in missing:
            panel["id"] = ids.give(panel.get("title"), panel.get("type"))


def _has_id(panel: Spec) -> bool:
    given = panel.get("id")
    return isinstance(given, int) and given > 0


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
