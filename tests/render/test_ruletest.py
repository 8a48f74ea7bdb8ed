"""How the results of rule tests read."""

import json
from xml.etree import ElementTree as ET

from obsdash.author import Alert, RuleTest
from obsdash.author.alerts.testing import Fires, Silent
from obsdash.origin import Origin
from obsdash.render.ruletest import junit, ruletest_cases, ruletest_json, ruletest_text
from obsdash.ruletest import AlertCoverage, Check, Results, TestResult
from obsdash.ruletest.results import FiredAlert

HIGH = Alert("HighLatency", expr="x > 1", summary="slow")
TEST = RuleTest(HIGH, "fires in time", origin=Origin("alerts/api.py", 40))
SILENT = Silent("5m", Origin("alerts/api.py", 41))
FIRES = Fires("12m", {}, {}, Origin("alerts/api.py", 42))
RESULTS = Results(
    (
        TestResult(
            TEST,
            (Check(SILENT), Check(FIRES, "expected firing, got nothing")),
            (FiredAlert({"job": "a"}, {"summary": "a is slow\x1b[2J"}),),
        ),
        TestResult(TEST, error="bad number"),
    ),
    (
        AlertCoverage("HighLatency", Origin("alerts/api.py", 10), 1, 1),
        AlertCoverage("Down", Origin("alerts/api.py", 20), 0, 0),
    ),
    ("LogErrors",),
)


def test_a_failure_is_a_line_that_starts_with_its_place() -> None:
    assert ruletest_text(RESULTS).splitlines() == [
        "alerts/api.py:42: HighLatency: fires in time at 12m: expected firing, got nothing",
        "alerts/api.py:40: HighLatency: fires in time: promtool refuses the test: bad number",
        "2 tests, 2 checks, 1 failed, 1 not run",
        "1 of 2 alerts checked both firing and silent (50 %)",
        "alerts/api.py:20: Down has no firing and no silent check",
        "not testable, being LogQL: LogErrors",
    ]


def test_rendered_texts_are_shown_on_request_and_cannot_steer_the_terminal() -> None:
    assert "      summary: a is slow\\x1b[2J" in ruletest_text(RESULTS, rendered=True).splitlines()


def test_the_json_says_everything_and_survives_a_round_trip() -> None:
    document = json.loads(json.dumps(ruletest_json(RESULTS)))

    assert document["schemaVersion"] == 1
    assert document["passed"] is False
    assert document["tests"][0]["checks"][1] == {
        "at": "12m",
        "place": "alerts/api.py:42",
        "passed": False,
        "message": "expected firing, got nothing",
    }
    assert document["coverage"]["percent"] == 50


def test_junit_has_a_case_for_each_expectation() -> None:
    suite = ET.fromstring(junit(ruletest_cases(RESULTS)))

    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert [case.get("name") for case in suite] == [
        "HighLatency: fires in time at 5m",
        "HighLatency: fires in time at 12m",
        "HighLatency: fires in time",
    ]
    (failure,) = suite[1]
    assert failure.get("message") == "alerts/api.py:42: expected firing, got nothing"
