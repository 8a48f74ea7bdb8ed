"""Run every panel, variable and rule query on live data, and judge the answers."""

from obsdash.verify.backends import Backend, Backends
from obsdash.verify.baseline import mark_known
from obsdash.verify.grafana import ThroughGrafana, proxy_path
from obsdash.verify.loki import Loki
from obsdash.verify.model import DataSource, Finding, Query, Source, Status, Window
from obsdash.verify.prometheus import Prometheus
from obsdash.verify.run import Limits, verify
from obsdash.verify.sources import defined_sources, grafana_sources
from obsdash.verify.timing import parse_duration

__all__ = [
    "Backend",
    "Backends",
    "DataSource",
    "Finding",
    "Limits",
    "Loki",
    "Prometheus",
    "Query",
    "Source",
    "Status",
    "ThroughGrafana",
    "Window",
    "defined_sources",
    "grafana_sources",
    "mark_known",
    "parse_duration",
    "proxy_path",
    "verify",
]
