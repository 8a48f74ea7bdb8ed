"""Flow layout: panels fill 24 columns from left to right, and nobody computes positions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, NoReturn

from obsdash.author.dashboards.librarypanel import LibraryPanel
from obsdash.author.dashboards.panel import BasePanel
from obsdash.author.document import Json, listed, marked, merged, place, plain
from obsdash.author.refusals import check_range, refuse
from obsdash.origin import ORIGIN_KEY, Origin, parse_origin
from obsdash.panelid import panel_id

COLUMNS = 24
_ALONE = 12  # the width of a panel that stands in no line
_NARROWEST = 3  # the least that panels share a line down to; then a line breaks


@dataclass(frozen=True)
class Row:
    """A heading, and panels below it that share its width.

    panels: one, a line of them, or a list of lines. Panels without a width share their line evenly;
    a line that is too long breaks. height: for panels without one.
    collapsed: closed until someone opens it. repeat: the name of a variable, the row is drawn once
    for each of its values.
    """

    title: str
    panels: Any = ()
    _: KW_ONLY
    height: int | None = None
    collapsed: bool = False
    repeat: str = ""
    key: str | int = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.title, str) or not (self.title.strip() or self.key):
            refuse("Row: a row needs a title", self.origin, 'or, with title="", a key="…"')
        check_range(self, "height", 1, 200)
        if any(isinstance(panel, Row) for panel in listed(self.panels)):
            refuse(f'row "{self.title}": a row cannot hold a row', self.origin)

    @property
    def id(self) -> int:
        """Return the row's id; a panel of the same title has another."""
        return self.key if isinstance(self.key, int) else panel_id(f"row:{self.key or self.title}")

    def to_json_data(self) -> NoReturn:
        """Refuse: only our Dashboard lays rows out."""
        refuse(
            f'row "{self.title}" stands in a dashboard of another library',
            self.origin,
            "use obsdash's Dashboard, or that library's row",
        )

    def head_json(self, panels: list[Json]) -> Json:
        """Return the row's heading; a collapsed row holds its panels."""
        head: Json = {
            "collapsed": self.collapsed,
            "panels": panels,
            "title": self.title,
            "type": "row",
        }
        if self.repeat:
            head["repeat"] = self.repeat.removeprefix("$")
        return marked(merged(head, self.raw), self.origin)


@dataclass(frozen=True)
class Placed:
    """A panel or row (`source`) and its JSON, which has its position; `inside` a collapsed row."""

    source: Any
    document: Json
    inside: tuple["Placed", ...] = ()


def arrange(items: Iterable[Any]) -> list[Placed]:
    """Place rows, lines (lists) and single panels; single ones follow each other 12 wide."""
    grid = _Grid()
    placed: list[Placed] = []
    for item in _with_lines(items):
        placed += _row(grid, item) if isinstance(item, Row) else _line(grid, item, None)
    return placed


class _Grid:
    """How far down each column is filled: a panel drops until it rests, so no gap is left."""

    def __init__(self, top: int = 0) -> None:
        self._floor = [top] * COLUMNS

    def drop(self, x: int, width: int, height: int) -> Json:
        y = max(self._floor[x : x + width])
        self._floor[x : x + width] = [y + height] * width
        return {"h": height, "w": width, "x": x, "y": y}


def _with_lines(items: Iterable[Any]) -> Iterator[Any]:
    """Gather single panels that follow each other into a line of fixed widths."""
    alone: list[_Cell] = []
    for item in map(_own, items):
        if isinstance(item, Row | list | tuple):
            if alone:
                yield alone
                alone = []
            yield item if isinstance(item, Row) else _cells(item)
        else:
            alone.append(_cell(item, width=_ALONE))
    if alone:
        yield alone


def _own(item: Any) -> Any:
    """Read a row of another library as ours; anything else stays what it is."""
    if isinstance(item, Row | BasePanel | list | tuple):
        return item
    document = plain(item)
    if not isinstance(document, dict) or document.get("type") != "row":
        return item
    written = document.get(ORIGIN_KEY)
    return Row(
        document.get("title") or "",
        document.get("panels") or [],
        collapsed=bool(document.get("collapsed")),
        repeat=document.get("repeat") or "",
        key=document.get("id") or "",
        origin=parse_origin(written) if written else None,
    )


@dataclass(frozen=True)
class _Cell:
    source: Any
    document: Json
    width: int | None
    height: int | None
    usual_height: int


def _cells(panels: Any) -> list[_Cell]:
    return [_cell(panel) for panel in listed(panels)]


def _cell(source: Any, width: int | None = None) -> _Cell:
    """Measure a panel: ours says its size, any other's gridPos may."""
    document = plain(source)
    if isinstance(source, LibraryPanel):
        inner = _cell(source.panel, width)
        width, height = source.width or inner.width, source.height or inner.height
        return _Cell(source, document, width, height, inner.usual_height)
    if not isinstance(document, dict):
        refuse(f"{source!r} is no panel", place(), "give a panel, a row or a list of panels")
    if isinstance(source, BasePanel):
        return _Cell(source, document, source.width or width, source.height, source.default_height)
    position = document.get("gridPos") or {}
    return _Cell(source, document, position.get("w") or width, position.get("h"), 8)


def _row(grid: _Grid, row: Row) -> Iterator[Placed]:
    head = grid.drop(0, COLUMNS, 1)
    inner = _Grid(head["y"] + 1) if row.collapsed else grid
    below = [placed for line in _lines(row.panels) for placed in _line(inner, line, row.height)]
    if row.collapsed:
        document = row.head_json([placed.document for placed in below]) | {"gridPos": head}
        yield Placed(row, document, tuple(below))
    else:
        yield Placed(row, row.head_json([]) | {"gridPos": head})
        yield from below


def _lines(panels: Any) -> list[list[_Cell]]:
    items = listed(panels)
    if any(isinstance(item, list | tuple) for item in items):
        return [_cells(item) for item in items]
    return [_cells(items)]


def _line(grid: _Grid, cells: Sequence[_Cell], height: int | None) -> Iterator[Placed]:
    for line in _broken(cells):
        x = 0
        for cell, width in zip(line, _shares(line), strict=True):
            tall = cell.height or height or cell.usual_height
            cell.document["gridPos"] = grid.drop(x, width, tall)
            yield Placed(cell.source, cell.document)
            x += width


def _broken(cells: Sequence[_Cell]) -> list[list[_Cell]]:
    """Break a line where the next panel does not fit any more."""
    lines: list[list[_Cell]] = [[]]
    used = 0
    for cell in cells:
        least = min(cell.width or _NARROWEST, COLUMNS)
        if used + least > COLUMNS:
            lines.append([])
            used = 0
        lines[-1].append(cell)
        used += least
    return lines


def _shares(line: Sequence[_Cell]) -> list[int]:
    """Return the widths; what is left is shared evenly, the first ones get the odd columns."""
    left = COLUMNS - sum(cell.width or 0 for cell in line)
    sharing = sum(1 for cell in line if not cell.width)
    shares = iter(left // sharing + (nth < left % sharing) for nth in range(sharing))
    return [min(cell.width, COLUMNS) if cell.width else next(shares) for cell in line]
