"""Mute timings, call by call."""

from typing import Any

import pytest

from tests.grafana.contract.conftest import Wire, path_of

TIMINGS = "/v1/provisioning/mute-timings"
MONDAYS = [{"weekdays": ["monday"]}]
DISABLE = {"X-Disable-Provenance": "true"}


def made(wire: Wire, name: str, intervals: Any = MONDAYS, **options: Any) -> Any:
    """Make a mute timing, return what is answered of it."""
    body = {"name": name, "time_intervals": intervals}
    return wire.make("POST", TIMINGS, body, undo=TIMINGS + path_of(name), **options)


def owner(wire: Wire, name: str) -> str:
    """Return who provisioned a mute timing."""
    whole = wire.get("/alertmanager/grafana/config/api/v1/alerts")["alertmanager_config"]
    return str(whole.get("muteTimeProvenances", {}).get(name, ""))


def test_months_become_numbers_and_days_lower_case_names(wire: Wire) -> None:
    sent = {
        "weekdays": ["Saturday", "monday:FRIDAY"],
        "times": [{"start_time": "00:00", "end_time": "24:00"}],
        "months": ["may:august", "12", "January"],
        "days_of_month": ["1:5", "-3:-1", "7:7"],
        "years": ["2026:2027"],
        "location": "Europe/Berlin",
    }
    stored = {
        **sent,
        "weekdays": ["saturday", "monday:friday"],
        "months": ["5:8", "12", "1"],
        "days_of_month": ["1:5", "-3:-1", "7"],
    }
    name = wire.name("weekend")
    assert made(wire, name, [sent])["time_intervals"] == [stored]
    assert wire.get(TIMINGS + path_of(name))["time_intervals"] == [stored]
    listed = next(t for t in wire.get(TIMINGS) if t["name"] == name)
    assert listed["time_intervals"] == [stored]


@pytest.mark.parametrize(
    "interval",
    [
        {"weekdays": ["noday"]},
        {"weekdays": ["saturday:sunday"]},
        {"months": ["december:january"]},
        {"months": ["jan"]},
        {"days_of_month": ["32"]},
        {"days_of_month": ["0"]},
        {"times": [{"start_time": "17:00", "end_time": "09:00"}]},
        {"times": [{"start_time": "9:00", "end_time": "17:00"}]},
        {"location": "Nowhere/X"},
        {"years": ["2027:2026"]},
    ],
    ids=str,
)
def test_what_alertmanager_would_not_take_is_refused(wire: Wire, interval: Any) -> None:
    body = {"name": wire.name("bad"), "time_intervals": [interval]}
    status, answer = wire.ask("POST", TIMINGS, body)
    assert (status, answer["message"]) == (400, "bad request data")


def test_a_name_is_taken_once_and_may_hold_any_character(wire: Wire) -> None:
    name = wire.name("sp ace/slash ü")
    made(wire, name, [])
    assert wire.get(TIMINGS + path_of(name))["time_intervals"] == []
    assert wire.ask("POST", TIMINGS, {"name": name, "time_intervals": []})[0] == 400
    assert wire.ask("POST", TIMINGS, {"name": "", "time_intervals": []})[0] == 400


def test_an_update_replaces_all_and_needs_the_timing_to_be_there(wire: Wire) -> None:
    name, path = wire.name("a"), TIMINGS + path_of(wire.name("a"))
    assert wire.ask("PUT", path, {"name": name, "time_intervals": []})[0] == 404
    made(wire, name)
    new = [{"months": ["1"]}]
    assert wire.ask("PUT", path, {"name": name, "time_intervals": new})[0] == 202
    assert wire.get(path)["time_intervals"] == new


def test_another_name_in_the_body_is_ignored_or_refused(wire: Wire) -> None:
    name = wire.name("a")
    made(wire, name)
    body = {"name": wire.name("other"), "time_intervals": []}
    status, _ = wire.ask("PUT", TIMINGS + path_of(name), body)
    assert status == (404 if wire.since(11, 2) else 202)
    assert wire.ask("GET", TIMINGS + path_of(wire.name("other")))[0] == 404


def test_only_newer_versions_show_who_provisioned_it_and_a_version(wire: Wire) -> None:
    name = wire.name("a")
    made(wire, name)
    stored = wire.get(TIMINGS + path_of(name))
    assert ("provenance" in stored) == wire.since(10, 4)
    assert ("version" in stored) == wire.since(11, 2)
    assert owner(wire, name) == "api"


def test_the_header_leaves_it_to_the_ui_where_it_counts(wire: Wire) -> None:
    name = wire.name("a")
    made(wire, name, headers=DISABLE)
    assert owner(wire, name) == ("" if wire.since(10) else "api")
    body = {"name": name, "time_intervals": []}
    assert wire.ask("PUT", TIMINGS + path_of(name), body)[0] == 202
    assert owner(wire, name) == "api"
    no_way_back = wire.since(11, 1) and not wire.since(13)
    status, _ = wire.ask("PUT", TIMINGS + path_of(name), body, headers=DISABLE)
    assert status == (403 if no_way_back else 202)
    assert owner(wire, name) == ("" if wire.since(10) and not no_way_back else "api")


def test_deleting_what_is_not_there_is_no_error(wire: Wire) -> None:
    name = wire.name("a")
    made(wire, name)
    for _ in range(2):
        assert wire.ask("DELETE", TIMINGS + path_of(name)) == (204, "")
    assert wire.ask("GET", TIMINGS + path_of(name))[0] == 404


def test_who_may_use_the_provisioning_api(wire: Wire) -> None:
    opened = wire.since(11)
    body = {"name": wire.name("a"), "time_intervals": []}
    assert wire.ask("GET", TIMINGS, role="Viewer")[0] == (200 if opened else 403)
    assert wire.ask("POST", TIMINGS, body, role="Viewer")[0] == 403
    assert wire.ask("POST", TIMINGS, body, role="Editor")[0] == (201 if opened else 403)
    wire.made.append(TIMINGS + path_of(wire.name("a")))
