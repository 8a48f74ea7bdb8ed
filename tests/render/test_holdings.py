"""What a plan says of an object that is created or deleted."""

from typing import Any

import pytest

from obsdash.render.holdings import summary
from obsdash.resource import KINDS, Ref, Resource

RULES = [{"alert": "A", "expr": "x"}, {"alert": "B", "expr": "x"}, {"record": "c", "expr": "x"}]


@pytest.mark.parametrize(
    ("kind", "spec", "words"),
    [
        ("dashboard", {"panels": [{"type": "stat"}]}, "1 panel"),
        (
            "dashboard",
            {"panels": [{"type": "row", "panels": [{"type": "stat"}, {"type": "text"}]}]},
            "2 panels",
        ),
        ("library-panel", {"name": "P", "model": {"type": "gauge"}}, "gauge"),
        ("datasource", {"type": "loki"}, "loki"),
        ("rule-group", {"rules": RULES}, "2 alerts, 1 record"),
        ("alert-rule-group", {"rules": RULES[2:]}, "1 record"),
        ("prometheus-rule", {"spec": {"groups": [{"rules": RULES}]}}, "2 alerts, 1 record"),
        ("contact-point", {"integrations": [{"type": "slack"}, {"type": "email"}]}, "slack, email"),
        ("notification-policy", {"routes": [{"routes": [{}, {}]}, {}]}, "4 routes"),
        ("alertmanager", {"receivers": [{"name": "a"}]}, "1 receiver"),
        ("folder", {}, ""),
        ("mute-timing", {"name": "nights"}, ""),
    ],
)
def test_an_object_is_summed_up(kind: str, spec: dict[str, Any], words: str) -> None:
    assert summary(Resource(Ref(kind, "x"), spec)) == words


def test_the_folder_comes_first() -> None:
    shown = summary(Resource(Ref("dashboard", "x"), {"panels": []}, folder="Shop"))
    assert shown == "folder Shop · 0 panels"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("odd", [None, 3, "x", [1], [{}], {"type": None}, {"panels": 1}])
def test_whatever_a_server_answered_is_summed_up(kind: str, odd: object) -> None:
    keys = ("panels", "model", "type", "rules", "spec", "integrations", "routes", "receivers")
    assert isinstance(summary(Resource(Ref(kind, "x"), dict.fromkeys(keys, odd))), str)
