"""Deliver to Grafana over its HTTP API."""

from obsdash.grafana.target import GrafanaTarget

__all__ = ["GrafanaTarget"]
