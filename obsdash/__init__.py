"""Observability defined in Python: build, diff, sync and verify."""

__version__ = "0.1.0"
