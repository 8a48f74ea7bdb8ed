"""A resource on its way: its document still carries its marks and is not yet repaired."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from obsdash.origin import ORIGIN_KEY, Mark, Origin, parse_origin
from obsdash.resource import Ref, Spec


class Style(Enum):
    """Who wrote the document, which decides how much of it *modernise* may touch."""

    OURS = "made by obsdash.author or grafanalib: every rule"
    FOREIGN = "as Grafana or the Foundation SDK write it: what makes it valid, nothing else"
    FINAL = "nothing"


@dataclass(frozen=True, slots=True)
class Where:
    """The definition file that a value comes from.

    namespace: that of its rule groups.
    loki: whether its rule files are Loki's.
    """

    file: str
    namespace: str = ""
    loki: bool = False

    @property
    def origin(self) -> Origin:
        """The file as a whole."""
        return Origin(self.file, 0)


@dataclass(frozen=True, slots=True)
class Draft:
    """What one definition says.

    folder: None when the definition does not say; the file's sub-folder decides then.
    marks: those known beside the ones inside `spec`.
    clean: whether no marks are inside `spec`.
    inside: where the spec stands in the document that it was read from, a JSON pointer.
    """

    ref: Ref
    spec: Spec
    origin: Origin
    style: Style = Style.FINAL
    folder: str | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    inside: str = ""
    clean: bool = False


def origin_in(document: Any) -> Origin | None:
    """Return the place that a marked document carries."""
    place = text_of(document, ORIGIN_KEY)
    return parse_origin(place) if place else None


def text_of(document: Any, key: str) -> str:
    """Return a text of a document, "" when it is absent or something else."""
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""
