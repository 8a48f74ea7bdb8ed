"""What each back end does with what only some of them know: kept, put elsewhere, or refused.

docs/rulers.md has the same table for readers.
"""

from pathlib import Path
from typing import Any

import pytest

from obsdash.origin import Mark, Origin
from obsdash.plan import Blocked
from obsdash.prometheus import PrometheusTarget
from obsdash.resource import LOKI_RULE_GROUP, RULE_GROUP, Ref, Resource
from obsdash.ruler.checks import problem
from obsdash.ruler.dialects import DIALECTS
from obsdash.target import plan_for
from tests.prometheus.fake import CALM, JSON, fake_prometheus
from tests.prometheus.test_target import PREFIX

ALERT = {"alert": "Down", "expr": "up == 0"}
FEATURES: dict[str, dict[str, Any]] = {
    "keep_firing_for": {"rules": [{**ALERT, "keep_firing_for": "5m"}]},
    "query_offset": {"query_offset": "1m"},
    "limit": {"limit": 5},
    "labels": {"labels": {"team": "shop"}},
    "interval 15s": {"interval": "15s"},
    "groups without rules": {"rules": []},
    "/": {"name": "a/b"},
}
KEPT = ""
DROPPED, NOT_TAKEN = "drops without a word", "does not take"
EMPTY, NAME = "without rules cannot be stored", "in its name"

TABLE: dict[str, dict[str, str]] = {
    "mimir": {"groups without rules": EMPTY},
    "cortex": {"groups without rules": EMPTY},
    "loki": {
        "keep_firing_for": DROPPED,
        "query_offset": DROPPED,
        "groups without rules": EMPTY,
        "/": NAME,
    },
    "grafana": {
        "query_offset": "never shows again",
        "limit": NOT_TAKEN,
        "interval 15s": "no multiple of 10s",
        "groups without rules": EMPTY,
    },
}


def group(kind: str, **settings: Any) -> Resource:
    spec = {"name": "errors", "rules": [ALERT], **settings}
    marks = {"/rules/0": Mark(Origin("alerts/api.py", 7))}
    return Resource(Ref(kind, f"api/{spec['name']}"), spec, marks=marks)


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("flavour", TABLE)
def test_a_ruler_keeps_a_feature_or_it_is_refused(flavour: str, feature: str) -> None:
    dialect = next(one for one in DIALECTS if one.flavour == flavour)
    kind = LOKI_RULE_GROUP if flavour == "loki" else RULE_GROUP
    reason = problem(dialect, group(kind, **FEATURES[feature]))
    expected = TABLE[flavour].get(feature, KEPT)
    assert (expected in reason) if expected else reason == ""
    if feature == "keep_firing_for" and reason:
        assert "'Down' (alerts/api.py:7)" in reason


def test_the_documented_table_names_what_is_refused() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rulers.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for flavour, refused in TABLE.items():
        row = next(line for line in rows if flavour in line.partition("|")[2].split("|")[0].lower())
        for feature in refused:
            words = "whole tens of seconds" if feature == "interval 15s" else feature
            assert words in row, f"{flavour}: {feature}"
        for feature in FEATURES.keys() - refused.keys() - {"/", "interval 15s", "labels"}:
            assert feature not in row, f"{flavour} keeps {feature}"


@pytest.mark.parametrize(
    ("version", "feature", "reason"),
    [
        ("2.41.0", "keep_firing_for", "'Down' (alerts/api.py:7) sets keep_firing_for, which"),
        ("2.42.0", "keep_firing_for", KEPT),
        ("2.52.1", "query_offset", "Prometheus knows since 2.53; this one is 2.52.1"),
        ("2.53.0", "query_offset", KEPT),
        ("2.42.0", "labels", KEPT),
        ("3.5.3", "labels", KEPT),
        ("2.42.0", "limit", KEPT),
        ("", "query_offset", KEPT),
    ],
)
def test_an_older_prometheus_is_not_sent_what_it_does_not_know(
    tmp_path: Path, version: str, feature: str, reason: str
) -> None:
    (tmp_path / "rules").mkdir()
    body = f'{{"status": "success", "data": {{"version": "{version}"}}}}'.encode()
    assert "/api/v1/status/buildinfo" in CALM
    with fake_prometheus({"/api/v1/status/buildinfo": (200, JSON, body)}) as url:
        target = PrometheusTarget(url, tmp_path / "rules", prefix=PREFIX)
        (action,) = plan_for(target, [group(RULE_GROUP, **FEATURES[feature])]).actions
    assert isinstance(action, Blocked) == bool(reason)
    if isinstance(action, Blocked):
        assert reason in action.reason
