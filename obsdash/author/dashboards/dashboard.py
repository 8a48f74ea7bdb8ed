"""The dashboard: panels, variables, links and annotations as one document."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any, Literal

from obsdash.author.dashboards.annotations import Annotation, builtin_annotation
from obsdash.author.dashboards.layout import Placed, Row, arrange
from obsdash.author.dashboards.librarypanel import LibraryPanel
from obsdash.author.dashboards.numbering import number
from obsdash.author.dashboards.panel import BasePanel
from obsdash.author.dashboards.queries import SourceLike, reference
from obsdash.author.dashboards.variables import DatasourceVariable, Variable
from obsdash.author.document import Json, given, listed, marked, merged, place, plain
from obsdash.author.links import Link, PanelLink, TagLinks
from obsdash.author.refusals import check_fields, check_text, refuse
from obsdash.origin import ORIGIN_KEY, Origin, parse_origin
from obsdash.resource import DASHBOARD, Ref, Resource
from obsdash.words import nearest

# What 9.3's editor writes; later Grafanas migrate it when they load it.
SCHEMA_VERSION = 37

Tooltip = Literal["single", "crosshair", "shared"]
_TOOLTIPS: tuple[Tooltip, ...] = ("single", "crosshair", "shared")  # Grafana stores the position


@dataclass(frozen=True)
class Dashboard:
    """A dashboard.

    uid: names it for good, in URLs and links: letters, digits, - and _, at most 40.
    panels: rows, panels and lists of panels (a line each); those of grafanalib, of the Foundation
    SDK and dicts too.
    folder: titles joined with "/"; left out, the sub-folder of the file.
    datasource: for queries without one; left out, the data source variable of the query's type.
    tooltip: shown in one panel only, with a crosshair in all, or shared by all.
    raw: JSON laid over the result, for what has no option here.
    """

    title: str
    _: KW_ONLY
    uid: str
    panels: Sequence[Any] = ()
    variables: Sequence[Variable | Any] = ()
    annotations: Sequence[Annotation | Any] = ()
    links: Sequence[Link | TagLinks | Any] = ()
    tags: Sequence[str] = ()
    description: str = ""
    folder: str | None = None
    datasource: SourceLike | Mapping[str, str] | None = None
    time: tuple[str, str] = ("now-6h", "now")
    refresh: str = "30s"
    timezone: str = ""
    tooltip: Tooltip = "crosshair"
    editable: bool = True
    raw: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text(self, "title")
        check_fields(self)
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", str(self.uid)):
            refuse(
                f"dashboard uid {self.uid!r} is not 1 to 40 letters, digits, hyphens, underscores",
                self.origin,
            )
        if isinstance(self.time, str) or len(self.time) != 2:
            refuse(f'dashboard "{self.title}": time must be two, ("now-6h", "now")', self.origin)
        self._check_datasource()
        self._check_variables()

    def _check_datasource(self) -> None:
        if isinstance(self.datasource, str):
            refuse(
                f'dashboard "{self.title}": the type of data source {self.datasource!r} is missing',
                self.origin,
                f'write datasource={{"type": "prometheus", "uid": "{self.datasource}"}}',
            )

    def _check_variables(self) -> None:
        names = [getattr(variable, "name", None) for variable in self.variables]
        twice = {name for name in names if name and names.count(name) > 1}
        if twice:
            refuse(f'dashboard "{self.title}" has two variables {min(twice)!r}', self.origin)

    def resources(self) -> Iterable[Resource]:
        """Return the dashboard, and the library panels that it shows.

        Their specs still carry the private keys of `obsdash.origin`.
        """
        own = Resource(Ref(DASHBOARD, self.uid), self.to_json_data(), self.folder or "")
        return [own, *(r for panel in _library_panels(self.panels) for r in panel.resources())]

    def panel(self, title: str) -> PanelLink:
        """Return the link to a panel, by its title or key."""
        found = [panel for panel in self._flat if title in _names(panel)]
        if not found:
            known = [name for panel in self._flat for name in _names(panel)]
            refuse(
                f'dashboard "{self.title}" has no panel "{title}"{nearest(title, known)}',
                place(),
                "it has " + ", ".join(f'"{name}"' for name in known),
            )
        if len(found) > 1:
            refuse(
                f'dashboard "{self.title}" has {len(found)} panels "{title}"',
                place(),
                "give the one you mean a key and name that",
            )
        return PanelLink(self.uid, found[0].document["id"], found[0].document["title"])

    def to_json_data(self) -> Json:
        """Return the dashboard as Grafana's editor writes it."""
        document = {
            "annotations": {"list": [builtin_annotation(), *self._documents(self.annotations)]},
            "editable": self.editable,
            "fiscalYearStartMonth": 0,
            "graphTooltip": _TOOLTIPS.index(self.tooltip),
            "links": [_head(link) for link in self.links],
            "liveNow": False,
            "panels": [self._sourced(panel.document) for panel in self._arranged()],
            "refresh": self.refresh,
            "schemaVersion": SCHEMA_VERSION,
            "tags": list(self.tags),
            "templating": {"list": self._documents(self.variables)},
            "time": {"from": self.time[0], "to": self.time[1]},
            "timepicker": {},
            "timezone": self.timezone,
            "title": self.title,
            "uid": self.uid,
            "weekStart": "",
        } | given(description=self.description)
        return marked(merged(document, self.raw), self.origin)

    @cached_property
    def _flat(self) -> list[Placed]:
        return [
            panel
            for outer in self._arranged()
            for panel in (outer, *outer.inside)
            if panel.document.get("type") != "row"
        ]

    def _arranged(self) -> list[Placed]:
        placed = arrange(self.panels)
        number(placed)
        return placed

    def _documents(self, things: Sequence[Any]) -> list[Json]:
        return [self._sourced(plain(thing)) for thing in things]

    def _sourced(self, part: Json) -> Json:
        """Complete data sources that name a type only, here and in the parts."""
        below: Json = {
            name: [self._sourced(item) for item in part[name]]
            for name in ("targets", "panels")
            if part.get(name)
        }
        source = part.get("datasource")
        if isinstance(source, dict) and set(source) == {"type"}:
            below["datasource"] = self._source(source["type"], part)
        return part | below

    def _source(self, kind: str, part: Json) -> Json:
        own = reference(self.datasource)
        if own.get("type") == kind:
            return own
        variables = [item for item in self.variables if isinstance(item, DatasourceVariable)]
        found = next((variable for variable in variables if variable.type == kind), None)
        if found is None:
            written = part.get(ORIGIN_KEY)
            refuse(
                f'dashboard "{self.title}" has no {kind} data source for a query without one',
                parse_origin(written) if written else self.origin,
                f'add DatasourceVariable(type="{kind}") to its variables, or give datasource=…',
            )
        return reference(found)


def _head(link: Any) -> Any:
    return link.head_json() if isinstance(link, Link | TagLinks) else plain(link)


def _library_panels(items: Iterable[Any]) -> Iterator[LibraryPanel]:
    for item in items:
        if isinstance(item, LibraryPanel):
            yield item
        elif isinstance(item, Row | list | tuple):
            yield from _library_panels(listed(item.panels) if isinstance(item, Row) else item)


def _names(panel: Placed) -> list[str]:
    """Return what a panel can be called by: its key, if any, and its title."""
    key = panel.source.key if isinstance(panel.source, BasePanel) else ""
    return [*([key] if isinstance(key, str) and key else []), str(panel.document.get("title", ""))]
