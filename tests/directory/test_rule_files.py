"""Rules for other readers of files: PrometheusRule objects and Thanos' rule files."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsdash.delivery.rulefiles import RuleFiles, object_name
from obsdash.directory import DirectoryTarget
from obsdash.origin import Mark, Origin
from obsdash.plan import Plan, Update
from obsdash.resource import PROMETHEUS_RULE, RULE_GROUP, Ref, Resource
from obsdash.target import apply_plan, plan_for

ALERT = {
    "alert": "Down",
    "expr": "up == 0",
    "for": "5m",
    "labels": {"severity": "page", "port": "17:00", "answer": "no", "y": "1e3", "n": "0o17"},
    "annotations": {"summary": "{{ $labels.job }} is down"},
}
RECORD = {"record": "job:up:sum", "expr": "sum by (job) (up)"}
ALL = RuleFiles(
    outputs=("prometheus", "prometheusrule", "thanos"),
    project="shop",
    namespace="monitoring",
    labels={"release": "kube-prometheus-stack"},
    partial_response="warn",
)
OBJECT = "kubernetes/prometheusrules/shop-api.yaml"


def group(uid: str, *rules: dict[str, Any], **settings: Any) -> Resource:
    name = uid.rpartition("/")[2]
    return Resource(
        Ref(RULE_GROUP, uid), {"name": name, **settings, "rules": list(rules or [ALERT, RECORD])}
    )


def plan(root: Path, *wanted: Resource, rules: RuleFiles = ALL, prune: bool = True) -> Plan:
    return plan_for(DirectoryTarget(root, mount="/m", rules=rules), wanted, prune=prune)


def build(root: Path, *wanted: Resource, rules: RuleFiles = ALL) -> None:
    target = DirectoryTarget(root, mount="/m", rules=rules)
    assert apply_plan(plan_for(target, wanted, prune=True), target).ok


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and path.name[0] != ".")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def test_each_reader_gets_a_file_of_its_own_and_a_second_build_writes_nothing(
    tmp_path: Path,
) -> None:
    wanted = group("api/errors"), group("api/latency"), group("host/disk", RECORD)
    build(tmp_path, *wanted)
    before = files(tmp_path)
    assert sorted(before) == [
        OBJECT,
        "kubernetes/prometheusrules/shop-host.yaml",
        "prometheus/rules/api.yml",
        "prometheus/rules/host.yml",
        "thanos/rules/api.yml",
        "thanos/rules/host.yml",
    ]
    assert not plan(tmp_path, *wanted)
    build(tmp_path, *reversed(wanted))
    assert files(tmp_path) == before


def test_a_prometheus_rule_has_its_metadata_and_the_rules_of_all_groups(tmp_path: Path) -> None:
    build(tmp_path, group("api/errors", labels={"team": "shop"}), group("api/latency", RECORD))
    document = yaml.safe_load((tmp_path / OBJECT).read_text())
    assert document["apiVersion"] == "monitoring.coreos.com/v1"
    assert document["kind"] == "PrometheusRule"
    assert document["metadata"] == {
        "name": "shop-api",
        "namespace": "monitoring",
        "labels": {"release": "kube-prometheus-stack"},
    }
    errors, latency = document["spec"]["groups"]
    assert (errors["name"], latency["name"]) == ("errors", "latency")
    assert "labels" not in errors, "operators before 0.79 refuse labels of groups"
    assert [rule["labels"]["team"] for rule in errors["rules"]] == ["shop", "shop"]


def test_texts_that_look_like_numbers_stay_texts(tmp_path: Path) -> None:
    odd = {"a": 1.5, "b": True, "c": None}
    build(tmp_path, group("api/errors", {**ALERT, "labels": {**ALERT["labels"], **odd}}))  # type: ignore[dict-item]
    text = (tmp_path / OBJECT).read_text()
    for line in ("port: '17:00'", "answer: 'no'", "'y': '1e3'", "'n': '0o17'", "b: 'true'"):
        assert line in text
    assert "a: '1.5'" in text
    assert "c: ''" in text


def test_thanos_is_told_what_to_do_when_a_store_does_not_answer(tmp_path: Path) -> None:
    build(tmp_path, group("api/errors", labels={"team": "shop"}))
    (found,) = yaml.safe_load((tmp_path / "thanos/rules/api.yml").read_text())["groups"]
    assert found["partial_response_strategy"] == "warn"
    assert found["rules"][1]["labels"] == {"team": "shop"}
    (plain,) = yaml.safe_load((tmp_path / "prometheus/rules/api.yml").read_text())["groups"]
    assert "partial_response_strategy" not in plain, "Prometheus refuses what it does not know"


def test_files_of_a_reader_that_is_no_longer_wanted_are_removed(tmp_path: Path) -> None:
    build(tmp_path, group("api/errors"))
    build(tmp_path, group("api/errors"), rules=RuleFiles(outputs=("thanos",)))
    assert list(files(tmp_path)) == ["thanos/rules/api.yml"]


def test_a_change_in_an_object_is_told_rule_by_rule_with_its_line(tmp_path: Path) -> None:
    build(tmp_path, group("api/errors"), group("api/old"))
    changed = group("api/errors", {**ALERT, "expr": "up == 1"}, RECORD)
    there = Resource(changed.ref, changed.spec, marks={"/rules/0": Mark(Origin("alerts/a.py", 7))})
    actions = plan(tmp_path, there, group("api/new")).actions
    (action,) = (a for a in actions if a.ref.kind == PROMETHEUS_RULE)
    assert isinstance(action, Update)
    assert sorted((change.subject, change.text) for change in action.changes) == [
        ('alert "Down"', "expression: == 0 → == 1"),
        ('group "new"', "added"),
        ('group "old"', "removed"),
    ]
    (edit,) = (change for change in action.changes if change.verb == "changed")
    assert (edit.path, edit.origin) == ("/spec/groups/0/rules/0/expr", Origin("alerts/a.py", 7))


@pytest.mark.parametrize(
    ("text", "name"),
    [("shop-api", "shop-api"), ("Shop API_v2", "shop-api-v2-…"), ("ä", "…"), ("a" * 300, "a…")],
)
def test_an_object_has_a_name_that_kubernetes_takes(text: str, name: str) -> None:
    found = object_name(text)
    assert found[0].isalnum()
    assert found[-1].isalnum()
    assert len(found) <= 253
    assert found == name or found.startswith(name.removesuffix("…"))


def test_names_that_differ_stay_different() -> None:
    assert len({object_name(text) for text in ("a_b", "a-b", "A-b", "a b")}) == 4


@pytest.mark.parametrize(
    ("variable", "file", "command"),
    [
        ("OBSDASH_TEST_THANOS", "thanos/rules/api.yml", ["tools", "rules-check", "--rules"]),
        ("OBSDASH_TEST_PO_LINT", OBJECT, []),
    ],
)
def test_the_readers_own_check_accepts_the_file(
    tmp_path: Path, variable: str, file: str, command: list[str]
) -> None:
    """OBSDASH_TEST_THANOS: thanos; OBSDASH_TEST_PO_LINT: the Prometheus operator's po-lint."""
    program = os.environ.get(variable)
    if not program:
        pytest.skip(f"{variable} names no program")
    settings = {"labels": {"team": "shop"}, "interval": "1m", "limit": 5, "query_offset": "30s"}
    build(tmp_path, group("api/errors", {**ALERT, "keep_firing_for": "3m"}, RECORD, **settings))
    run = subprocess.run(
        [program, *command, str(tmp_path / file)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
