"""No answer of a server and no definition, however odd, is worth a traceback.

OBSDASH_TEST_ODD says how many documents are tried: `OBSDASH_TEST_ODD=10000` for all of them.
"""

import json
import os
from random import Random
from typing import Any

import pytest

from obsdash.migration.sources import Source, Sources
from obsdash.plan import Plan, Snapshot, make_plan
from obsdash.planfile import dump_plans, load_plans
from obsdash.render.plan import plan_text, plans_json, plans_markdown
from obsdash.resource import (
    ALERT_RULE_GROUP,
    ALERTMANAGER,
    CONTACT_POINT,
    DASHBOARD,
    DATASOURCE,
    FOLDER,
    KINDS,
    LIBRARY_PANEL,
    LOKI_RULE_GROUP,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    PROMETHEUS_RULE,
    RULE_GROUP,
    THANOS_RULE_GROUP,
    Spec,
)
from tests.diff.documents import dashboard, panel, resource
from tests.diff.old import old_dashboard
from tests.diff.test_other_kinds import SOURCE, _routing
from tests.diff.test_rules import _group
from tests.support.odd import odd

COUNT = int(os.environ.get("OBSDASH_TEST_ODD", "1500"))
SERVER = Sources((Source("prom", "Prometheus", "prometheus", default=True),))

ALERT: Spec = {
    "title": "Shop",
    "folderUid": "shop",
    "interval": 60,
    "rules": [
        {
            "uid": "latency",
            "title": "Latency",
            "condition": "C",
            "for": "5m",
            "noDataState": "NoData",
            "labels": {"team": "shop"},
            "annotations": {"summary": "Slow."},
            "data": [
                {
                    "refId": "A",
                    "datasourceUid": "prom",
                    "relativeTimeRange": {"from": 600, "to": 0},
                    "model": {"expr": "latency", "refId": "A", "instant": True},
                },
                {
                    "refId": "C",
                    "datasourceUid": "__expr__",
                    "model": {"type": "threshold", "expression": "A", "conditions": []},
                },
            ],
        }
    ],
}
POLICY: Spec = {
    "receiver": "mail",
    "group_by": ["alertname"],
    "group_wait": "30s",
    "routes": [
        {
            "receiver": "pager",
            "object_matchers": [["severity", "=", "critical"]],
            "mute_time_intervals": ["night"],
            "continue": True,
        }
    ],
}
TIMING: Spec = {
    "name": "night",
    "time_intervals": [
        {"weekdays": ["saturday"], "times": [{"start_time": "22:00", "end_time": "24:00"}]}
    ],
}
CONTACT: Spec = {
    "name": "mail",
    "integrations": [
        {"uid": "m1", "type": "email", "settings": {"addresses": "a@example.com"}},
        {"uid": "m2", "type": "slack", "settings": {"recipient": "#shop"}},
    ],
}

DOCUMENTS: dict[str, list[Spec]] = {
    FOLDER: [{"title": "Shop", "uid": "shop"}],
    DATASOURCE: [SOURCE],
    LIBRARY_PANEL: [{"name": "Requests", "kind": 1, "model": panel(0)}],
    DASHBOARD: [dashboard(), old_dashboard(), dashboard(3, schemaVersion=42)],
    MUTE_TIMING: [TIMING],
    MESSAGE_TEMPLATE: [{"name": "text", "template": "{{ define }}"}],
    CONTACT_POINT: [CONTACT],
    NOTIFICATION_POLICY: [POLICY],
    ALERT_RULE_GROUP: [ALERT],
    RULE_GROUP: [_group()],
    LOKI_RULE_GROUP: [_group()],
    THANOS_RULE_GROUP: [_group(partial_response_strategy="warn")],
    PROMETHEUS_RULE: [
        {"metadata": {"name": "api", "labels": {}}, "spec": {"groups": [_group()]}},
    ],
    ALERTMANAGER: [_routing()],
}


def test_every_kind_is_tried() -> None:
    assert set(DOCUMENTS) == set(KINDS)


def _show(plan: Plan) -> Any:
    """Show, save and load a plan in every way there is."""
    plan_text(plan, color=True, noise=True)
    plans_markdown([plan])
    assert load_plans(dump_plans("shop", "prod", [plan])).plans[0].target == plan.target
    return json.dumps(plans_json([plan]))


@pytest.mark.parametrize("kind", KINDS)
def test_odd_documents_are_planned_shown_and_saved(kind: str) -> None:
    chance = Random(4711)
    for _ in range(COUNT // len(KINDS)):
        live, desired = (chance.choice(DOCUMENTS[kind]) for _ in range(2))
        sides = odd(live, chance), desired if chance.random() < 0.5 else odd(desired, chance)
        old, new = (resource(side, kind=kind) for side in sides)
        snapshot = Snapshot(live={old.ref: old}, sources=SERVER)
        for prune in (False, True):
            _show(make_plan("grafana", [new], snapshot, prune=prune))
        _show(make_plan("grafana", [], snapshot, prune=True))
        _show(make_plan("grafana", [new], Snapshot()))
