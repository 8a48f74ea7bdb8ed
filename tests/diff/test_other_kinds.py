"""Data sources, folders, Alertmanager configurations."""

from dataclasses import replace
from typing import Any

import pytest

from obsdash.diff import difference
from obsdash.origin import Mark, Origin
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
        "root route: group_wait 30s → 1m",
    ),
    "a receiver of a route": (
        lambda c: c["route"]["routes"][1]["routes"][0].update(receiver="page"),
        'alerts with team="db", severity="warning" now go to "page" instead of "slack"',
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
        'root route: team="db" now comes before severity="critical"',
    ),
    "a receiver more": (
        lambda c: c["receivers"].append({"name": "mail"}),
        'receiver "mail" added',
    ),
    "a channel": (
        lambda c: c["receivers"][2]["slack_configs"][0].update(channel="#b"),
        'receiver "slack": slack channel "#a" → "#b"',
    ),
    "an inhibition less": (
        lambda c: c["inhibit_rules"].clear(),
        'inhibit rule severity="critical" → severity="warning" (equal job) removed',
    ),
    "what is inhibited": (
        lambda c: c["inhibit_rules"][0].update(target_matchers=['severity="info"']),
        'inhibit rule severity="critical" → severity="info": '
        'target severity="warning" → severity="info"',
    ),
    "what inhibits": (
        lambda c: c["inhibit_rules"][0].update(source_matchers=['severity="page"']),
        'inhibit rule severity="page" → severity="warning": '
        'source severity="critical" → severity="page"',
    ),
    "another match": (
        lambda c: c["route"]["routes"][0].update(matchers=['severity="page"']),
        'route severity="page": matchers severity="critical" → severity="page"',
    ),
    "an integration more": (
        lambda c: c["receivers"][1].update(email_configs=[{"to": "a@b"}]),
        'receiver "page": email to "a@b" added',
    ),
    "another name": (
        lambda c: c["receivers"][1].update(name="pager"),
        'receiver "page" renamed to "pager"',
    ),
    "a second integration": (
        lambda c: c["receivers"][2]["slack_configs"].append({"channel": "#b"}),
        'receiver "slack": slack to "#b" added',
    ),
    "a time": (
        lambda c: c["global"].update(resolve_timeout="10m"),
        "global.resolve_timeout 5m → 10m",
    ),
    "what Alertmanager would not fill in": (
        lambda c: c["receivers"][2]["slack_configs"][0].update(send_resolved=True),
        'receiver "slack": slack "#a" send_resolved true added',
    ),
    "one matcher more": (
        lambda c: c["route"]["routes"][0]["matchers"].append('env="prod"'),
        'route env="prod", severity="critical": also needs env="prod"',
    ),
    "another grouping": (
        lambda c: c["route"].update(group_by=["..."]),
        "root route: now grouped by all labels instead of alertname, job",
    ),
    "a grouping of its own": (
        lambda c: c["route"]["routes"][0].update(group_by=["cluster"]),
        'route severity="critical": now grouped by cluster',
    ),
    "a time of quiet": (
        lambda c: c["route"]["routes"][0].update(mute_time_intervals=["nights"]),
        'route severity="critical": now muted during nights',
    ),
    "office hours": (
        lambda c: c["route"]["routes"][0].update(active_time_intervals=["office"]),
        'route severity="critical": now only during office',
    ),
    "routes after it": (
        lambda c: c["route"]["routes"][0].update({"continue": True}),
        'route severity="critical": alerts now go on to the routes after it',
    ),
    "no receiver of its own": (
        lambda c: c["route"]["routes"][0].pop("receiver"),
        'alerts with severity="critical" now go to the receiver of the route above'
        ' instead of "page"',
    ),
    "a route with others below": (
        lambda c: c["route"]["routes"].pop(1),
        'route team="db" to "default", with 1 route below it, removed',
    ),
    "what must be equal": (
        lambda c: c["inhibit_rules"][0].update(equal=["job", "instance"]),
        'inhibit rule severity="critical" → severity="warning": equal instance added',
    ),
    "a time interval": (
        lambda c: c.update(time_intervals=[{"name": "nights", "time_intervals": []}]),
        'time interval "nights" added',
    ),
    "a secret more": (
        lambda c: c["receivers"][0].update(pagerduty_configs=[{"routing_key": "s3cr3t"}]),
        'receiver "default": pagerduty added',
    ),
    "another secret": (
        lambda c: c["receivers"][2]["slack_configs"][0].update(api_url="http://s3cr3t"),
        "differs in secrets, which are not shown: receivers[slack].slack_configs[0].api_url",
    ),
    "a waiting time of none": (
        lambda c: c["route"]["routes"][0].update(group_wait="0s"),
        'route severity="critical": group_wait 0s added',
    ),
}


