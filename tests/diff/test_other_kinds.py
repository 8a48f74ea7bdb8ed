"""Data sources, folders, Alertmanager configurations."""

from typing import Any

import pytest

from obsdash.diff import difference
from obsdash.resource import ALERTMANAGER, DATASOURCE, FOLDER
from tests.diff.documents import Spec, changed, compare, resource, said

SOURCE: Spec = {
    "name": "Prometheus",
    "uid": "prometheus",
    "type": "prometheus",
    "access": "proxy",
    "url": "http://prometheus:9090",
    "jsonData": {"timeInterval": "15s"},
}


def test_what_a_server_says_of_a_data_source_besides_is_no_change() -> None:
    live = {**SOURCE, "id": 3, "orgId": 1, "version": 2, "readOnly": False, "isDefault": False}
    live |= {"basicAuth": False, "database": "", "secureJsonFields": {"password": True}}
    assert compare(live, SOURCE, kind=DATASOURCE).changes == ()


def test_a_null_in_place_of_no_settings_is_no_change() -> None:
    plain = {key: value for key, value in SOURCE.items() if key != "jsonData"}
    live = {**plain, "jsonData": None}
    for desired in (plain, {**plain, "jsonData": {}}):
        assert compare(live, desired, kind=DATASOURCE).changes == ()


def test_an_edit_of_a_data_source_is_told() -> None:
    def edit(spec: Spec) -> None:
        spec["url"] = "http://other:9090"
        spec["jsonData"] = {"timeInterval": "30s"}
        spec["isDefault"] = True

    assert {text for _, text in said(changed(SOURCE, edit, kind=DATASOURCE))} == {
        'url "http://prometheus:9090" → "http://other:9090"',
        'jsonData.timeInterval "15s" → "30s"',
        "isDefault true added",
    }


@pytest.mark.parametrize(
    ("live", "desired", "expected"),
    [
        ({}, {"password": "env:PASSWORD"}, ["secret password added (env:PASSWORD)"]),
        ({"password": ""}, {}, ["secret password removed"]),
        ({"password": ""}, {"password": "env:PASSWORD"}, []),
        ({"password": "env:A"}, {"password": "env:B"}, ["secret password env:A → env:B"]),
    ],
)
def test_of_secrets_names_and_references_are_compared(
    live: dict[str, str], desired: dict[str, str], expected: list[str]
) -> None:
    found = difference(
        resource(SOURCE, kind=DATASOURCE, secrets=live),
        resource(SOURCE, kind=DATASOURCE, secrets=desired),
    )
    assert [change.text for change in found.changes] == expected


def test_a_folder_has_a_title() -> None:
    assert said(list(compare({"title": "A"}, {"title": "B"}, kind=FOLDER).changes)) == [
        ("", 'title "A" → "B"')
    ]


def _routing() -> Spec:
    return {
        "global": {"resolve_timeout": "5m"},
        "route": {
            "receiver": "default",
            "group_by": ["alertname", "job"],
            "group_wait": "30s",
            "routes": [
                {"matchers": ['severity="critical"'], "receiver": "page"},
                {
                    "matchers": ['team="db"'],
                    "receiver": "default",
                    "routes": [{"matchers": ['severity="warning"'], "receiver": "slack"}],
                },
            ],
        },
        "receivers": [
            {"name": "default"},
            {"name": "page", "webhook_configs": [{"url": "http://pager"}]},
            {"name": "slack", "slack_configs": [{"channel": "#a", "api_url": "http://slack"}]},
        ],
        "inhibit_rules": [
            {
                "source_matchers": ['severity="critical"'],
                "target_matchers": ['severity="warning"'],
                "equal": ["job"],
            }
        ],
    }


ROUTING: dict[str, tuple[Any, str]] = {
    "a wait": (
        lambda c: c["route"].update(group_wait="1m"),
        'root route: group_wait "30s" → "1m"',
    ),
    "a receiver of a route": (
        lambda c: c["route"]["routes"][1]["routes"][0].update(receiver="page"),
        'route team="db" > severity="warning": receiver "slack" → "page"',
    ),
    "a route more": (
        lambda c: c["route"]["routes"].append({"matchers": ['a="b"'], "receiver": "page"}),
        'route a="b" to "page" added',
    ),
    "a route less": (
        lambda c: c["route"]["routes"].pop(0),
        'route severity="critical" to "page" removed',
    ),
    "the order of routes": (
        lambda c: c["route"]["routes"].reverse(),
        "root route: order of its routes changed",
    ),
    "a receiver more": (
        lambda c: c["receivers"].append({"name": "mail"}),
        'receiver "mail" added',
    ),
    "a channel": (
        lambda c: c["receivers"][2]["slack_configs"][0].update(channel="#b"),
        'receiver "slack": slack_configs.0.channel "#a" → "#b"',
    ),
    "an inhibition less": (
        lambda c: c["inhibit_rules"].clear(),
        "inhibition ['severity=\"critical\"'] → ['severity=\"warning\"'] removed",
    ),
}


@pytest.mark.parametrize("name", ROUTING)
def test_an_edit_of_the_routing_is_told_alone(name: str) -> None:
    edit, expected = ROUTING[name]
    assert said(changed(_routing(), edit, kind=ALERTMANAGER)) == [("", expected)]


def test_what_says_nothing_in_routing_is_no_change() -> None:
    live = _routing()
    live["route"]["group_by"].reverse()
    live["route"]["group_wait"] = "0h30s"
    live["receivers"].reverse()
    live["receivers"][0]["slack_configs"][0]["api_url"] = "<secret>"
    found = compare(live, _routing(), kind=ALERTMANAGER)
    assert found.changes == ()
    assert set(found.noise) == {"order", "duration", "secret"}
