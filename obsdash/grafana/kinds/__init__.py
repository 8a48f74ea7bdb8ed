"""The kinds of objects that we deliver to Grafana, in the order of their references."""

from obsdash.grafana.kinds import (
    alertrules,
    contactpoints,
    dashboard,
    datasource,
    folder,
    librarypanel,
    mutetimings,
    policies,
    templates,
)
from obsdash.grafana.site import Kind

KINDS: tuple[Kind, ...] = (
    folder,
    datasource,
    librarypanel,
    dashboard,
    mutetimings,
    templates,
    contactpoints,
    policies,
    alertrules,
)
