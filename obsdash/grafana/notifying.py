"""What the kinds of notification objects share: reading named things, and whose they are."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from obsdash.grafana.register import API, Owners, is_ours, obstacle, owners_in
from obsdash.grafana.site import Found, Site
from obsdash.grafana.transport import Json
from obsdash.grafana.trouble import GrafanaError
from obsdash.resource import Ref, Resource

CONFIG = ("alertmanager", "grafana", "config", "api", "v1", "alerts")


class There(NamedTuple):
    """An object that exists, and who wrote it last."""

    resource: Resource
    provenance: str


Look = Callable[[Site], tuple[Mapping[Ref, There], Owners]]


def read_named(site: Site, wanted: Mapping[str, Resource], look: Look, *, others: bool) -> Found:
    """Read what is wanted, and tell the rest apart.

    Who may not read notification objects has none of them; what is wanted is then blocked.
    """
    if not wanted and not others:
        return Found()
    try:
        there, owners = look(site)
    except GrafanaError as error:
        if error.status not in (403, 404):
            raise
        return Found(blocked={one.ref: error.message for one in wanted.values()})
    found = Found()
    for one in wanted.values():
        if one.ref in there:
            found.live[one.ref] = there[one.ref].resource
            if reason := obstacle(site, there[one.ref].provenance, owners.get(one.ref, ())):
                found.blocked[one.ref] = reason
    for ref in there.keys() - found.live.keys() if others else ():
        if is_ours(site, there[ref].provenance, owners.get(ref, ())):
            found.live[ref] = there[ref].resource
        else:
            found.unmanaged.append(ref)
    return found


def lists(site: Site, *names: str) -> list[Json]:
    """Return several of the provisioning API's lists, null as an empty one."""
    return [answer or [] for answer in site.each(lambda name: site.api.get(*API, name), names)]


def owners(site: Site) -> Owners:
    """Return whose the notification objects are."""
    return owners_in(site.api.get(*API, "templates"))


def provenances(site: Site) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return who wrote mute timings and templates, by name, where their lists do not say."""
    if site.server.provenance_in_lists:
        return {}, {}
    config = site.api.get(*CONFIG)
    timings = (config.get("alertmanager_config") or {}).get("muteTimeProvenances")
    return timings or {}, config.get("template_file_provenances") or {}


def still_ours(site: Site, ref: Ref, there: There | None) -> str:
    """Return why an object must not be deleted because of whose it is, "" when it may."""
    if there and not is_ours(site, there.provenance, owners(site).get(ref, ())):
        return "it is not ours any more"
    return ""


def uses(site: Site, key: str) -> Iterator[str]:
    """Yield what the policies name under a key: receivers, mute timings."""
    waiting = [site.api.get(*API, "policies")]
    while waiting:
        policy = waiting.pop()
        value = policy.get(key) or ()
        yield from [value] if isinstance(value, str) else value
        waiting += policy.get("routes") or ()
