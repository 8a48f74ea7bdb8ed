"""Library panels: one panel that several dashboards show."""

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Self

from obsdash.author.document import Json, given, marked, place, plain
from obsdash.author.refusals import check_range, check_text, refuse
from obsdash.origin import Origin
from obsdash.resource import LIBRARY_PANEL, Ref, Resource


@dataclass(frozen=True)
class LibraryPanel:
    """A panel of Grafana's library; a dashboard shows it by having it among its panels.

    name: in the library. panel: ours, grafanalib's, the Foundation SDK's or a dict.
    uid: names it for good: letters, digits, - and _, at most 40.
    folder: titles joined with "/", the root if left out.
    width, height: in a dashboard, otherwise those of the panel.
    """

    name: str
    panel: Any
    _: KW_ONLY
    uid: str
    folder: str = ""
    width: int | None = None
    height: int | None = None
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text(self, "name")
        check_text(self, "uid")
        check_range(self, "width", 1, 24)
        check_range(self, "height", 1, 200)
        document = plain(self.panel)
        if not isinstance(document, dict) or document.get("type") in (None, "row"):
            refuse(f'LibraryPanel "{self.name}": {self.panel!r} is no panel', self.origin)

    def resources(self) -> Iterable[Resource]:
        """Return the library panel; its spec still carries the private keys of `obsdash.origin`."""
        spec = marked({"name": self.name, "model": plain(self.panel)}, self.origin)
        return [Resource(Ref(LIBRARY_PANEL, self.uid), spec, self.folder)]

    def to_json_data(self) -> Json:
        """Return the reference that stands for it in a dashboard, without its place."""
        document = plain(self.panel)
        size = document.get("gridPos") or {}
        reference = {
            "gridPos": given(h=self.height or size.get("h"), w=self.width or size.get("w")),
            "libraryPanel": {"name": self.name, "uid": self.uid},
            "title": document.get("title") or "",
        }
        return marked(reference, self.origin)

    def _map_panels(self, change: Callable[[Self], Any]) -> Any:
        return change(self)  # grafanalib's dashboards walk their panels with this
