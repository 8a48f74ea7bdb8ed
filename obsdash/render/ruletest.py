"""Rule test results as text, JSON and JUnit."""

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

from obsdash.render.escape import printable
from obsdash.ruletest import AlertCoverage, Check, Results, TestResult
from obsdash.words import count


def ruletest_text(results: Results, *, rendered: bool = False) -> str:
    """Return the failures, a line each, and the sums; `rendered` adds what the alerts said."""
    lines = [line for test in results.tests for line in _test(test, rendered=rendered)]
    return "\n".join(printable(line) for line in [*lines, _sums(results), *_coverage(results)])


def ruletest_json(results: Results) -> dict[str, Any]:
    """Return the results as a document."""
    return {
        "schemaVersion": 1,
        "passed": results.passed,
        "tests": [_test_json(test) for test in results.tests],
        "coverage": {
            "percent": results.percent_covered,
            "alerts": [_coverage_json(alert) for alert in results.coverage],
            "notTestable": list(results.beyond),
        },
    }


def ruletest_cases(results: Results) -> Iterator[ET.Element]:
    """Yield a case of JUnit for each expectation."""
    return (case for test in results.tests for case in _junit_cases(test))


def junit(cases: Iterable[ET.Element]) -> str:
    """Return JUnit's XML."""
    found = list(cases)
    failed = sum(len(case) > 0 for case in found)
    suite = ET.Element(
        "testsuite", name="obsdash test", tests=str(len(found)), failures=str(failed)
    )
    suite.extend(found)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode")


def _test(result: TestResult, *, rendered: bool) -> Iterator[str]:
    if result.error:
        yield f"{result.test.origin}: {result.title}: promtool refuses the test: {result.error}"
    for check in result.checks:
        if not check.passed:
            yield f"{_place(check)}: {_name(result, check)}: {check.message}"
    if rendered:
        yield f"{'ok' if result.passed else 'FAILED'}  {result.title}"
        for alert in result.fired:
            texts = (item for item in alert.annotations.items() if not item[0].startswith("__"))
            yield from (f"      {name}: {text}" for name, text in texts)


def _sums(results: Results) -> str:
    checks = [check for test in results.tests for check in test.checks]
    failed = sum(not check.passed for check in checks)
    broken = sum(bool(test.error) for test in results.tests)
    parts = [count(len(results.tests), "test"), count(len(checks), "check"), f"{failed} failed"]
    return ", ".join([*parts, f"{broken} not run"] if broken else parts)


def _coverage(results: Results) -> Iterator[str]:
    covered = sum(alert.covered for alert in results.coverage)
    yield (
        f"{covered} of {count(len(results.coverage), 'alert')} checked both firing and silent"
        f" ({results.percent_covered} %)"
    )
    for alert in results.coverage:
        if not alert.covered:
            yield f"{alert.origin}: {alert.name} has {_lacking(alert)}"
    if results.beyond:
        yield f"not testable, being LogQL: {', '.join(results.beyond)}"


def _lacking(alert: AlertCoverage) -> str:
    lacking = [
        name for name, number in (("firing", alert.firing), ("silent", alert.silent)) if not number
    ]
    return f"no {' and no '.join(lacking)} check"


def _name(result: TestResult, check: Check) -> str:
    return f"{result.title} at {check.expectation.time}"


def _place(check: Check) -> str:
    return str(check.expectation.origin)


def _test_json(result: TestResult) -> dict[str, Any]:
    return {
        "subject": result.test.subject.name,
        "name": result.test.name,
        "place": str(result.test.origin),
        "passed": result.passed,
        "error": result.error,
        "checks": [
            {
                "at": check.expectation.time,
                "place": _place(check),
                "passed": check.passed,
                "message": check.message,
            }
            for check in result.checks
        ],
        "fired": [
            {"labels": dict(alert.labels), "annotations": dict(alert.annotations)}
            for alert in result.fired
        ],
    }


def _coverage_json(alert: AlertCoverage) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "place": str(alert.origin),
        "firing": alert.firing,
        "silent": alert.silent,
    }


def _junit_cases(result: TestResult) -> Iterator[ET.Element]:
    origin = result.test.origin
    place = {"classname": origin.file, "file": origin.file} if origin else {}
    if result.error:
        case = ET.Element("testcase", place, name=result.title)
        ET.SubElement(case, "failure", message=printable(result.error))
        yield case
    for check in result.checks:
        case = ET.Element("testcase", place, name=_name(result, check))
        if not check.passed:
            text = printable(f"{_place(check)}: {check.message}")
            ET.SubElement(case, "failure", message=text)
        yield case
