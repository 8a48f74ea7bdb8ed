"""Plans that are saved and applied later."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsdash.change import Change
from obsdash.errors import ConfigError
from obsdash.origin import Mark, Origin
from obsdash.plan import Blocked, Create, Delete, Plan, Update
from obsdash.planfile import dump_plans, load_plans, plans_line
from obsdash.resource import DASHBOARD, DATASOURCE, FOLDER, Ref, Resource

HERE = Origin("dashboards/api.py", 24)
DASH = Resource(
    Ref(DASHBOARD, "api"),
    {"title": "API ✓", "panels": [{"id": 1, "max": 0.1 + 0.2, "ok": True, "none": None}]},
    folder="Shop/Payments",
    marks={"": Mark(HERE), "/panels/0": Mark(Origin("dashboards/a:b.py", 30), "no errors yet")},
    revision="17",
)
SOURCE = Resource(Ref(DATASOURCE, "pg"), {"type": "postgres"}, secrets={"password": "env:PG"})
CHANGE = Change('panel "x"', "min 0 → 1", "changed", "/panels/0/min", 0, {"a": [1]}, HERE)
PLAN = Plan(
    "grafana https://grafana.example.com",
    (
        Create(SOURCE),
        Update(replace(DASH, revision="16"), DASH, (CHANGE,), {"default": 3}),
        Delete(DASH),
        Blocked(DASH, "it is provisioned"),
    ),
    unchanged=(Ref(FOLDER, "Shop/Payments"),),
    orphans=(Ref(DASHBOARD, "old"),),
    unmanaged=(Ref(DASHBOARD, "foreign"),),
    noise={"empty": 1},
    server="Grafana 12.3.1",
)


def test_a_plan_comes_back_exactly_as_it_was_saved() -> None:
    saved = load_plans(dump_plans("shop", "prod", [PLAN]))
    assert (saved.project, saved.environment) == ("shop", "prod")
    assert saved.plans == (PLAN,)
    assert saved.plans[0].checksum == PLAN.checksum


def test_what_comparison_leaves_out_comes_back_as_well() -> None:
    _, update, *_ = load_plans(dump_plans("shop", "prod", [PLAN])).plans[0].actions
    assert isinstance(update, Update)
    assert update.desired.marks == DASH.marks
    assert (update.live.revision, update.desired.revision) == ("16", "17")
    assert update.changes[0].origin == HERE


def test_the_same_plans_are_the_same_bytes() -> None:
    data = dump_plans("shop", "prod", [PLAN])
    assert dump_plans("shop", "prod", load_plans(data).plans) == data


@pytest.mark.parametrize("plans", [[], [PLAN], [PLAN, PLAN]])
def test_in_one_line_a_plan_is_the_same(plans: list[Plan]) -> None:
    line = b"".join(plans_line("shop", "prod", plans))
    assert line.count(b"\n") == 1
    assert json.loads(line) == json.loads(dump_plans("shop", "prod", plans))
    assert load_plans(line) == load_plans(dump_plans("shop", "prod", plans))


def test_of_secrets_the_reference_is_saved() -> None:
    assert b"env:PG" in dump_plans("shop", "prod", [PLAN])


def _edited(edit: Any) -> bytes:
    document = json.loads(dump_plans("shop", "prod", [PLAN]))
    edit(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (dump_plans("shop", "prod", [PLAN])[:-40], "no JSON"),
        (b"[]", "no plan that obsdash saved"),
        (b'{"title": "a dashboard"}', "no plan that obsdash saved"),
        (_edited(lambda d: d.update(schemaVersion=2)), "format 2, this obsdash reads 1"),
        (_edited(lambda d: d.update(environment="dev")), "changed since it was saved"),
        (_edited(lambda d: d["plans"][0]["actions"].pop()), "changed since it was saved"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        load_plans(data)
    assert caught.value.help


@given(st.data())
def test_no_damage_goes_unnoticed(data: st.DataObject) -> None:
    """A byte that is another makes the file refused, or says the same."""
    saved = dump_plans("shop", "prod", [PLAN])
    index = data.draw(st.integers(0, len(saved) - 1))
    damaged = saved[:index] + bytes([data.draw(st.integers(0, 255))]) + saved[index + 1 :]
    try:
        assert load_plans(damaged).plans == (PLAN,)
    except ConfigError:
        assert damaged != saved
