"""Panel ids of a dashboard: given ones are kept, the others come from keys and titles."""

from collections.abc import Iterable, Iterator, Sequence

from obsdash.author.dashboards.layout import Placed, Row
from obsdash.author.dashboards.panel import BasePanel
from obsdash.author.document import place
from obsdash.author.refusals import refuse
from obsdash.panelid import panel_id


def number(panels: Sequence[Placed]) -> None:
    """Give every panel an id of its own; equal titles are told apart in their order."""
    every = list(_flat(panels))
    taken: dict[int, Placed] = {}
    for panel in every:
        given = _given(panel)
        if given is not None:
            _claim(given, panel, taken)
    for panel in every:
        if _given(panel) is None:
            _claim(_derived(panel, taken), panel, taken)


def _flat(panels: Iterable[Placed]) -> Iterator[Placed]:
    for panel in panels:
        yield panel
        yield from panel.inside


def _claim(wanted: int, panel: Placed, taken: dict[int, Placed]) -> None:
    if wanted in taken:
        other = taken[wanted].document.get("title")
        refuse(
            f'panels "{other}" and "{panel.document.get("title")}" have the same id {wanted}',
            getattr(panel.source, "origin", None) or place(),
            "give one of them another key, or none",
        )
    taken[wanted] = panel
    panel.document["id"] = wanted


def _given(panel: Placed) -> int | None:
    """Return the id that the definition insists on: a key, `raw`, another library's id."""
    source = panel.source
    if isinstance(source, BasePanel | Row) and "id" not in source.raw:
        return source.id if source.key else None
    found = panel.document.get("id")
    return found if isinstance(found, int) and found > 0 else None


def _derived(panel: Placed, taken: dict[int, Placed]) -> int:
    document = panel.document
    base = document.get("title") or f"({document.get('type')})"
    if isinstance(panel.source, Row):
        base = f"row:{base}"  # so that a row can bear the title of a panel
    candidates = (panel_id(base if nth == 1 else f"{base} #{nth}") for nth in range(1, 1000))
    return next(candidate for candidate in candidates if candidate not in taken)
