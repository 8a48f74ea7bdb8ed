"""Dashboards and library panels: what changed, which differences are noise."""
