"""Which two documents, or parts of them, are compared."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from obsdash.diff.leaf import Place
from obsdash.migration.sources import NONE, Sources


class Part(Enum):
    """What a leaf's path is relative to."""

    DASHBOARD = "dashboard"
    PANEL = "panel"
    VARIABLE = "variable"
    ANNOTATION = "annotation"
    DATASOURCE = "data source"
    RULE = "rule"
    GROUP = "rule group"
    ALERT_RULE = "rule of Grafana's own"
    ALERT_QUERY = "query of such a rule"
    ALERT_MODEL = "what such a query asks"
    ALERTMANAGER = "Alertmanager configuration"
    OTHER = "other"


class Editor(Enum):
    """Whose editor saved the live dashboard since it was written, as far as one can see."""

    NONE = "nobody's"
    SAME = "one of the Grafana that it is defined for, or of a newer one"
    OLDER = "one of an older Grafana, which does not know all that is defined"


class Scope(NamedTuple):
    """The two documents, or parts of them, that a leaf separates.

    sources: the data sources of the server that both are for. editor: who saved the live side.
    """

    part: Part
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    place: Place = Place()
    sources: Sources = NONE
    editor: Editor = Editor.NONE
