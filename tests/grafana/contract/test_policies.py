"""The tree of notification policies, call by call."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.grafana.contract.conftest import Wire, path_of
from tests.grafana.contract.test_contact_points import made as made_point
from tests.grafana.contract.test_mute_timings import made as made_timing

POLICIES = "/v1/provisioning/policies"
CONFIGURATION = "/alertmanager/grafana/config/api/v1/alerts"
GROUPING = ["grafana_folder", "alertname"]
DISABLE = {"X-Disable-Provenance": "true"}


@pytest.fixture
def receiver(wire: Wire) -> Iterator[str]:
    """A contact point; at the end the tree is the default again."""
    name: str = made_point(wire, "team")["uid"]
    yield name
    wire.ask("DELETE", POLICIES)


def put(wire: Wire, tree: Any, **options: Any) -> Any:
    """Write the tree, return what is stored."""
    wire.make("PUT", POLICIES, tree, **options)
    return wire.get(POLICIES)


def test_a_reset_brings_back_the_default(wire: Wire, receiver: str) -> None:
    put(wire, {"receiver": receiver})
    default = "empty" if wire.since(12, 4) else "grafana-default-email"
    assert wire.ask("DELETE", POLICIES) == (202, {"receiver": default, "group_by": GROUPING})
    assert wire.get(POLICIES) == {"receiver": default, "group_by": GROUPING}


def test_durations_are_written_anew_and_matchers_sorted(wire: Wire, receiver: str) -> None:
    child = {
        "receiver": receiver,
        "object_matchers": [["b", "=", "1"], ["a", "=", "2"], ["b", "!=", "3"], ["a", "=~", ".*"]],
        "continue": True,
        "group_by": [],
        "mute_time_intervals": [],
        "repeat_interval": "8d",
        "nonsense": 1,
    }
    other = {"receiver": receiver, "matchers": ['team="x"', "a=~b"], "group_by": ["..."]}
    tree = {"group_wait": "90s", "group_interval": "300s", "repeat_interval": "24h"}
    stored = put(wire, {"receiver": receiver, **tree, "routes": [child, other]})
    assert stored == {
        "receiver": receiver,
        "group_wait": "1m30s",
        "group_interval": "5m",
        "repeat_interval": "1d",
        "routes": [
            {
                "receiver": receiver,
                "object_matchers": [
                    ["a", "=~", ".*"],
                    ["a", "=", "2"],
                    ["b", "=", "1"],
                    ["b", "!=", "3"],
                ],
                "continue": True,
                "repeat_interval": "8d",
            },
            {"receiver": receiver, "matchers": ['a=~"b"', 'team="x"'], "group_by": ["..."]},
        ],
        "provenance": "api",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"receiver": ""},
        {"receiver": "absent"},
        {"routes": [{"receiver": "absent"}]},
        {"routes": [{"mute_time_intervals": ["absent"]}]},
        {"mute_time_intervals": ["absent"]},
        {"group_interval": "0s"},
        {"repeat_interval": "0s"},
        {"group_wait": "soon"},
        {"group_by": ["...", "a"]},
        {"group_by": ["a", "a"]},
        {"match": {"a": "b"}},
        {"routes": [{"object_matchers": [["a", "==", "b"]]}]},
        {"routes": [{"object_matchers": [["a", "=~", "("]]}]},
    ],
    ids=str,
)
def test_a_wrong_tree_is_refused_and_changes_nothing(wire: Wire, receiver: str, wrong: Any) -> None:
    before = put(wire, {"receiver": receiver})
    tree = {"receiver": receiver, **wrong}
    tree["routes"] = [{"receiver": receiver, **route} for route in wrong.get("routes", [])]
    assert wire.ask("PUT", POLICIES, tree)[0] == 400
    assert wire.get(POLICIES) == before


def test_matchers_at_the_root_are_accepted_by_older_versions(wire: Wire, receiver: str) -> None:
    tree = {"receiver": receiver, "object_matchers": [["a", "=", "b"]]}
    assert wire.ask("PUT", POLICIES, tree)[0] == (400 if wire.since(11) else 202)


def test_a_route_may_leave_its_receiver_out_from_11_on(wire: Wire, receiver: str) -> None:
    tree = {"receiver": receiver, "routes": [{"object_matchers": [["a", "=", "b"]]}]}
    assert wire.ask("PUT", POLICIES, tree)[0] == (202 if wire.since(11) else 400)


def test_active_intervals_are_dropped_by_older_versions(wire: Wire, receiver: str) -> None:
    name = wire.name("week")
    made_timing(wire, name)
    route = {"receiver": receiver, "mute_time_intervals": [name], "active_time_intervals": [name]}
    stored = put(wire, {"receiver": receiver, "routes": [route]})["routes"][0]
    assert ("active_time_intervals" in stored) == wire.since(12, 1)
    assert stored["mute_time_intervals"] == [name]
    wire.ask("DELETE", POLICIES)


def test_a_mute_timing_in_use_cannot_be_deleted(wire: Wire, receiver: str) -> None:
    name = wire.name("week")
    made_timing(wire, name)
    route = {"receiver": receiver, "mute_time_intervals": [name]}
    put(wire, {"receiver": receiver, "routes": [route]})
    path = "/v1/provisioning/mute-timings" + path_of(name)
    status, _ = wire.ask("DELETE", path)
    assert status == (409 if wire.since(11, 2) else 400 if wire.since(11) else 500)
    wire.ask("DELETE", POLICIES)
    assert wire.ask("DELETE", path)[0] == 204


def test_the_header_leaves_the_tree_to_the_ui_where_it_counts(wire: Wire, receiver: str) -> None:
    there = None if wire.since(10) else "api"
    assert put(wire, {"receiver": receiver}, headers=DISABLE).get("provenance") == there
    assert put(wire, {"receiver": receiver})["provenance"] == "api"
    assert put(wire, {"receiver": receiver}, headers=DISABLE).get("provenance") == there


def test_the_whole_configuration_says_who_provisioned_what(wire: Wire, receiver: str) -> None:
    put(wire, {"receiver": receiver, "routes": [{"receiver": receiver}]})
    whole = wire.get(CONFIGURATION)["alertmanager_config"]
    assert whole["route"]["provenance"] == "api"
    (team,) = [r for r in whole["receivers"] if r["name"] == receiver]
    (config,) = team["grafana_managed_receiver_configs"]
    assert (config["uid"], config["provenance"], config["secureFields"]) == (receiver, "api", {})
    first = whole["route"]["routes"][0]
    generated = [["__grafana_autogenerated__", "=", "true"]]
    assert (first.get("object_matchers") == generated) == wire.since(11)
    role = wire.ask("GET", CONFIGURATION, role="Editor")[0]
    assert role == (403 if wire.since(13) else 200)
