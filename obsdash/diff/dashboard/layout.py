"""Where panels stand: what moved, what was pushed, what only closed a gap."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from obsdash.change import Change
from obsdash.diff.dashboard.panels import Pairing, Panel, at_key
from obsdash.diff.dashboard.repeats import narrowed
from obsdash.diff.leaves import same
from obsdash.diff.naming import Finding, Fold, whole
from obsdash.diff.noise import LAYOUT, VOLATILE
from obsdash.resource import Resource
from obsdash.spelling import from_to, quoted

COLUMNS = 24
FOLD = 3  # panels pushed by the same distance fold into one line


class Box(NamedTuple):
    """A panel's rectangle on Grafana's grid of 24 columns."""

    x: float
    y: float
    w: float
    h: float


Boxes = Mapping[str, Box]
_UNSET = {"x": 0, "y": 0, "w": 6, "h": 3}  # what Grafana takes for a member that is not there


def box(panel: Panel) -> Box | None:
    """Return where a panel stands, None when it does not say; a row is always one full line."""
    position = panel.body.get("gridPos")
    if not isinstance(position, dict):
        return None
    values = [position.get(key, unset) for key, unset in _UNSET.items()]
    if not all(isinstance(value, int | float) for value in values):
        return None
    found = Box(*values)
    return found._replace(x=0, w=COLUMNS, h=1) if panel.type == "row" else found


def boxes(panels: Sequence[Panel]) -> dict[str, Box]:
    """Return pointer → rectangle."""
    return {panel.pointer: found for panel in panels if (found := box(panel))}


def closed(found: Boxes) -> dict[str, Box]:
    """Return the rectangles as Grafana shows them: each moved up until it touches another."""
    floor = [0.0] * COLUMNS
    settled: dict[str, Box] = {}
    for pointer, one in sorted(found.items(), key=lambda item: (item[1].y, item[1].x)):
        start = int(max(0, min(one.x, COLUMNS - 1)))
        columns = range(start, int(min(one.x + one.w, COLUMNS)))
        y = max((floor[column] for column in columns), default=one.y)
        settled[pointer] = one._replace(y=y)
        for column in columns:
            floor[column] = y + one.h
    return settled


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the panels of both sides stand, and how they are paired.

    before, after: rectangles by panel, with gaps closed.
    rows: live row → the row it is now, by pointer.
    """

    pairing: Pairing
    before: Boxes
    after: Boxes
    rows: Mapping[str, str]
    wanted: Sequence[Panel]
    desired: Resource
    names: Mapping[str, str]

    def moves(self) -> Iterator[Finding]:
        """Yield the panels that moved; those that were all pushed alike, as one."""
        moved = [pair for pair in self.pairing.pairs if self._moved(*pair)]
        distances = {new.pointer: self._pushed(old, new) for old, new in moved}
        folded = {d: n for d, n in Counter(distances.values()).items() if d and n >= FOLD}
        for old, new in moved:
            if distances[new.pointer] not in folded:
                yield self._move(old, new)
        for distance, count in sorted(folded.items()):
            yield Change("", f"{count} panels moved {_way(distance)}", "moved", "/panels")

    def gaps(self) -> Iterator[Finding]:
        """Yield what only closed a gap."""
        for old, new in self.pairing.pairs:
            if not _same_position(old, new) and not self._moved(old, new):
                noise = VOLATILE if narrowed(old, new) else LAYOUT
                yield Fold(noise, at_key(old, new, "gridPos"))

    def _moved(self, old: Panel, new: Panel) -> bool:
        if not self._same_row(old, new):
            return True
        before, after = self._boxes(old, new)
        if before is None or after is None:
            return not _same_position(old, new)
        return before != after

    def _boxes(self, old: Panel, new: Panel) -> tuple[Box | None, Box | None]:
        before, after = self.before.get(old.pointer), self.after.get(new.pointer)
        if before and after and old.nested != new.nested:  # counted from another top
            return before._replace(y=0), after._replace(y=0)
        return before, after

    def _same_row(self, old: Panel, new: Panel) -> bool:
        """Whether a panel stayed under its row; a row that came or went takes none along."""
        was = self.rows.get(old.row.pointer) if old.row else ""
        now = new.row.pointer if new.row else ""
        return was == now or was is None or (bool(now) and now not in self.rows.values())

    def _pushed(self, old: Panel, new: Panel) -> float:
        """Return how far a panel went up or down, 0 when that is not all it did."""
        before, after = self._boxes(old, new)
        if before is None or after is None or not self._same_row(old, new):
            return 0
        return after.y - before.y if before._replace(y=after.y) == after else 0

    def _move(self, old: Panel, new: Panel) -> Change:
        before, after = self._boxes(old, new)
        shown = old.body.get("gridPos"), new.body.get("gridPos")
        if not self._same_row(old, new):
            text = f"moved to {_row(new.row)}" if new.row else f"moved out of {_row(old.row)}"
        elif before is None or after is None:
            text = f"position {from_to(*shown)}"
        else:
            text = self._way(new, before, after)
        subject, path = self.names[new.pointer], f"{new.pointer}/gridPos"
        return whole(self.desired, subject, text, "moved", path, *shown)

    def _way(self, panel: Panel, before: Box, after: Box) -> str:
        parts = []
        if before.x != after.x:
            parts.append(f"moved {self.beside(panel, 'to') or f'to {_at(after)}'}")
        elif before.y != after.y:
            parts.append(f"moved {_way(after.y - before.y)}")
        if (before.w, before.h) != (after.w, after.h):
            parts.append(f"resized {_size(before)} → {_size(after)}")
        return ", ".join(parts)

    def placed(self, panel: Panel) -> str:
        """Say how large a new panel is, and where it stands."""
        found = self.after.get(panel.pointer)
        if found is None:
            return ""
        return f"{_size(found)} {self.beside(panel, 'at') or f'at {_at(found)}'}"

    def beside(self, panel: Panel, preposition: str) -> str:
        """Name the panel that another one stands next to, "" when there is none with a title."""
        one = self.after[panel.pointer]
        others = [
            (other, self.after[other.pointer])
            for other in self.wanted
            if other.title and other.nested == panel.nested and other.pointer in self.after
        ]
        for where, stands in _SIDES:
            for other, b in others:
                if other.pointer != panel.pointer and stands(one, b):
                    return f"{where.format(preposition)} {quoted(other.title)}"
        return ""


