"""Run every panel, variable and rule query on live data, and judge the answers."""

from obsdash.verify.backends import Backends, DataSource
from obsdash.verify.model import Finding, Query, Source, Status, Window
from obsdash.verify.run import Limits, verify

__all__ = [
    "Backends",
    "DataSource",
    "Finding",
    "Limits",
    "Query",
    "Source",
    "Status",
    "Window",
    "verify",
]
