"""Rule groups of Prometheus and Loki as Grafana's own, without a server."""

from collections.abc import Sequence
from typing import Any

import pytest

from obsdash.delivery.alertrules import ManagedRules
from obsdash.errors import ConfigError, DefinitionError, Problems
from obsdash.origin import Mark, Origin
from obsdash.resource import (
    ALERT_RULE_GROUP,
    DATASOURCE,
    FOLDER,
    LOKI_RULE_GROUP,
    RULE_GROUP,
    Ref,
    Resource,
    Spec,
)

DOWN = {"alert": "Down", "expr": "up == 0", "for": "5m", "labels": {"severity": "page"}}
RECORD = {"record": "job:up:sum", "expr": "sum by (job) (up)"}


def group(*rules: Spec, uid: str = "api/errors", kind: str = RULE_GROUP, **more: Any) -> Resource:
    marks = {
        f"/rules/{index}": Mark(Origin("alerts/api.py", 10 + index)) for index in range(len(rules))
    }
    spec = {"name": uid.rpartition("/")[2], "rules": list(rules), **more}
    return Resource(Ref(kind, uid), spec, marks={"": Mark(Origin("alerts/api.py", 3)), **marks})


def delivered(*groups: Resource, **options: Any) -> list[Resource]:
    rules = ManagedRules("shop", options.pop("folder", "Rules"), prometheus="prom", **options)
    return list(rules.deliver(groups))


def rules_of(resources: Sequence[Resource]) -> list[Spec]:
    return [rule for r in resources if r.ref.kind == ALERT_RULE_GROUP for rule in r.spec["rules"]]


def refused(*groups: Resource, **options: Any) -> list[str]:
    """Return `line: reason` of each refusal."""
    with pytest.raises((Problems, DefinitionError)) as caught:
        delivered(*groups, **options)
    errors = caught.value.errors if isinstance(caught.value, Problems) else [caught.value]
    return [f"{error.origin}: {error.message}" for error in errors]


def test_an_alert_asks_what_prometheus_asks_and_fires_for_every_series() -> None:
    (rule,) = rules_of(delivered(group(DOWN)))
    asked, reduced, condition = rule["data"]
    assert asked["model"]["expr"] == "up == 0"
    assert (asked["model"]["instant"], asked["datasourceUid"]) == (True, "prom")
    assert reduced["model"]["reducer"] == "last"
    assert condition["model"]["expression"] == "!is_null($B)"
    assert (rule["noDataState"], rule["execErrState"], rule["for"]) == ("OK", "OK", "5m")
    assert rule["labels"] == {"severity": "page"}


def test_a_rule_of_loki_asks_loki() -> None:
    found = ManagedRules("shop", "Rules", loki="logs").deliver([group(DOWN, kind=LOKI_RULE_GROUP)])
    (rule,) = rules_of(found)
    assert rule["data"][0]["datasourceUid"] == "logs"
    assert rule["data"][0]["queryType"] == "instant"


def test_labels_of_the_group_are_those_of_its_rules_and_are_texts() -> None:
    (rule,) = rules_of(delivered(group(DOWN, labels={"team": "a", "severity": "x", "on": True})))
    assert rule["labels"] == {"team": "a", "severity": "page", "on": "true"}


def test_the_offset_of_a_group_is_in_the_range_of_its_queries() -> None:
    (rule,) = rules_of(delivered(group(DOWN, query_offset="1m")))
    assert rule["data"][0]["relativeTimeRange"] == {"from": 660, "to": 60}


def test_the_folder_may_be_called_as_the_rule_file_and_is_delivered_with_those_around_it() -> None:
    found = delivered(group(DOWN), folder="Alerts/{namespace}")
    assert [r.ref.uid for r in found if r.ref.kind == FOLDER] == ["Alerts", "Alerts/api"]
    assert found[-1].ref == Ref(ALERT_RULE_GROUP, "Alerts/api/errors")


