"""Judges the route tests of a project on the routing as it is delivered."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from obsdash.author.notifications.routetest import Fate, RouteTest, Subject
from obsdash.delivery.policies import NOBODY, as_alertmanagers
from obsdash.delivery.routing import as_grafanas
from obsdash.errors import DefinitionError, Problems, TargetError
from obsdash.origin import Origin
from obsdash.resource import ALERTMANAGER, LOKI_RULE_GROUP, RULE_GROUP, Resource
from obsdash.routetest.results import RouteCheck, RouteResult, RouteResults, Unheard
from obsdash.words import nearest

if TYPE_CHECKING:
    from obsdash.routetest.fate import Destiny, Routes

Labels = Mapping[str, str]

_GRAFANA = "Grafana"


@dataclass(frozen=True, slots=True)
class _Rule:
    """An alerting rule as it is delivered: its labels, with the group's and its name."""

    labels: Labels
    origin: Origin | None


def run_route_tests(
    tests: Sequence[RouteTest], resources: Sequence[Resource], *, grafana: bool = False
) -> RouteResults:
    """Follow the alerts of the tests, and all alerts of the project, through its routing.

    The routing should be one in which every channel counts as set up. grafana: judge all but
    inhibition, which Grafana has not, also on the policies that Grafana gets of it. Raises Problems
    for tests that expect nothing, name no alert or no receiver of the project, or have no routing
    to be judged on, and for what Grafana cannot hold; TargetError when amlint is missing or cannot
    follow the routing.
    """
    rules = _rules(resources)
    routing = next((one for one in resources if one.ref.kind == ALERTMANAGER), None)
    if routing is None or (not tests and not find_spec("amlint")):
        _refuse(tests, rules, {})
        return RouteResults(())
    _refuse(tests, rules, routing.spec)
    routes = _routes(routing.spec)
    policies = _routes(as_alertmanagers(as_grafanas([routing]))) if grafana else None
    tested = {labels.get("alertname") for test in tests for labels in _labels(test.about, rules)}
    return RouteResults(
        tuple(_result(test, routes, policies, rules) for test in tests),
        len(rules),
        tuple(sorted(rules.keys() - tested)),
        tuple(_unheard(routes, rules)),
    )


def _rules(resources: Iterable[Resource]) -> dict[str, list[_Rule]]:
    """Return the alerting rules by name; of one name there may be several."""
    found: dict[str, list[_Rule]] = {}
    for group in resources:
        if group.ref.kind not in (RULE_GROUP, LOKI_RULE_GROUP):
            continue
        shared = group.spec.get("labels") or {}
        for index, rule in enumerate(group.spec["rules"]):
            if name := rule.get("alert"):
                labels = {**shared, **(rule.get("labels") or {}), "alertname": name}
                place = group.origin_of(f"/rules/{index}")
                found.setdefault(name, []).append(_Rule(labels, place))
    return found


def _labels(subject: Subject, rules: Mapping[str, Sequence[_Rule]]) -> list[Labels]:
    """Return the label sets that a test's subject stands for."""
    alert, labels = subject
    if alert is None:
        return [labels]
    return [{**rule.labels, **labels} for rule in rules[alert.name]]


def _refuse(
    tests: Sequence[RouteTest], rules: Mapping[str, Sequence[_Rule]], config: Mapping[str, Any]
) -> None:
    receivers = {receiver["name"] for receiver in config.get("receivers") or ()}
    problems = [
        DefinitionError(f"the route test of {test.title!r} {why}", origin=test.origin, help=remedy)
        for test in tests
        for why, remedy in _pointless(test, rules, receivers)
    ]
    if problems:
        raise Problems(problems)


def _pointless(
    test: RouteTest, rules: Mapping[str, Sequence[_Rule]], receivers: Collection[str]
) -> Iterator[tuple[str, str]]:
    if not receivers:
        yield "has no routing to be judged on", "define a Routing in alerts/"
        return
    if not test.expectations:
        yield "expects nothing", 'add .reaches("…")'
    for alert, _ in (test.about, *test.firing):
        if alert and alert.name not in rules:
            yield f"names {alert.name!r}, which is in no rule group", "add it to a RuleGroup"
    for name in sorted({name for fate in test.expectations for name in fate.receivers}):
        if name not in receivers:
            yield f"names the receiver {name!r}{nearest(name, receivers)}", _named(receivers)


def _named(receivers: Collection[str]) -> str:
    return f"the routing has {', '.join(sorted(receivers))}"


def _routes(config: Mapping[str, Any]) -> "Routes":
    if not find_spec("amlint"):
        raise TargetError(
            "amlint, which follows alerts through the routing, is not installed",
            help="pip install 'obsdash[routing]'",
        )
    from obsdash.routetest.fate import Routes

    try:
        return Routes(config)
    except ValueError as error:
        raise TargetError(f"amlint cannot follow the routing: {error}") from None


def _result(
    test: RouteTest,
    routes: "Routes",
    policies: "Routes | None",
    rules: Mapping[str, Sequence[_Rule]],
) -> RouteResult:
    checks = [RouteCheck(fate, _verdict(test, fate, routes, rules)) for fate in test.expectations]
    if policies:
        checks += [
            RouteCheck(fate, _verdict(test, _in_grafana(fate, routes), policies, rules), _GRAFANA)
            for fate in test.expectations
            if fate.verdict != "is inhibited"
        ]
    return RouteResult(test, tuple(checks))


def _in_grafana(fate: Fate, routes: "Routes") -> Fate:
    """Expect the policy that is always mute for receivers that tell nobody."""
    names = (name if routes.tells(name) else NOBODY for name in fate.receivers)
    return replace(fate, receivers=tuple(dict.fromkeys(names)))


def _verdict(
    test: RouteTest, fate: Fate, routes: "Routes", rules: Mapping[str, Sequence[_Rule]]
) -> str:
    """Return in what the alert's destiny is another one, "" when it is as expected."""
    firing = [labels for subject in fate.firing for labels in _labels(subject, rules)]
    for labels in _labels(test.about, rules):
        destiny = routes.destiny(labels, firing, fate.time)
        if message := _wrong(fate, destiny):
            return message
    return ""


def _wrong(fate: Fate, destiny: "Destiny") -> str:
    told = [name for name in destiny.receivers if name not in destiny.muted]
    if destiny.inhibited_by is not None:
        got = f"is inhibited by {_spelled(destiny.inhibited_by)}"
        right = fate.verdict == "is inhibited"
    elif not told:
        got = f"is muted {next(iter(destiny.muted.values()))}"
        right = fate.verdict == "is muted"
    else:
        got = f"reaches {', '.join(told)}"
        right = fate.verdict == "reaches" and set(told) == set(fate.receivers)
    return "" if right else f"expected that it {_expected(fate)}, but it {got}"


def _expected(fate: Fate) -> str:
    return f"{fate.verdict} {', '.join(fate.receivers)}".rstrip()


def _spelled(labels: Labels) -> str:
    rest = " ".join(f"{name}={value}" for name, value in labels.items() if name != "alertname")
    return f"{labels.get('alertname', '')} {rest}".strip()


def _unheard(routes: "Routes", rules: Mapping[str, Sequence[_Rule]]) -> Iterator[Unheard]:
    for name, found in rules.items():
        for rule in found:
            receivers = routes.destiny(rule.labels, (), None).receivers
            if not any(routes.tells(receiver) for receiver in receivers):
                yield Unheard(name, receivers, rule.origin)
