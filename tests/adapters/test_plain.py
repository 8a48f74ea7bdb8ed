"""Objects become plain JSON: two ways, one result."""

import enum
from typing import Any

import orjson
import pytest
from grafanalib import core

from obsdash.adapters.plain import plain
from obsdash.errors import DefinitionError
from obsdash.origin import Origin
from tests.adapters.modernise.test_rules import every_panel

HERE = Origin("x.py", 1)


def test_grafanalibs_objects_come_out_as_their_own_encoder_writes_them() -> None:
    expected = orjson.loads(orjson.dumps(every_panel(), default=lambda o: o.to_json_data()))
    assert plain(every_panel(), "it", HERE) == expected
    assert plain([every_panel()], "it", HERE) == [expected]  # not by way of the bytes


def test_what_is_given_is_not_changed_nor_shared() -> None:
    override: dict[str, Any] = {"matcher": {}, "properties": []}
    made = core.TimeSeries(title="A", overrides=[override])
    copy = plain(core.Dashboard(title="T", panels=[made]), "it", HERE)
    copy["panels"][0]["fieldConfig"]["overrides"][0]["matcher"]["id"] = "changed"
    assert override == {"matcher": {}, "properties": []}


class Level(enum.StrEnum):
    """A text, and no plain one."""

    HIGH = "high"


def test_enums_tuples_and_children_of_text_become_plain() -> None:
    class Text(str):
        pass

    copy = plain({"a": (Level.HIGH, Text("x")), "b": enum.IntEnum("N", "ONE").ONE}, "it", HERE)
    assert orjson.dumps(copy) == b'{"a":["high","x"],"b":1}'


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (core.GaugePanel(title="g", max=float("inf")), "panels[0].fieldConfig.defaults.max is inf"),
        (
            core.TimeSeries(title="t", extraJson={"x": [float("nan")]}),
            "panels[0].x[0] is nan, which JSON cannot say",
        ),
        (
            core.TimeSeries(title="t", overrides=[{1: 2}]),
            "panels[0].fieldConfig.overrides[0] has the key 1, but keys must be texts",
        ),
        (core.TimeSeries(title="t", links=[{1, 2}]), "panels[0].links[0] is a set"),
        (core.TimeSeries(title="t", description=b"x"), "panels[0].description is a bytes"),
        (core.TimeSeries(title=2**70), "Integer exceeds 64-bit range"),
        (core.TimeSeries(title="\ud800"), "surrogates"),
    ],
    ids=["infinity", "nan", "key", "set", "bytes", "integer", "surrogate"],
)
def test_what_json_cannot_say_is_named_with_its_path(made: Any, reason: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        plain(core.Dashboard(title="T", panels=[made]), 'dashboard "T"', HERE)
    assert reason in str(caught.value)
    assert caught.value.origin == HERE


def test_ctrl_c_passes_through() -> None:
    class Interrupting(core.Text):
        def to_json_data(self) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plain(core.Dashboard(title="T", panels=[Interrupting()]), "it", HERE)


def test_an_object_that_cannot_say_what_it_is_is_the_users_mistake() -> None:
    broken = core.Heatmap(title="h")
    broken.repeat = None
    with pytest.raises(DefinitionError, match=r"this Heatmap cannot be .* JSON: .*NoneType"):
        plain(core.Dashboard(title="T", panels=[broken]), "it", HERE)