def test_a_uid_stays_when_anything_but_the_name_changes() -> None:
    (one,) = rules_of(delivered(group(DOWN)))
    other = {**DOWN, "expr": "up == 1", "labels": {}}
    (moved,) = rules_of(delivered(group(other, uid="x/y")))
    (renamed,) = rules_of(delivered(group({**DOWN, "alert": "Gone"})))
    assert one["uid"] == moved["uid"]
    assert one["uid"] != renamed["uid"]


def test_alerts_of_one_name_have_uids_of_their_own_whatever_their_order() -> None:
    other = {**DOWN, "labels": {"severity": "ticket"}}
    uids = {rule["uid"] for rule in rules_of(delivered(group(DOWN, other, DOWN)))}
    assert len(uids) == 3
    turned = {rule["uid"] for rule in rules_of(delivered(group(other, DOWN, DOWN)))}
    assert uids == turned
    assert all(len(uid) <= 40 for uid in uids)


def test_recording_rules_are_taken_along_or_are_said_to_be_left_out() -> None:
    records = rules_of(delivered(group(RECORD), records_to="mimir"))
    assert records[0]["record"] == {
        "metric": "job:up:sum",
        "from": "A",
        "target_datasource_uid": "mimir",
    }
    found = delivered(group(RECORD, DOWN, RECORD), records=False)
    assert [rule["title"] for rule in rules_of(found)] == ["Down"]
    (caution,) = (text for one in found for text in one.cautions)
    assert caution.startswith("alerts/api.py:10: records = false leaves this recording rule")
    assert "1 more rule" in caution
    assert not [text for one in delivered(group(DOWN), records=False) for text in one.cautions]


@pytest.mark.parametrize(
    ("rule", "settings", "said"),
    [
        (DOWN, {"interval": "15s"}, "alerts/api.py:3: rule group 'errors': Grafana evaluates"),
        (DOWN, {"limit": 5}, "alerts/api.py:3: rule group 'errors': Grafana has no limit"),
        ({**DOWN, "odd": 1}, {}, "alerts/api.py:10: alert 'Down': Grafana has no odd"),
        ({**DOWN, "for": "<%= x %>"}, {}, "alerts/api.py:10: alert 'Down', for: '<%= x %>' is no"),
        (
            {**DOWN, "annotations": {"summary": "{{ query `up` }}"}},
            {},
            "alerts/api.py:10: alert 'Down', annotation 'summary': the template runs a query",
        ),
        ({**DOWN, "alert": "x" * 191}, {}, "alerts/api.py:10: alert 'xxx"),
    ],
)
def test_what_grafana_cannot_hold_is_refused_on_its_line(
    rule: Spec, settings: Spec, said: str
) -> None:
    (line,) = refused(group(rule, **settings))
    assert line.startswith(said), line


def test_two_groups_that_become_one_are_refused() -> None:
    (line,) = refused(group(DOWN, uid="a/errors"), group(DOWN, uid="b/errors"))
    assert "is defined twice" in line


def test_the_data_source_is_the_projects_only_one_or_has_to_be_said() -> None:
    source = Resource(Ref(DATASOURCE, "main"), {"type": "prometheus"})
    (rule,) = rules_of(ManagedRules("shop", "Rules").deliver([group(DOWN), source]))
    assert rule["data"][0]["datasourceUid"] == "main"
    with pytest.raises(ConfigError, match="which data source of type prometheus"):
        ManagedRules("shop", "Rules").deliver([group(DOWN)])


@pytest.mark.parametrize(
    ("prometheus", "grafana"),
    [
        ("{{ $value | humanize }}", "{{ $values.B.Value | humanize }}"),
        ("{{ .Value }} of {{ $labels.job }}", "{{ .Values.B.Value }} of {{ $labels.job }}"),
        ('{{ printf "$value %f" $value }}', '{{ printf "$value %f" $values.B.Value }}'),
        ("costs $value, {{ .Labels.job }}", "costs $value, {{ .Labels.job }}"),
        ("{{ $externalURL }}/x", "{{ externalURL }}/x"),
    ],
)
def test_templates_say_in_grafana_what_they_say_in_prometheus(
    prometheus: str, grafana: str
) -> None:
    (rule,) = rules_of(delivered(group({**DOWN, "annotations": {"summary": prometheus}})))
    assert rule["annotations"] == {"summary": grafana}
