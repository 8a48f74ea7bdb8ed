"""Tests of the routing: what becomes of an alert, by amlint's simulation of Alertmanager."""

from obsdash.routetest.results import RouteCheck, RouteResult, RouteResults, Unheard
from obsdash.routetest.run import run_route_tests

__all__ = ["RouteCheck", "RouteResult", "RouteResults", "Unheard", "run_route_tests"]
