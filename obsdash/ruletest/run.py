"""Runs the tests of a project: one promtool process for all of them."""

import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import orjson

from obsdash.author.alerts.testing import Fires, RuleTest, Silent
from obsdash.errors import DefinitionError, Problems, TargetError
from obsdash.origin import Origin
from obsdash.resource import LOKI_RULE_GROUP, RULE_GROUP, Resource
from obsdash.ruletest.answers import Answers, parse
from obsdash.ruletest.results import AlertCoverage, Results, TestResult
from obsdash.ruletest.suite import alert_name, questions, rule_groups
from obsdash.ruletest.verdict import verdicts

_PATIENCE = 600  # seconds; the longest series that promtool takes need a few


def run_tests(tests: Sequence[RuleTest], resources: Iterable[Resource]) -> Results:
    """Evaluate the tests on the rules as they are delivered.

    Raises Problems for tests that ask nothing or are about a rule that no group holds, TargetError
    when promtool is missing or fails.
    """
    by_kind: dict[str, list[Resource]] = {RULE_GROUP: [], LOKI_RULE_GROUP: []}
    for resource in resources:
        if resource.ref.kind in by_kind:
            by_kind[resource.ref.kind].append(resource)
    groups = by_kind[RULE_GROUP]
    _refuse_pointless(tests, groups)
    answers = _ask(tests, groups) if tests else []
    return Results(
        tuple(_result(test, answer) for test, answer in zip(tests, answers, strict=True)),
        _coverage(tests, groups),
        tuple(sorted({rule["alert"] for rule in _rules(by_kind[LOKI_RULE_GROUP], "alert")})),
    )


def _refuse_pointless(tests: Sequence[RuleTest], groups: Sequence[Resource]) -> None:
    known = {rule["alert"] for rule in _rules(groups, "alert")}
    known |= {rule["record"] for rule in _rules(groups, "record")}
    problems = [
        DefinitionError(
            f"the test is about {test.subject.name!r}, which is in no rule group",
            origin=test.origin,
            help='add it to a RuleGroup; one with engine="loki" cannot be tested by promtool',
        )
        for test in tests
        if alert_name(test) not in known
    ]
    problems += [
        DefinitionError(
            f"the test of {test.subject.name!r} expects nothing",
            origin=test.origin,
            help='add .at("5m").fires(…) or .at("5m").no_alerts()',
        )
        for test in tests
        if not test.expectations
    ]
    if problems:
        raise Problems(problems)


def _ask(tests: Sequence[RuleTest], groups: Sequence[Resource]) -> list[Answers]:
    promtool = which("promtool")
    if promtool is None:
        raise TargetError(
            "promtool, which runs the rule tests, is not installed",
            help="apt install promtool (on Debian 12: prometheus)",
        )
    with TemporaryDirectory(prefix="obsdash-") as name:
        files = [_write(Path(name), n, test, groups) for n, test in enumerate(tests)]
        try:
            done = subprocess.run(
                [promtool, "test", "rules", *files],
                cwd=name,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise TargetError(f"promtool has not finished after {_PATIENCE} s") from None
    answers = parse(done.stderr)
    if len(answers) != len(tests):
        raise TargetError(f"promtool says something unexpected: {_first_line(done.stderr)}")
    return answers


def _write(folder: Path, number: int, test: RuleTest, groups: Sequence[Resource]) -> str:
    """Write the two files of a test, as JSON, which is YAML; return the name of the test file."""
    rules, asks = f"{number:05}.rules.yml", f"{number:05}.test.yml"
    (folder / rules).write_bytes(orjson.dumps({"groups": rule_groups(test, groups)}))
    (folder / asks).write_bytes(orjson.dumps(questions(test, rules)))
    return asks


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "nothing")


def _result(test: RuleTest, answers: Answers) -> TestResult:
    if answers.error:
        return TestResult(test, error=answers.error)
    fired = tuple(alert for alerts in answers.fired.values() for alert in alerts)
    return TestResult(test, verdicts(test, answers), fired)


def _coverage(tests: Iterable[RuleTest], groups: Sequence[Resource]) -> tuple[AlertCoverage, ...]:
    seen: Counter[tuple[str, type]] = Counter()
    for test in tests:
        seen.update((alert_name(test), type(check)) for check in test.expectations)
    places: dict[str, Origin | None] = {}
    for group in groups:
        for index, rule in enumerate(group.spec["rules"]):
            if "alert" in rule:
                places.setdefault(rule["alert"], group.origin_of(f"/rules/{index}"))
    return tuple(
        AlertCoverage(name, place, seen[name, Fires], seen[name, Silent])
        for name, place in places.items()
    )


def _rules(groups: Iterable[Resource], key: str) -> Iterable[dict[str, str]]:
    return (rule for group in groups for rule in group.spec["rules"] if key in rule)
