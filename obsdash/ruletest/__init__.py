"""Rule unit tests: promtool evaluates the rules, we judge what it says.

promtool compares exact label sets and shows nothing of what is right. So each question is put with
an expectation that cannot hold; the answer, `got:`, has every firing alert with its rendered texts.
"""

from obsdash.ruletest.results import AlertCoverage, Check, Results, TestResult
from obsdash.ruletest.run import run_tests
from obsdash.ruletest.suite import alert_name

__all__ = ["AlertCoverage", "Check", "Results", "TestResult", "alert_name", "run_tests"]
