"""A Grafana for tests: an HTTP server with the semantics of the real one, verified against it.

`tests/grafana/test_contract.py` runs against this double and, where one is given, against a real
Grafana; `tests/grafana/test_recordings.py` replays what a real one answered.
"""

from tests.doubles.grafana.faults import Fault
from tests.doubles.grafana.server import GrafanaDouble

__all__ = ["Fault", "GrafanaDouble"]
