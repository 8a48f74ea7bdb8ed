"""Links: from a dashboard, a panel, a value; and the link to a panel that alerts carry."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from obsdash.author.document import Json, merged, place
from obsdash.author.refusals import check_fields, check_text
from obsdash.origin import Origin

Icon = Literal["external link", "dashboard", "question", "info", "bolt", "doc", "cloud"]

_PLACEHOLDERS = "${}:_.,|"  # what a variable in a URL is made of stays readable


@dataclass(frozen=True)
class Link:
    """A link: in the head of a dashboard, on a panel, or on a value (`data_links`).

    On panels and values the URL may use variables: `${__field.labels.job}`, `${__value.raw}`.
    keep_time, include_vars: carry the time range and the dashboard's variables over.
    """

    title: str
    url: str
    _: KW_ONLY
    tooltip: str = ""
    icon: Icon = "external link"
    keep_time: bool = False
    include_vars: bool = False
    new_tab: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text(self, "title")
        check_text(self, "url")
        check_fields(self)

    def head_json(self) -> Json:
        """Return the link as a dashboard's head has it."""
        return merged(
            {
                "asDropdown": False,
                "icon": self.icon,
                "includeVars": self.include_vars,
                "keepTime": self.keep_time,
                "tags": [],
                "targetBlank": self.new_tab,
                "title": self.title,
                "tooltip": self.tooltip,
                "type": "link",
                "url": self.url,
            },
            self.raw,
        )

    def to_json_data(self) -> Json:
        """Return the link as panels and values have it."""
        macros = ["${__url_time_range}"] * self.keep_time + [
            "${__all_variables}"
        ] * self.include_vars
        joint = "&" if "?" in self.url else "?"
        url = self.url + (joint + "&".join(macros) if macros else "")
        link: Json = {"title": self.title, "url": url}
        return merged(link | ({"targetBlank": True} if self.new_tab else {}), self.raw)


@dataclass(frozen=True)
class TagLinks:
    """Links to all dashboards that carry every one of some tags, side by side or in a menu."""

    title: str
    tags: Sequence[str]
    _: KW_ONLY
    menu: bool = True
    keep_time: bool = True
    include_vars: bool = False
    new_tab: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default_factory=place, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_fields(self)
        check_text(self, "title")

    def head_json(self) -> Json:
        """Return the links as a dashboard's head has them."""
        return merged(
            {
                "asDropdown": self.menu,
                "icon": "external link",
                "includeVars": self.include_vars,
                "keepTime": self.keep_time,
                "tags": list(self.tags),
                "targetBlank": self.new_tab,
                "title": self.title,
                "tooltip": "",
                "type": "dashboards",
                "url": "",
            },
            self.raw,
        )


@dataclass(frozen=True, slots=True)
class PanelLink:
    """A panel of a dashboard, for an alert that leads to it."""

    dashboard_uid: str
    panel_id: int
    title: str

    @property
    def url(self) -> str:
        """Return the path of the panel, without the server."""
        return f"/d/{self.dashboard_uid}?viewPanel={self.panel_id}"


def to_dashboard(
    uid: str, title: str, *, variables: Mapping[str, str] | None = None, panel: int | None = None
) -> Link:
    """Link to a dashboard in the same time range, with some of its variables set.

    variables: `{"job": "${__field.labels.job}"}`; without it all variables are carried over.
    """
    query = [
        f"var-{name}={quote(value, safe=_PLACEHOLDERS)}"
        for name, value in (variables or {}).items()
    ]
    if panel is not None:
        query.append(f"viewPanel={panel}")
    return Link(
        title,
        f"/d/{uid}" + ("?" + "&".join(query) if query else ""),
        icon="dashboard",
        keep_time=True,
        include_vars=variables is None,
    )


def to_alert(name: str, title: str = "") -> Link:
    """Link to an alert in Grafana's list of alert rules."""
    rule = quote(name)
    return Link(title or f"Alert {name}", f"/alerting/list?queryString={rule}&search=rule:{rule}")
