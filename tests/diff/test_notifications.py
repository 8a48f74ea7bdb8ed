"""Changes of Grafana's mute timings, message templates, contact points and policies."""

import copy
from typing import Any

import pytest

from obsdash.change import Difference
from obsdash.diff import difference
from obsdash.resource import (
    CONTACT_POINT,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    Ref,
    Resource,
)

Spec = dict[str, Any]


def policies() -> Spec:
    """Return a tree of three levels."""
    return {
        "receiver": "mail",
        "group_by": ["alertname", "job"],
        "group_wait": "30s",
        "routes": [
            {
                "receiver": "chat",
                "object_matchers": [["severity", "=", "critical"], ["team", "=", "shop"]],
                "mute_time_intervals": ["nights"],
                "repeat_interval": "24h",
                "routes": [{"receiver": "pager", "object_matchers": [["job", "=~", "pay.*"]]}],
            },
            {"receiver": "mail", "object_matchers": [["severity", "=", "info"]], "continue": True},
        ],
    }


def timing() -> Spec:
    return {
        "time_intervals": [
            {
                "times": [{"start_time": "22:00", "end_time": "24:00"}],
                "weekdays": ["saturday", "sunday"],
                "months": ["5:8"],
                "location": "Europe/Berlin",
            },
            {"days_of_month": ["1:3", "-1"], "years": ["2026"]},
        ]
    }


def template() -> Spec:
    return {"template": '{{ define "title" }}\n  a\n  b\n{{ end }}'}


def contact_point() -> Spec:
    return {
        "integrations": [
            {
                "uid": "one",
                "type": "slack",
                "settings": {"recipient": "#shop", "title": "{{ .Status }}"},
                "disableResolveMessage": False,
            },
            {
                "uid": "two",
                "type": "webhook",
                "settings": {"maxAlerts": 3, "tlsConfig": {"insecureSkipVerify": True}},
                "disableResolveMessage": True,
            },
        ]
    }


def compare(live: Spec, desired: Spec, kind: str = NOTIFICATION_POLICY, **more: Any) -> Difference:
    ref = Ref(kind, "title")
    return difference(Resource(ref, live), Resource(ref, desired, **more))


def told(live: Spec, desired: Spec, kind: str = NOTIFICATION_POLICY) -> list[str]:
    return [change.text for change in compare(live, desired, kind).changes]


def test_who_gets_an_alert_now_is_a_sentence() -> None:
    other = policies()
    other["receiver"] = "chat"
    other["routes"][0]["receiver"] = "pager"
    other["routes"][0]["routes"][0]["receiver"] = "mail"
    assert told(policies(), other) == [
        'alerts that no route takes now go to "chat" instead of "mail"',
        'alerts with severity="critical", team="shop" now go to "pager" instead of "chat"',
        'alerts with severity="critical", team="shop", job=~"pay.*" now go to "mail"'
        ' instead of "pager"',
    ]


def test_a_policy_is_found_again_by_its_matchers_wherever_it_stands() -> None:
    other = policies()
    other["routes"].insert(0, {"receiver": "pager", "object_matchers": [["team", "=", "pay"]]})
    other["routes"][1]["repeat_interval"] = "1h"
    assert told(policies(), other) == [
        'route team="pay" to "pager" added',
        'route severity="critical", team="shop": repeat_interval 1d → 1h',
    ]


def test_the_order_of_policies_matters() -> None:
    other = policies()
    other["routes"].reverse()
    assert told(policies(), other) == [
        'root route: severity="info" now comes before severity="critical", team="shop"'
    ]


def test_a_change_points_at_the_line_of_its_policy() -> None:
    from obsdash.origin import Mark, Origin

    other = policies()
    other["routes"][1]["continue"] = False
    marks = {"": Mark(Origin("a.py", 1)), "/routes/1": Mark(Origin("a.py", 9))}
    (change,) = compare(policies(), other, marks=marks).changes
    assert change.origin == Origin("a.py", 9)


