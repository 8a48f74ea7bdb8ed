"""What every panel shares: its place, its words, its queries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar, Literal, Self

from obsdash.author.dashboards.queries import BaseQuery, Source, reference
from obsdash.author.document import Json, given, listed, marked, merged, place, plain
from obsdash.author.links import Link
from obsdash.author.refusals import check_fields, check_range, refuse
from obsdash.origin import Origin
from obsdash.panelid import panel_id

# The shape of all options below: later Grafanas migrate from it, 9.3 reads it as it stands.
PLUGIN_VERSION = "9.3.0"

_MIXED = {"type": "datasource", "uid": "-- Mixed --"}

Queries = BaseQuery | Any | Sequence[BaseQuery | Any]


@dataclass(frozen=True)
class BasePanel:
    """What all panels share.

    width: of 24 columns; height: in grid units of about 36 px; left out, the row decides.
    key: names the panel for good, so that its id stays when the title changes; a number is the
    id itself.
    repeat: the name of a variable, the panel is drawn once for each of its values.
    may_be_empty: why no data is right for this panel; `verify` then accepts it.
    raw: JSON laid over the result, for what has no option here.
    """

    title: str
    _: KW_ONLY
    description: str = ""
    width: int | None = None
    height: int | None = None
    key: str | int = ""
    transparent: bool = False
    links: Sequence[Link | Any] = ()
    repeat: str = ""
    repeat_direction: Literal["h", "v"] = "h"
    max_per_row: int | None = None
    may_be_empty: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    default_height: ClassVar[int] = 8

    def __post_init__(self) -> None:
        if not isinstance(self.title, str) or not (self.title.strip() or self.key):
            refuse(
                f"{type(self).__name__}: a panel needs a title",
                self.origin,
                'or, with title="", a key="…" that names it',
            )
        check_fields(self)
        check_range(self, "width", 1, 24)
        check_range(self, "height", 1, 200)

    @property
    def id(self) -> int:
        """Return the panel's id; on a dashboard, panels of equal titles get others."""
        return self.key if isinstance(self.key, int) else panel_id(self.key or self.title)

    def to_json_data(self) -> Json:
        """Return the panel as Grafana's editor writes it; the dashboard adds x and y."""
        document = {
            "gridPos": given(h=self.height or self.default_height, w=self.width),
            "id": self.id,
        }
        document |= given(
            title=self.title,
            description=self.description,
            links=plain(self.links),
            transparent=self.transparent or None,
        )
        document |= self._repeated() | self._content()
        return marked(merged(document, self.raw), self.origin, self.may_be_empty)

    def _repeated(self) -> Json:
        if not self.repeat:
            return {}
        return given(
            repeat=self.repeat.removeprefix("$"),
            repeatDirection=self.repeat_direction,
            maxPerRow=self.max_per_row,
        )

    def _content(self) -> Json:
        raise NotImplementedError

    def _map_panels(self, change: Callable[[Self], Any]) -> Any:
        return change(self)  # grafanalib's dashboards walk their panels with this


@dataclass(frozen=True)
class QueryPanel(BasePanel):
    """What all panels with queries share.

    queries: one query or several; refIds A, B, C … are given in order.
    interval: the smallest step. time_from: a range of its own, `24h`; time_shift: seen so much
    earlier, `7d`.
    """

    queries: Queries = ()
    _: KW_ONLY
    datasource: Source = None
    transformations: Sequence[Json] = ()
    interval: str = ""
    max_data_points: int | None = None
    time_from: str = ""
    time_shift: str = ""

    plugin: ClassVar[str] = ""

    def _content(self) -> Json:
        targets = [self._target(query) for query in listed(self.queries)]
        return {
            "options": self._options(),
            "pluginVersion": PLUGIN_VERSION,
            "targets": _lettered(targets, self),
            "type": self.plugin,
        } | given(
            datasource=self._source(targets),
            fieldConfig=self._field_config(),
            interval=self.interval,
            maxDataPoints=self.max_data_points,
            timeFrom=self.time_from,
            timeShift=self.time_shift,
            transformations=list(self.transformations),
        )

    def _options(self) -> Json:
        return {}

    def _field_config(self) -> Json:
        return {}

    def _target(self, query: Any) -> Json:
        """Return a query's JSON; without a data source of its own it uses the panel's."""
        target = plain(query)
        if not isinstance(target, dict):
            refuse(
                f'panel "{self.title}": {query!r} is no query',
                self.origin,
                'write Prometheus("…") or Loki("…")',
            )
        own = target.get("datasource") or {}
        if self.datasource is None or "uid" in own:
            return target
        return target | {"datasource": reference(self.datasource, own.get("type", ""))}

    def _source(self, targets: list[Json]) -> Json:
        sources = [target["datasource"] for target in targets if target.get("datasource")]
        if any(source != sources[0] for source in sources):
            return dict(_MIXED)
        return dict(sources[0]) if sources else {}


def _lettered(targets: list[Json], panel: QueryPanel) -> list[Json]:
    """Give the refIds A, B, C … to targets without one."""
    taken = [target["refId"] for target in targets if target.get("refId")]
    if len(taken) != len(set(taken)):
        refuse(f'panel "{panel.title}": two queries have the same ref_id', panel.origin)
    free = (letter for letter in _letters() if letter not in taken)
    return [target if target.get("refId") else target | {"refId": next(free)} for target in targets]


def _letters() -> Sequence[str]:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [*alphabet, *(first + second for first in alphabet for second in alphabet)]
