"""Message templates: texts that contact points call."""

import re
from collections.abc import Iterator, Mapping

from obsdash.grafana.notifying import There, lists, provenances, read_named, still_ours
from obsdash.grafana.register import API, Owners, is_register, owners_in
from obsdash.grafana.site import Found, Site
from obsdash.grafana.transport import Json
from obsdash.resource import MESSAGE_TEMPLATE, Ref, Resource

NAME = MESSAGE_TEMPLATE
WRITERS = 1  # all notification objects are one row in Grafana's database
VERSIONED = False
PIECEMEAL = False
REGISTERED = True

_PATH = "templates"
_DEFINED = re.compile(r'\{\{-?\s*define\s+"((?:[^"\\]|\\.)*)"')


def read(site: Site, wanted: Mapping[str, Resource], *, others: bool) -> Found:
    """Read the wanted templates, ours, and the names of the rest."""
    return read_named(site, wanted, _look, others=others)


def _look(site: Site) -> tuple[Mapping[Ref, There], Owners]:
    templates = lists(site, _PATH)[0]
    known = provenances(site)[1] if templates else {}
    there = {}
    for item in templates:
        resource = _resource(item)
        if not is_register(item):
            origin = item.get("provenance") or known.get(item["name"], "")
            there[resource.ref] = There(resource, origin)
    return there, owners_in(templates)


def fetch(site: Site, like: Resource) -> Resource | None:
    """Read one template."""
    return next((_resource(i) for i in lists(site, _PATH)[0] if i["name"] == like.ref.uid), None)


def save(site: Site, desired: Resource, live: Resource | None) -> None:  # noqa: ARG001 (same call)
    """Create or replace a template."""
    site.api.put(*API, _PATH, desired.ref.uid, body={"template": desired.spec["template"]})


def delete(site: Site, live: Resource) -> None:
    """Delete a template; `keep` was asked before."""
    site.api.delete(*API, _PATH, live.ref.uid)


def keep(site: Site, live: Resource) -> str:
    """Refuse to delete what is not ours, or what a contact point calls: it could say nothing."""
    for point in lists(site, "contact-points")[0]:
        for name in _defined(live):
            if f'template "{name}"' in str(point.get("settings")):
                return f"contact point {point['name']!r} still calls it"
    return still_ours(site, live.ref, _look(site)[0].get(live.ref))


def _defined(template: Resource) -> Iterator[str]:
    yield from _DEFINED.findall(str(template.spec.get("template", "")))


def _resource(item: Json) -> Resource:
    spec = {"name": item["name"], "template": item["template"]}
    return Resource(Ref(MESSAGE_TEMPLATE, item["name"]), spec)
