"""One routing, delivered as Alertmanager's configuration and as Grafana's policies: same people."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obsdash import secrets
from obsdash.delivery.policies import NOBODY, as_alertmanagers
from obsdash.delivery.routing import ALWAYS, as_grafanas
from obsdash.disk import yaml
from obsdash.errors import Problems
from obsdash.project import load_project
from obsdash.resource import (
    ALERTMANAGER,
    CONTACT_POINT,
    NOTIFICATION_POLICY,
    Environment,
    Ref,
    Resource,
    Spec,
)
from obsdash.routetest import run_route_tests
from obsdash.routetest.fate import Routes

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("OBSDASH_TEST_CORPUS", ROOT.parent / "shared/corpus")) / "alertmanager"
WEBHOOK = {"webhook_configs": [{"url_file": "/run/secrets/hook"}]}
NIGHT, NOON = datetime(2026, 11, 20, 2, 0, tzinfo=UTC), datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TIMES = (None, NIGHT, NOON)
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "=": str.__eq__,
    "!=": str.__ne__,
    "=~": lambda value, regex: bool(re.fullmatch(regex, value)),
    "!~": lambda value, regex: not re.fullmatch(regex, value),
}

Labels = Mapping[str, str]


def alertmanager(spec: Spec) -> Resource:
    return Resource(Ref(ALERTMANAGER, "main"), spec)


def told(config: Spec, labels: Labels, time: datetime | None) -> set[str]:
    """Return who is told in an Alertmanager; those without an integration hear nothing."""
    routes = Routes({**config, "inhibit_rules": []})
    destiny = routes.destiny(labels, (), time)
    return {one for one in destiny.receivers if one not in destiny.muted and routes.tells(one)}


def told_by_policies(objects: list[Resource], labels: Labels) -> set[str]:
    """Return who is told in Grafana at a time when only what is always mute is mute."""
    (tree,) = (one.spec for one in objects if one.ref.kind == NOTIFICATION_POLICY)
    points = {one.ref.uid for one in objects if one.ref.kind == CONTACT_POINT}
    found = {policy["receiver"] for policy in reached(tree, labels) if not is_mute(policy)}
    assert found <= points
    return found


def reached(policy: Spec, labels: Labels) -> list[Spec]:
    """Return the policies that handle an alert: the deepest that match."""
    found: list[Spec] = []
    for child in policy.get("routes", ()):
        child = {"receiver": policy["receiver"], **child}
        if all(
            OPERATORS[is_](labels.get(name, ""), value)
            for name, is_, value in child.get("object_matchers", ())
        ):
            found += reached(child, labels)
            if not child.get("continue"):
                break
    return found or [policy]


def is_mute(policy: Spec) -> bool:
    return ALWAYS in policy.get("mute_time_intervals", ())


def test_our_own_alerts_reach_the_same_people_either_way() -> None:
    with secrets.taken_as_set():
        project = load_project(ROOT, Environment("local"))
    (config,) = (one for one in project.resources if one.ref.kind == ALERTMANAGER)
    policies = list(as_grafanas([config]))
    alerts = list(label_sets(project.resources))
    assert len(alerts) > 20
    reached_someone = 0
    for labels in [*alerts, {"alertname": "Odd"}, {}]:
        people = told(config.spec, labels, None)
        assert told_by_policies(policies, labels) == people
        assert told(as_alertmanagers(policies), labels, None) == people
        reached_someone += bool(people)
    assert reached_someone >= len(alerts)


def label_sets(resources: tuple[Resource, ...]) -> Iterator[Labels]:
    """Yield the labels of each alert of a project."""
    for group in resources:
        shared = group.spec.get("labels") or {}
        for rule in group.spec.get("rules") or ():
            if "alert" in rule:
                yield {**shared, **(rule.get("labels") or {}), "alertname": rule["alert"]}


def test_our_route_tests_hold_on_grafanas_policies_but_for_inhibition() -> None:
    with secrets.taken_as_set():
        project = load_project(ROOT, Environment("local"))
    rules = [one for one in project.resources if one.ref.kind != ALERTMANAGER]
    translated = alertmanager(as_alertmanagers(as_grafanas(project.resources)))
    tests: list[Any] = [test for test in project.tests if type(test).__name__ == "RouteTest"]
    results = run_route_tests(tests, [*rules, translated])
    wrong = [
        check.expectation.verdict
        for result in results.tests
        for check in result.checks
        if not check.passed
    ]
    assert len(results.tests) > len(wrong) > 0
    assert set(wrong) == {"is inhibited"}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="OBSDASH_TEST_CORPUS names no folder")
def test_routings_that_others_wrote_reach_the_same_receivers_either_way() -> None:
    compared = 0
    for config in corpus():
        try:
            policies = list(as_grafanas([alertmanager(config)]))
        except Problems:
            continue
        for labels, time in product(probes(config["route"]), TIMES):
            people = told(config, labels, time)
            assert told(as_alertmanagers(policies), labels, time) == people, (config, labels)
            compared += 1
    assert compared > 500


def corpus() -> Iterator[Spec]:
    """Yield the configurations that Alertmanager accepts, each receiver with one integration."""
    for file in sorted(CORPUS.rglob("*.y*ml")):
        try:
            config: Any = yaml.load(file.read_bytes())
            if not (isinstance(config, dict) and isinstance(config.get("receivers"), list)):
                continue
            Routes(config)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        receivers = [
            {"name": one["name"], **(WEBHOOK if len(one) > 1 else {})}
            for one in config["receivers"]
        ]
        yield {**config, "receivers": receivers}


def probes(route: Spec) -> Iterator[Labels]:
    """Yield labels that go along a route, and that just miss it, for each below this one."""
    yield {"alertname": "Odd"}
    for child in route.get("routes") or ():
        wanted = {**(child.get("match") or {})}
        for name, regex in (child.get("match_re") or {}).items():
            wanted[name] = str(regex).split("|")[0].strip("^$()")
        for matcher in child.get("matchers") or ():
            wanted |= dict(re.findall(r'(\w+)\s*=~?\s*"?([^"|}]*)', str(matcher)))
        texts = {name: str(value) for name, value in wanted.items()}
        for inner in probes(child):
            yield {**texts, **inner}
            yield {**texts, **inner, "alertname": "Watchdog", "severity": "critical"}
        yield dict(list(texts.items())[1:])


RECEIVERS = ("pager", "chat", "none")
values = st.sampled_from(["a", "b", 'q"\\', "x|y", ""])
matchers = st.lists(
    st.builds(
        lambda name, is_, value: f"{name}{is_}{quoted(value)}",
        st.sampled_from(["team", "env"]),
        st.sampled_from(["=", "!="]),
        values,
    )
    | st.sampled_from(['team=~"a|b"', 'env!~"a.*"', 'team=~".+"']),
    max_size=2,
)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def routes(depth: int) -> st.SearchStrategy[Spec]:
    below = st.lists(routes(depth - 1), max_size=3) if depth else st.just([])
    return st.fixed_dictionaries(
        {"routes": below, "matchers": matchers},
        optional={
            "receiver": st.sampled_from(RECEIVERS),
            "continue": st.booleans(),
            "mute_time_intervals": st.just(["nights"]),
            "active_time_intervals": st.just(["nights"]),
        },
    )


@settings(max_examples=150, deadline=None)
@given(
    root=st.sampled_from(RECEIVERS),
    tree=st.lists(routes(2), max_size=3),
    labels=st.dictionaries(st.sampled_from(["team", "env"]), values.filter(bool)),
)
def test_any_routing_reaches_the_same_receivers_either_way(
    root: str, tree: list[Spec], labels: Labels
) -> None:
    hours = {"times": [{"start_time": "00:00", "end_time": "06:00"}]}
    config: Spec = {
        "route": {"receiver": root, "routes": tree},
        "receivers": [{"name": "pager", **WEBHOOK}, {"name": "chat", **WEBHOOK}, {"name": "none"}],
        "time_intervals": [{"name": "nights", "time_intervals": [hours]}],
    }
    policies = list(as_grafanas([alertmanager(config)]))
    back = as_alertmanagers(policies)
    assert told_by_policies(policies, labels) == told(config, labels, None)
    for time in TIMES:
        assert told(back, labels, time) == told(config, labels, time)


def test_whoever_hears_nothing_in_alertmanager_hears_nothing_in_grafana() -> None:
    config = {
        "route": {
            "receiver": "none",
            "routes": [{"receiver": "pager", "matchers": ['severity="critical"']}],
        },
        "receivers": [{"name": "none"}, {"name": "pager", **WEBHOOK}],
    }
    policies = list(as_grafanas([alertmanager(config)]))
    back = Routes(as_alertmanagers(policies))
    assert back.destiny({"severity": "critical"}, (), None).receivers == ("pager",)
    assert back.destiny({"severity": "info"}, (), None).receivers == (NOBODY,)
