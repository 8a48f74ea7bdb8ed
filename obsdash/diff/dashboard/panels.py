"""Panels: found in rows, named, and paired with what they were."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from obsdash.diff.alignment import Stage, by, packed, paired
from obsdash.diff.leaf import Leaf, Place
from obsdash.diff.leaves import value_at
from obsdash.diff.missing import MISSING
from obsdash.spelling import cut

# Panels of one type that share this much of their content are the same panel, edited.
ALIKE = 0.5
QUERY_WEIGHT = 4  # other things that a query is worth


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel, its place in the document, the row it stands under.

    content: all that it shows, as bytes, without its id, its place and the panels under it.
    """

    body: Mapping[str, Any]
    pointer: str
    id: int | str | None
    title: str
    type: str
    row: "Panel | None" = None
    content: bytes = b""

    @property
    def nested(self) -> bool:
        """Whether it is kept inside a collapsed row."""
        return self.pointer.count("/") > 2


def flattened(spec: Mapping[str, Any]) -> list[Panel]:
    """Return every panel, those in collapsed rows after their row."""
    return list(_flattened(spec))


def lone(body: Mapping[str, Any], pointer: str) -> Panel:
    """Return a panel that stands in no dashboard."""
    return _panel(body, pointer, None)


def _flattened(spec: Mapping[str, Any]) -> Iterator[Panel]:
    row: Panel | None = None
    for index, body in sorted(enumerate(_bodies(spec)), key=_reading_order):
        is_row = body.get("type") == "row"
        panel = _panel(body, f"/panels/{index}", None if is_row else row)
        yield panel
        if is_row:
            row = panel
            for inner, nested in enumerate(_bodies(body)):
                yield _panel(nested, f"/panels/{index}/panels/{inner}", row)


def _reading_order(entry: tuple[int, Mapping[str, Any]]) -> tuple[float, float, int]:
    """Sort as panels are read on the screen; without a position, as they are listed."""
    index, body = entry
    position = body.get("gridPos")
    if not isinstance(position, dict):
        return 0, 0, index
    y, x = position.get("y"), position.get("x")
    return (
        (y, x, index)
        if isinstance(y, int | float) and isinstance(x, int | float)
        else (0, 0, index)
    )


def _panel(body: Mapping[str, Any], pointer: str, row: Panel | None) -> Panel:
    shown = {k: v for k, v in body.items() if k not in ("id", "gridPos", "panels")}
    title, kind = str(body.get("title") or ""), str(body.get("type") or "")
    number = body.get("id")
    known = number if isinstance(number, int | str) else None
    return Panel(body, pointer, known, title, kind, row, packed(shown))


def _bodies(holder: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    panels = holder.get("panels")
    return [p if isinstance(p, dict) else {} for p in panels] if isinstance(panels, list) else []


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which panels are which: pairs, and what is on one side only."""

    pairs: tuple[tuple[Panel, Panel], ...]
    removed: tuple[Panel, ...]
    added: tuple[Panel, ...]


def pairing(live: Sequence[Panel], desired: Sequence[Panel]) -> Pairing:
    """Pair panels: equal ones first, then by id, type and title, then by likeness."""
    pairs = paired(live, desired, _STAGES)
    kept = set(pairs.values())
    return Pairing(
        pairs=tuple((live[pairs[index]], desired[index]) for index in sorted(pairs)),
        removed=tuple(panel for index, panel in enumerate(live) if index not in kept),
        added=tuple(panel for index, panel in enumerate(desired) if index not in pairs),
    )


def _id(panel: Panel) -> Hashable:
    return panel.id or None


def _title(panel: Panel) -> Hashable:
    return (panel.type, panel.title) if panel.title else None


def _similar(old: Mapping[int, Panel], new: Mapping[int, Panel]) -> Iterator[tuple[int, int]]:
    """Pair panels of one type, the most alike first."""
    left = {index: _features(panel.body) for index, panel in old.items()}
    right = {index: _features(panel.body) for index, panel in new.items()}
    pairs = ((i, j) for i in old for j in new if old[i].type == new[j].type)
    ranked = sorted((-_share(left[i], right[j]), i, j) for i, j in pairs)
    taken: set[tuple[str, int]] = set()
    for share, i, j in ranked:
        if -share >= ALIKE and not taken & {("old", i), ("new", j)}:
            taken |= {("old", i), ("new", j)}
            yield i, j


def _akin(old: Panel, new: Panel) -> bool:
    """Whether panels of one id may be the same: less likeness is asked for than of strangers."""
    return _share(_features(old.body), _features(new.body)) >= ALIKE / 2


def _asked(panel: Panel) -> Hashable:
    """Return the texts of a panel's queries, which no editor fills up."""
    targets = panel.body.get("targets")
    holders = targets if isinstance(targets, list) else ()
    found = (target.get("expr") for target in holders if isinstance(target, dict))
    return tuple(text for text in found if isinstance(text, str) and text)


def _size(panel: Panel) -> Hashable:
    position = panel.body.get("gridPos")
    return packed([position.get(key) for key in "xwh"] if isinstance(position, dict) else [])


_STAGES: tuple[Stage[Panel], ...] = (
    by(lambda panel: (panel.content, panel.id, panel.row.title if panel.row else "")),
    by(lambda panel: (panel.content, panel.id)),
    by(lambda panel: panel.content),
    by(lambda panel: (panel.id, panel.type, panel.title) if panel.id else None),
    by(_title),
    by(_id, _akin),
    by(lambda panel: (panel.type, packed(panel.body.get("gridPos"))), _akin),
    by(lambda panel: (panel.type, _asked(panel)) if _asked(panel) else None),
    _similar,
    by(lambda panel: panel.title or None),
    by(lambda panel: None if panel.title else (panel.type, _size(panel))),
)


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    """Return how much is common, 0 to 1."""
    common = len(a & b)
    return common / (len(a) + len(b) - common) if common else 0.0


def _features(body: Mapping[str, Any]) -> frozenset[str]:
    """Return what a panel is recognised by: its queries before all else."""
    found: set[str] = set()
    targets = body.get("targets")
    for target in targets if isinstance(targets, list) else ():
        expression = target.get("expr") if isinstance(target, dict) else None
        found.update(f"query {n}={expression or packed(target)!r}" for n in range(QUERY_WEIGHT))
    for pointer in ("", "/options", "/fieldConfig/defaults", "/fieldConfig/defaults/custom"):
        holder = value_at(body, pointer)
        if isinstance(holder, dict):
            found.update(f"{pointer}/{key}={packed(value)!r}" for key, value in holder.items())
    return frozenset(found)


def at_key(was: Panel, now: Panel, key: str) -> Leaf:
    """Return the difference of a panel's key."""
    place = Place((key,), f"{was.pointer}/{key}", f"{now.pointer}/{key}")
    return Leaf(place, was.body.get(key, MISSING), now.body.get(key, MISSING))


def subjects(panels: Sequence[Panel]) -> dict[str, str]:
    """Return pointer → what a reader calls the panel: its title, with the id where two share it."""
    shared = Counter((panel.type == "row", panel.title) for panel in panels)
    return {p.pointer: _subject(p, shared[p.type == "row", p.title] > 1) for p in panels}


def _subject(panel: Panel, ambiguous: bool) -> str:
    noun = "row" if panel.type == "row" else "panel"
    if not panel.title:
        return f"untitled {panel.type or 'panel'} {panel.id or ''}".rstrip()
    suffix = f" (id {panel.id})" if ambiguous and panel.id else ""
    return f'{noun} "{cut(panel.title)}"{suffix}'
