"""Dashboards: panels, queries, variables, layout."""
