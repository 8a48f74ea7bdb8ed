"""Dashboards with gaps between panels, which Grafana closes when it saves."""

import copy

from obsdash.drift import Base
from obsdash.drift.case import case_of, edits_of
from obsdash.migration.sources import NONE
from tests.diff.documents import Spec, dashboard, resource


def low() -> Spec:
    """Return a dashboard whose panels leave the top of the grid empty."""
    document = dashboard(4)
    for panel in document["panels"]:
        panel["gridPos"]["y"] += 36
    return document


def test_a_panel_that_got_another_type_stays_where_it_is() -> None:
    base, live = low(), dashboard(4)
    live["panels"][3]["type"] = "barchart"
    defined = copy.deepcopy(base)
    defined["panels"][0]["title"] = "All requests"
    found = case_of(resource(live), resource(defined), resource(base), NONE)
    told = [one.change.text for one in edits_of(found, Base(found.base))]
    assert told == ['type "timeseries" → "barchart"']
    merged = found.merged("theirs").document["panels"]
    assert {one["id"]: one["gridPos"] for one in merged} == {
        one["id"]: one["gridPos"] for one in base["panels"]
    }