@pytest.mark.parametrize("name", ROUTING)
def test_an_edit_of_the_routing_is_told_alone(name: str) -> None:
    edit, expected = ROUTING[name]
    assert said(changed(_routing(), edit, kind=ALERTMANAGER)) == [("", expected)]


def test_a_route_that_changed_has_its_own_line() -> None:
    live, desired = _routing(), _routing()
    desired["route"]["routes"][1]["routes"][0]["receiver"] = "page"
    desired["route"]["routes"].append({"matchers": ['a="b"'], "receiver": "page"})
    marks = {"/route/routes/1/routes/0": 7, "/route/routes/2": 9}
    places = {pointer: Mark(Origin("alerts/r.py", line)) for pointer, line in marks.items()}
    found = difference(
        resource(live, kind=ALERTMANAGER),
        replace(resource(desired, kind=ALERTMANAGER), marks=places),
    )
    assert [change.origin and change.origin.line for change in found.changes] == [7, 9]


def test_what_says_nothing_in_routing_is_no_change() -> None:
    live = _routing()
    live["route"]["group_by"].reverse()
    live["route"]["group_wait"] = "0h30s"
    live["receivers"].reverse()
    live["receivers"][0]["slack_configs"][0]["api_url"] = "<secret>"
    found = compare(live, _routing(), kind=ALERTMANAGER)
    assert found.changes == ()
    assert set(found.noise) == {"order", "duration", "secret"}


SPELLINGS: list[tuple[Spec, Spec]] = [
    ({"match": {"a": "b"}}, {"matchers": ['a="b"']}),
    ({"match_re": {"a": r"b\d"}, "match": {"c": "d"}}, {"matchers": [r'a=~"b\\d"', "c=d"]}),
    ({"matchers": ['{z != "1", b =~ "x,y"}']}, {"matchers": ['b=~"x,y"', 'z!="1"']}),
    ({"matchers": ["a=b,c=d"]}, {"matchers": ['"c"="d"', '"a"="b"']}),
    ({"match": {"é b": 'x"y'}}, {"matchers": ['"é b"="x\\"y"']}),
    ({"continue": False, "routes": []}, {}),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_two_spellings_of_one_route_are_no_change(one: Spec, other: Spec) -> None:
    sides = [{"route": {"receiver": "x", "routes": [route]}} for route in (one, other)]
    for live, desired in (sides, sides[::-1]):
        assert compare(live, desired, kind=ALERTMANAGER).changes == ()


INTEGRATED: dict[str, list[tuple[Spec, Spec]]] = {
    "wechat_configs": [
        ({"agent_id": 1000003, "to_party": "2"}, {"agent_id": "1000003", "to_party": 2})
    ],
    "opsgenie_configs": [({"api_url": "http://o/x"}, {"api_url": "http://o/x/"})],
    "webhook_configs": [
        (
            {"http_config": {"bearer_token_file": "/s/t"}},
            {"http_config": {"authorization": {"credentials_file": "/s/t"}}},
        ),
        (
            {"http_config": {"bearer_token": "t"}},
            {"http_config": {"authorization": {"type": "Bearer", "credentials": "<secret>"}}},
        ),
    ],
}


@pytest.mark.parametrize("kind", INTEGRATED)
def test_two_spellings_of_one_integration_are_no_change(kind: str) -> None:
    for sides in INTEGRATED[kind]:
        live, desired = ({"receivers": [{"name": "x", kind: [side]}]} for side in sides)
        assert compare(live, desired, kind=ALERTMANAGER).changes == ()
        assert compare(desired, live, kind=ALERTMANAGER).changes == ()


def test_a_secret_of_an_integrations_own_is_not_taken_for_the_shared_one() -> None:
    """A file shows what is written; only what an Alertmanager shows is filled in."""
    own = {"name": "a", "slack_configs": [{"api_url": "<secret>"}]}
    plain = {"name": "a", "slack_configs": [{}]}
    shared = {"slack_api_url": "<secret>"}
    live, desired = ({"global": shared, "receivers": [one]} for one in (own, plain))
    assert compare(live, desired, kind=ALERTMANAGER).changes
    (change,) = compare({**live, "file on disk": "is absent"}, desired, kind=ALERTMANAGER).changes
    assert change.text == "file on disk is absent"
