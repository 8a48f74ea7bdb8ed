"""Data sources as versions spell them, as settings pages save them, and the default among them."""

from typing import Any

import pytest

from obsdash.diff import difference
from obsdash.grafana.server import Server
from obsdash.grafana.sourceshape import sent, shaped
from obsdash.plan import Update
from obsdash.resource import DATASOURCE, Ref, Resource
from obsdash.target import Refused, apply_plan
from obsdash.undo import undo_plan
from tests.grafana.conftest import Lab

Json = Any


def edited(lab: Lab, resource: Resource, **fields: Any) -> None:
    """Save a data source as its settings page does: all that was read, with some changes."""
    uid = resource.ref.uid
    now = lab.stored(resource)
    now["jsonData"] |= fields.pop("jsonData", {})
    assert lab.call("PUT", f"/datasources/uid/{uid}", {**now, **fields})[0] == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("postgres", "grafana-postgresql-datasource"),
        ("testdata", "grafana-testdata-datasource"),
        ("phlare", "grafana-pyroscope-datasource"),
    ],
)
def test_a_renamed_type_is_written_as_the_server_calls_it_and_is_no_difference(
    lab: Lab, old: str, new: str
) -> None:
    sources = [lab.datasource(f"a{n}", type=kind) for n, kind in enumerate((old, new))]
    assert lab.sync(*sources).ok
    known = new if lab.version >= (10, 3) else old
    assert [lab.stored(source)["type"] for source in sources] == [known, known]
    assert not lab.plan(*sources)


def test_another_type_is_a_difference(lab: Lab) -> None:
    lab.sync(lab.datasource("db", type="postgres"))
    (action,) = lab.plan(lab.datasource("db", type="mysql")).actions
    assert isinstance(action, Update)


def test_before_9_4_the_name_of_a_database_stands_beside_the_settings(lab: Lab) -> None:
    source = lab.datasource("db", type="postgres", jsonData={"database": "shop"})
    lab.sync(source)
    assert lab.stored(source)["database"] == ("shop" if lab.version < (9, 4) else "")
    assert not lab.plan(source)


def test_where_the_page_moves_the_name_of_a_database_is_no_difference(lab: Lab) -> None:
    source = lab.datasource("db", type="mysql", database="shop")
    lab.sync(source)
    edited(lab, source, database="", jsonData={"database": "shop"})
    assert not lab.plan(source)
    edited(lab, source, jsonData={"database": "other"})
    assert lab.plan(source)


FILLED = {
    "prometheus": {"httpMethod": "POST"},
    "elasticsearch": {
        "esVersion": "8.0.0",
        "includeFrozen": False,
        "logLevelField": "",
        "logMessageField": "",
        "maxConcurrentShardRequests": 5,
        "timeField": "@timestamp",
    },
    "graphite": {"graphiteVersion": "1.1"},
    "cloudwatch": {"authType": "default"},
    "stackdriver": {"authenticationType": "jwt"},
    "mysql": {"maxOpenConns": 100, "maxIdleConns": 100, "maxIdleConnsAuto": True}
    | {"connMaxLifetime": 14400},
}


@pytest.mark.parametrize("kind", FILLED)
def test_what_a_settings_page_fills_in_is_counted_not_shown(lab: Lab, kind: str) -> None:
    source = lab.datasource(kind, type=kind)
    lab.sync(source)
    edited(lab, source, jsonData=FILLED[kind], withCredentials=False, basicAuthUser="")
    plan = lab.plan(source)
    assert not plan, plan.actions
    assert sum(plan.noise.values()) == len(FILLED[kind])


@pytest.mark.parametrize("kind", FILLED)
def test_any_other_value_is_an_edit(kind: str) -> None:
    base = {"type": kind, "name": "x", "uid": "x"}
    for name in FILLED[kind]:
        live = Resource(Ref(DATASOURCE, "x"), {**base, "jsonData": {name: "other"}})
        desired = Resource(live.ref, base)
        assert len(difference(live, desired).changes) == 1, name


def test_a_default_that_only_the_definition_says_is_a_difference() -> None:
    live = Resource(Ref(DATASOURCE, "x"), {"type": "prometheus", "jsonData": {}})
    desired = Resource(live.ref, {"type": "prometheus", "jsonData": {"httpMethod": "POST"}})
    assert [c.text for c in difference(live, desired).changes] == [
        'jsonData.httpMethod "POST" added'
    ]


def test_a_default_that_people_chose_outlives_our_writes(lab: Lab) -> None:
    source = lab.datasource("prom", isDefault=False)
    lab.sync(source)
    edited(lab, source, isDefault=True)
    changed = lab.datasource("prom", isDefault=False, url="http://127.0.0.1:9091")
    assert lab.sync(changed).ok
    assert lab.stored(source)["isDefault"] is True
    edited(lab, source, isDefault=False)


def test_a_pruned_default_is_the_default_again_after_a_rollback(lab: Lab) -> None:
    other, source = lab.datasource("other"), lab.datasource("prom", isDefault=True)
    lab.sync(other, source)
    plan = lab.plan(other, prune=True)
    assert apply_plan(plan, lab.target()).ok
    assert apply_plan(undo_plan(plan, lab.target(), refused=()), lab.target()).ok
    assert lab.stored(source)["isDefault"] is True
    assert lab.stored(other)["isDefault"] is False
    edited(lab, source, isDefault=False)


def test_what_became_provisioned_since_the_plan_is_not_deleted(double: Lab) -> None:
    source = double.datasource("prom")
    double.sync(source)
    plan = double.plan(prune=True)
    assert double.double
    double.double.store.datasources[source.ref.uid].fields["readOnly"] = True
    (outcome,) = apply_plan(plan, double.target()).outcomes
    assert isinstance(outcome, Refused)
    assert "Grafana provisions it from a file" in outcome.reason
    assert double.stored(source)


def test_an_unknown_version_counts_as_a_new_one() -> None:
    assert sent({"type": "postgres"}, Server("")) == {"type": "grafana-postgresql-datasource"}
    live = {"type": "grafana-postgresql-datasource", "name": "x", "jsonData": None}
    assert shaped(live, {"type": "postgres"}, Server(""))["type"] == "postgres"
