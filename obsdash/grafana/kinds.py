"""The kinds of objects that we deliver to Grafana, in the order of their references."""

from obsdash.grafana import alertrules, dashboard, datasource, folder, librarypanel
from obsdash.grafana.site import Kind

KINDS: tuple[Kind, ...] = (folder, datasource, librarypanel, dashboard, alertrules)
