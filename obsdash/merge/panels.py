"""The three-way merge of panels: each found on all sides, wherever it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from obsdash.diff.dashboard.panels import Panel, flattened, pairing
from obsdash.diff.missing import MISSING
from obsdash.merge.layout import merge_position, pushed_apart
from obsdash.merge.order import Triple, interleaved
from obsdash.merge.value import Spot, Three, Work, equal, merge_value

_APART = ("id", "gridPos", "panels")


@dataclass(frozen=True, slots=True)
class _Trio:
    """One panel in the base, on our side, on theirs; None where it is not."""

    base: Panel | None
    ours: Panel | None
    theirs: Panel | None

    @property
    def sides(self) -> tuple[Panel | None, Panel | None, Panel | None]:
        return self.base, self.ours, self.theirs

    def field(self, key: str) -> Three:
        return Three(*(_field(panel, key) for panel in self.sides))

    @property
    def spot(self) -> Spot:
        return Spot(*(panel.pointer if panel else "/panels/-" for panel in self.sides))


def merge_panels(dashboards: Three, work: Work) -> list[Any]:
    """Return the panels that two sides come to."""
    lists = dashboards.map(flattened)
    trios = _ordered(_trios(*lists), lists)
    used = {panel.id for panel in lists[1]}
    bodies: dict[int, dict[str, Any]] = {}
    for number, trio in enumerate(trios):
        body = _merged(trio, used, work)
        if body is not MISSING:
            bodies[number] = body
    top = _nested(trios, bodies)
    return pushed_apart(top) if _both_moved(trios) else top


def _trios(base: Sequence[Panel], ours: Sequence[Panel], theirs: Sequence[Panel]) -> list[_Trio]:
    mine, other = pairing(base, ours), pairing(base, theirs)
    to_mine = {was.pointer: now for was, now in mine.pairs}
    to_other = {was.pointer: now for was, now in other.pairs}
    kept = [_Trio(p, to_mine.get(p.pointer), to_other.get(p.pointer)) for p in base]
    return [*kept, *_added(mine.added, other.added)]


def _added(ours: Sequence[Panel], theirs: Sequence[Panel]) -> Iterator[_Trio]:
    """Pair what both sides added alike: the same panel, or one of the same type and title."""
    left = list(theirs)
    for panel in ours:
        twin = next((one for one in left if _alike(panel, one)), None)
        left = [one for one in left if one is not twin]
        yield _Trio(None, panel, twin)
    yield from (_Trio(None, None, panel) for panel in left)


def _alike(one: Panel, other: Panel) -> bool:
    if one.content == other.content:
        return True
    return bool(one.title) and (one.type, one.title) == (other.type, other.title)


def _ordered(trios: list[_Trio], lists: Sequence[Sequence[Panel]]) -> list[_Trio]:
    """Put panels into the order in which they are read; our order where both sides changed it."""
    places = [{panel.pointer: n for n, panel in enumerate(panels)} for panels in lists]
    by_triple: dict[Triple, _Trio] = {}
    for trio in trios:
        found = (places[n][p.pointer] if p else None for n, p in enumerate(trio.sides))
        base, ours, theirs = found
        by_triple[base, ours, theirs] = trio
    order, _ = interleaved(list(by_triple))
    return [by_triple[triple] for triple in order]


def _merged(trio: _Trio, used: set[int | str | None], work: Work) -> Any:
    """Return a panel without those inside it, MISSING where it is gone."""
    bodies = Three(*map(_content, trio.sides))
    base, ours, theirs = bodies
    types = {panel.type for panel in trio.sides if panel}
    if MISSING in (ours, theirs) and base is not MISSING and _resized(trio):
        body = work.collide(trio.spot, ours, theirs)
    elif len(types) > 1 and not (equal(base, ours) or equal(base, theirs) or equal(ours, theirs)):
        body = work.collide(trio.spot, ours, theirs)  # what an option means depends on the type
    else:
        body = merge_value(bodies, trio.spot, work)
    if body is MISSING:
        return MISSING
    whole = {**body, "id": _number(trio, used), "gridPos": _position(trio, work)}
    keys = dict.fromkeys([*(_first(trio).body), *whole])
    return {key: whole[key] for key in keys if whole.get(key, MISSING) is not MISSING}


def _resized(trio: _Trio) -> bool:
    """Whether a side put a panel elsewhere, other than up or down, where panels push each other."""
    was, *now = trio.field("gridPos").map(_without_height)
    return any(one is not MISSING and not equal(was, one) for one in now)


def _without_height(position: Any) -> Any:
    """Return a position but for how far down it is."""
    return (
        {k: v for k, v in position.items() if k != "y"} if isinstance(position, dict) else position
    )


def _content(panel: Panel | None) -> Any:
    if panel is None:
        return MISSING
    return {key: value for key, value in panel.body.items() if key not in _APART}


def _field(panel: Panel | None, key: str) -> Any:
    return panel.body.get(key, MISSING) if panel else MISSING


def _first(trio: _Trio) -> Panel:
    return next(panel for panel in (trio.ours, trio.theirs, trio.base) if panel)


def _position(trio: _Trio, work: Work) -> Any:
    """Return a panel's place; one that a side removed, and that is kept, stays where it is."""
    if trio.ours and trio.theirs:
        return merge_position(trio.field("gridPos"), trio.spot, work)
    return _field(trio.ours or trio.theirs, "gridPos")


def _number(trio: _Trio, used: set[int | str | None]) -> Any:
    """Return a panel's id; one that they added gets another when we have that id already."""
    base, ours, theirs = trio.field("id")
    if trio.ours is not None and not equal(base, ours):
        return ours
    if trio.theirs is None:
        return ours
    if trio.base is None and theirs in used:
        theirs = max((n for n in used if isinstance(n, int)), default=0) + 1
    if theirs is not MISSING:
        used.add(theirs)
    return theirs


def _nested(trios: Sequence[_Trio], bodies: Mapping[int, dict[str, Any]]) -> list[Any]:
    """Put panels into the collapsed rows that they belong to."""
    rows = {id(p): n for n, trio in enumerate(trios) for p in trio.sides if p}
    for trio, body in ((trios[n], body) for n, body in bodies.items()):
        if any("panels" in panel.body for panel in trio.sides if panel):
            body["panels"] = []
    top = []
    for number, body in bodies.items():
        row = _row(trios[number], rows)
        if row is not None and row in bodies:
            bodies[row].setdefault("panels", []).append(body)
        else:
            top.append(body)
    return top


def _row(trio: _Trio, rows: Mapping[int, int]) -> int | None:
    """Return the number of the collapsed row that a panel is in: as the side says that moved it."""
    base, ours, theirs = (
        rows.get(id(panel.row)) if panel and panel.nested and panel.row else None
        for panel in trio.sides
    )
    if trio.ours is None:
        return theirs if trio.theirs else base
    return theirs if trio.theirs is not None and trio.base and base == ours else ours


def _both_moved(trios: Sequence[_Trio]) -> bool:
    """Whether both sides changed where panels stand."""

    def moved(side: int) -> bool:
        pairs = ((trio.base, trio.sides[side]) for trio in trios)
        return any(
            not equal(_field(was, "gridPos"), _field(now, "gridPos")) for was, now in pairs if now
        )

    return moved(1) and moved(2)
