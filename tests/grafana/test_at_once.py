"""Two syncs of one project at the same time: each object is as one of them wants it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from obsdash.plan import Plan
from obsdash.resource import Resource
from obsdash.target import apply_plan
from tests.doubles.grafana import GrafanaDouble
from tests.grafana.conftest import VERSIONS, Lab
from tests.grafana.scenes import PROMETHEUS, address
from tests.grafana.test_foreign import tree, wanted


def applied(lab: Lab, plan: Plan) -> set[str]:
    report = apply_plan(plan, lab.target(secrets=address))
    assert len(report.outcomes) == len(plan.actions)
    return {str(outcome.ref) for outcome in report.outcomes}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("exists", [False, True], ids=["new", "changed"])
def test_each_object_is_as_one_of_two_syncs_wants_it(version: str, exists: bool) -> None:
    with GrafanaDouble(version) as double:
        lab = Lab(double.url, double=double)
        lab.api("POST", "/datasources", {"uid": "prom", "name": "prom", **PROMETHEUS})

        def objects(text: str) -> list[Resource]:
            return [*wanted(lab, "both", text, "Shop"), tree(lab, "both", text)]

        if exists:
            assert lab.sync(*objects("10"), secrets=address).ok
        plans = [lab.plan(*objects(text), secrets=address) for text in ("20", "30")]
        double.latency = 0.002  # so that they meet
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda plan: applied(lab, plan), plans))
        assert done[0] == done[1]
        missed = [
            {str(a.ref) for a in lab.plan(*objects(text), secrets=address).actions}
            for text in ("20", "30")
        ]
        assert not missed[0] & missed[1], "what neither of them wanted"
        assert lab.sync(*objects("30"), secrets=address).ok
        assert not lab.plan(*objects("30"), secrets=address)
