"""The kinds of objects that we deliver to Grafana, in the order of their references."""

from obsdash.grafana import dashboard, datasource, folder
from obsdash.grafana.site import Kind

KINDS: tuple[Kind, ...] = (folder, datasource, dashboard)
