"""The data sources of a server, which the spellings of a reference are told by."""

from collections.abc import Collection, Mapping

from obsdash.diff.kinds import SOURCED
from obsdash.grafana.transport import Grafana
from obsdash.grafana.trouble import GrafanaError
from obsdash.migration.sources import NONE, Sources
from obsdash.resource import Ref, Resource


def read_sources(
    api: Grafana, wanted: Collection[Resource], live: Mapping[Ref, Resource]
) -> Sources:
    """Read the data sources if anything that refers to some differs from what is live."""
    pairs = [(one, live.get(one.ref)) for one in wanted if one.ref.kind in SOURCED]
    if all(there is None or there.spec == one.spec for one, there in pairs):
        return NONE
    try:
        return Sources.listed(api.get("datasources"))
    except GrafanaError as error:
        if error.status != 403:
            raise
    return _shown(api)


def _shown(api: Grafana) -> Sources:
    """Return what the web interface lets everybody use, also those who may not list it."""
    shown = api.get("frontend", "settings").get("datasources")
    return Sources.listed(shown.values() if isinstance(shown, dict) else ())
