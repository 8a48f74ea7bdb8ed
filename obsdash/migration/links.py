"""Links of panels and of data, as older dashboards spelled them (schemas 19 to 21)."""

import re
from collections.abc import Callable, Iterator

from obsdash.migration.reading import Json, inner, objects, text

_OLD_NAMES = {
    "__series_name": "__series.name",
    "$__series_name": "${__series.name}",
    "__value_time": "__value.time",
    "__field_name": "__field.name",
    "$__field_name": "${__field.name}",
}
_OLD = re.compile("|".join(map(re.escape, sorted(_OLD_NAMES, key=len, reverse=True))))


def panel_links(panel: Json) -> None:
    """Give a panel's links an address (schema 19)."""
    if isinstance(panel.get("links"), list):
        panel["links"] = [_link(link) for link in objects(panel["links"])]


def _link(link: Json) -> Json:
    url = text(link.get("url"))
    if not url and link.get("dashboard"):
        url = f"dashboard/db/{_slug(str(link['dashboard']))}"
    if not url and link.get("dashUri"):
        url = f"dashboard/{link['dashUri']}"
    url = url or "/"
    if link.get("keepTime"):
        url = _with_query(url, "$__url_time_range")
    if link.get("includeVars"):
        url = _with_query(url, "$__all_variables")
    if link.get("params"):
        url = _with_query(url, str(link["params"]))
    return {"url": url, **{key: link[key] for key in ("title", "targetBlank") if key in link}}


def _slug(title: str) -> str:
    words = re.sub(r"[^\w ]+", "", title.lower())
    return re.sub(r" +", "-", words)


def _with_query(url: str, query: str) -> str:
    if "?" not in url:
        return f"{url}?{query}"
    return f"{url}{'' if url[-1] in '?&' else '&'}{query}"


def variable_syntax(panel: Json) -> None:
    """Spell the variables of data links and of display names anew (schema 20)."""
    _rewrite(panel, lambda url: _OLD.sub(lambda found: _OLD_NAMES[found[0]], url))
    defaults = inner(panel, "options", "fieldOptions", "defaults")
    if isinstance(defaults.get("title"), str):
        defaults["title"] = _OLD.sub(lambda found: _OLD_NAMES[found[0]], defaults["title"])


def field_labels(panel: Json) -> None:
    """Call the labels of a series those of its field (schema 21)."""
    _rewrite(panel, lambda url: url.replace("__series.labels", "__field.labels"))


def _rewrite(panel: Json, spell: Callable[[str], str]) -> None:
    for link in _data_links(panel):
        if isinstance(link.get("url"), str):
            link["url"] = spell(link["url"])


def _data_links(panel: Json) -> Iterator[Json]:
    options = inner(panel, "options")
    yield from objects(options.get("dataLinks"))
    yield from objects(inner(options, "fieldOptions", "defaults").get("links"))
