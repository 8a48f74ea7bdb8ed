"""Routing, as an Alertmanager or a Grafana has it."""