@pytest.mark.parametrize(
    "spelled",
    [
        {"matchers": ['team="shop"', "severity=critical"]},
        {"matchers": ['{severity="critical", team="shop"}']},
        {"match": {"severity": "critical", "team": "shop"}},
        {"object_matchers": [["team", "=", "shop"], ["severity", "=", "critical"]]},
    ],
)
def test_one_policy_in_several_spellings_is_one(spelled: Spec) -> None:
    other = policies()
    first = other["routes"][0]
    del first["object_matchers"]
    first |= {**spelled, "repeat_interval": "1d", "group_by": [], "continue": False}
    other["group_by"].reverse()
    other["provenance"] = "api"
    del other["routes"][1]["receiver"]
    assert told(policies(), other) == []


def test_times_are_told_as_people_say_them() -> None:
    other = timing()
    other["time_intervals"][0]["weekdays"] = ["saturday"]
    assert told(timing(), other, MUTE_TIMING) == [
        "saturday, sunday · may:august · 22:00-24:00 · Europe/Berlin"
        " → saturday · may:august · 22:00-24:00 · Europe/Berlin"
    ]
    other["time_intervals"].append({})
    assert told(timing(), other, MUTE_TIMING)[-1] == "at all times added"


def test_names_and_numbers_of_months_are_the_same() -> None:
    other = copy.deepcopy(timing())
    other["time_intervals"][0] |= {"months": ["May:August"], "weekdays": ["Saturday", "SUNDAY"]}
    other["time_intervals"][1]["years"] = ["2026:2026"]
    assert told(timing(), other, MUTE_TIMING) == []


def test_a_template_is_told_by_the_lines_that_differ() -> None:
    def text(lines: str) -> Spec:
        return {"template": f'{{{{ define "title" }}}}\n{lines}\n{{{{ end }}}}'}

    assert told(template(), text("  a\n  c"), MESSAGE_TEMPLATE) == ['"b" → "c"']
    assert told(template(), text("  b\n  a"), MESSAGE_TEMPLATE) == ["lines reordered"]
    assert told(template(), text("  a\n  b\n  c\n  d"), MESSAGE_TEMPLATE) == [
        'text: 0 lines removed, 2 added: "c" …'
    ]


def test_grafanas_wrapping_of_a_template_is_no_difference() -> None:
    assert told(template(), {"template": "\na\nb\n"}, MESSAGE_TEMPLATE) == []


def test_integrations_are_told_by_their_type() -> None:
    other = contact_point()
    other["integrations"][0]["settings"]["title"] = "new"
    other["integrations"][1]["disableResolveMessage"] = False
    mail = {"uid": "three", "type": "email", "settings": {"addresses": "a@example.com"}}
    other["integrations"].append(mail)
    assert told(contact_point(), other, CONTACT_POINT) == [
        'slack: title "{{ .Status }}" → "new"',
        "webhook: is told when alerts are resolved",
        'email to "a@example.com" added',
    ]
    assert told(other, contact_point(), CONTACT_POINT)[-1] == 'email to "a@example.com" removed'


def test_settings_are_compared_as_loosely_as_grafana_reads_them() -> None:
    other = contact_point()
    other["integrations"].reverse()
    hook = {"maxAlerts": "3", "tlsConfig": {"insecureSkipVerify": "true"}, "username": ""}
    other["integrations"][0]["settings"] = hook
    del other["integrations"][1]["disableResolveMessage"]
    assert told(contact_point(), other, CONTACT_POINT) == []


def test_of_secrets_only_names_and_references_are_told() -> None:
    ref = Ref(CONTACT_POINT, "chat")
    live = Resource(ref, contact_point(), secrets={"one/url": "", "two/password": ""})
    new = {"one/url": "env:SLACK", "two/authorization_credentials": "env:TOKEN"}
    found = difference(live, Resource(ref, contact_point(), secrets=new))
    assert [change.text for change in found.changes] == [
        "webhook: secret authorization_credentials added (env:TOKEN)",
        "webhook: secret password removed",
    ]