_SIDES: tuple[tuple[str, Callable[[Box, Box], bool]], ...] = (
    ("{} the right of", lambda one, other: other.y == one.y and other.x + other.w == one.x),
    ("{} the left of", lambda one, other: other.y == one.y and one.x + one.w == other.x),
    ("below", lambda one, other: other.x == one.x and other.y + other.h == one.y),
    ("above", lambda one, other: other.x == one.x and one.y + one.h == other.y),
)


def layout(
    live: Sequence[Panel],
    wanted: Sequence[Panel],
    pairing: Pairing,
    names: Mapping[str, str],
    desired: Resource,
) -> Layout:
    """Compare where panels stand."""
    raw = boxes(live), boxes(wanted)
    for was, now in pairing.pairs:
        before, after = raw[0].get(was.pointer), raw[1].get(now.pointer)
        if before and after and (before.x, before.w) != (after.x, after.w) and narrowed(was, now):
            raw[0][was.pointer] = before._replace(x=after.x, w=after.w)
    rows = {was.pointer: now.pointer for was, now in pairing.pairs if was.type == "row"}
    stay = all(raw[0].get(was.pointer) == raw[1].get(now.pointer) for was, now in pairing.pairs)
    shown = raw if stay else (_shown(live, raw[0]), _shown(wanted, raw[1]))
    return Layout(pairing, *shown, rows, wanted, desired, names)


def _shown(panels: Sequence[Panel], raw: Boxes) -> dict[str, Box]:
    """Close the gaps; inside a collapsed row positions stay as they are."""
    top = {panel.pointer for panel in panels if not panel.nested}
    return {**raw, **closed({pointer: one for pointer, one in raw.items() if pointer in top})}


def _same_position(old: Panel, new: Panel) -> bool:
    return same(old.body.get("gridPos"), new.body.get("gridPos"))


def _way(distance: float) -> str:
    return f"down {distance:g}" if distance > 0 else f"up {-distance:g}"


def _size(one: Box) -> str:
    return f"{one.w:g}×{one.h:g}"


def _at(one: Box) -> str:
    return f"({one.x:g}, {one.y:g})"


def _row(row: Panel | None) -> str:
    return f"row {quoted(row.title)}" if row else "the top"
