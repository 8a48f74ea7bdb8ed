"""Route test results as text and JSON, and as JUnit's cases."""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from obsdash.render.escape import printable
from obsdash.routetest import RouteCheck, RouteResult, RouteResults, Unheard
from obsdash.words import count


def routetest_text(results: RouteResults) -> str:
    """Return the failures, a line each, the sums, and which alerts nobody hears of."""
    return "\n".join(printable(line) for line in _lines(results))


def _lines(results: RouteResults) -> Iterator[str]:
    checks = [(test, check) for test in results.tests for check in test.checks]
    failed = [(test, check) for test, check in checks if not check.passed]
    for test, check in failed:
        yield f"{check.expectation.origin}: {_name(test, check)}: {check.message}"
    if checks:
        yield (
            f"{count(len(results.tests), 'route test')}, {count(len(checks), 'check')},"
            f" {len(failed)} failed"
        )
        tested = results.alerts - len(results.untested)
        yield f"{tested} of {count(results.alerts, 'alert')} followed through the routing by a test"
        if results.untested:
            yield f"without a route test: {', '.join(results.untested)}"
    yield from (f"{one.origin}: {_unheard(one)}" for one in results.unheard)


def _unheard(one: Unheard) -> str:
    return f"{one.alert} reaches {', '.join(one.receivers)}, which tells nobody"


def _name(test: RouteResult, check: RouteCheck) -> str:
    time = check.expectation.time
    name = f"{test.test.title} at {time.isoformat()}" if time else test.test.title
    return f"{name} (in {check.form})" if check.form else name


def routetest_json(results: RouteResults) -> dict[str, Any]:
    """Return the results as a document."""
    return {
        "passed": results.passed,
        "tests": [_test_json(test) for test in results.tests],
        "untested": list(results.untested),
        "unheard": [
            {"alert": one.alert, "place": str(one.origin), "receivers": list(one.receivers)}
            for one in results.unheard
        ],
    }


def _test_json(test: RouteResult) -> dict[str, Any]:
    return {
        "name": test.test.title,
        "place": str(test.test.origin),
        "passed": test.passed,
        "checks": [
            {
                "expected": check.expectation.verdict,
                "receivers": list(check.expectation.receivers),
                "at": time.isoformat() if (time := check.expectation.time) else None,
                "place": str(check.expectation.origin),
                "passed": check.passed,
                "message": check.message,
                "form": check.form,
            }
            for check in test.checks
        ],
    }


def routetest_cases(results: RouteResults) -> Iterator[ET.Element]:
    """Yield a case of JUnit for each expectation."""
    for test in results.tests:
        origin = test.test.origin
        place = {"classname": origin.file, "file": origin.file} if origin else {}
        for check in test.checks:
            case = ET.Element("testcase", place, name=_name(test, check))
            if not check.passed:
                text = printable(f"{check.expectation.origin}: {check.message}")
                ET.SubElement(case, "failure", message=text)
            yield case
