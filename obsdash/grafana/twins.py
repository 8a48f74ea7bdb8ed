"""Title twins: dashboards that Grafana up to 11.2 cannot hold beside each other.

It keeps one dashboard a title and folder, and none that is titled like a folder. They are found
before anything is written; a write would be refused, or hit the wrong one.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from obsdash.grafana.site import Site
from obsdash.grafana.transport import Json
from obsdash.resource import Resource


def twins(site: Site, wanted: Mapping[str, Resource], listed: Iterable[Json]) -> dict[str, str]:
    """Return the wanted dashboards that another one stands in the way of, with the reason."""
    if not site.server.unique_titles:
        return {}
    taken = {
        (hit.get("folderUid") or "", slug(hit["title"])): hit["uid"]
        for hit in listed
        if hit["uid"] not in wanted  # those will be where they are wanted
    }
    folders = {slug(folder.title) for folder in site.folders.by_uid.values()}
    folders |= {slug(title) for r in wanted.values() for title in r.folder.split("/") if title}
    reasons = {}
    for uid, resource in sorted(wanted.items()):
        name = slug(resource.spec.get("title", ""))
        other = taken.setdefault((site.folders.uid(resource.folder), name), uid)
        if other != uid:
            reasons[uid] = (
                f"{site.server} allows a title once in a folder, and dashboard/{other} has it:"
                " rename or delete one"
            )
        elif name in folders:
            reasons[uid] = f"{site.server} refuses a dashboard that is titled like a folder"
    return reasons


def slug(title: str) -> str:
    """Return what Grafana compares titles by, near enough: `p95 (API)` and `P95: api` are equal."""
    plain = unicodedata.normalize("NFKD", title).lower().replace("&", " and ").replace("@", " at ")
    ascii_only = plain.encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9_]+", "-", ascii_only).strip("-")
    return name if ascii_only else title
