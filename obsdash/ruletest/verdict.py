"""Judges what promtool answered against what a test expects."""

import math
from collections.abc import Iterator, Mapping, Sequence

from obsdash.author.alerts.testing import Expectation, Fires, Gives, Missing, RuleTest, Silent
from obsdash.durations import milliseconds
from obsdash.ruletest.answers import Answers
from obsdash.ruletest.results import Check, FiredAlert, Sample

_HIDDEN = ("alertname", "__name__")  # every one of them has it


def verdicts(test: RuleTest, answers: Answers) -> tuple[Check, ...]:
    """Return a check for each expectation, in the order they were written."""
    alerts = _alert_messages(test, answers)
    return tuple(Check(each, _message(each, answers, alerts)) for each in test.expectations)


def _message(check: Expectation, answers: Answers, alerts: Mapping[int, str]) -> str:
    match check:
        case Fires() | Silent():
            return alerts[id(check)]
        case Gives():
            return _gives(check, _recorded(check, answers))
        case Missing():
            return _missing(check, _recorded(check, answers))


def _alert_messages(test: RuleTest, answers: Answers) -> dict[int, str]:
    checks = [each for each in test.expectations if isinstance(each, Fires | Silent)]
    messages: dict[int, str] = {}
    for time in {milliseconds(check.time) or 0: None for check in checks}:
        now = [check for check in checks if milliseconds(check.time) == time]
        fired = answers.fired.get(time, [])
        for check in now:
            if isinstance(check, Silent):
                messages[id(check)] = f"expected silence, got {_alerts(fired)}" if fired else ""
        messages.update(_fires([check for check in now if isinstance(check, Fires)], fired))
    return messages


def _fires(expected: Sequence[Fires], fired: Sequence[FiredAlert]) -> Iterator[tuple[int, str]]:
    """Pair expected with fired alerts, the most demanding first; what is left over is wrong too."""
    left = list(fired)
    last_passed = None
    for check in sorted(expected, key=lambda c: -len(c.labels) - len(c.annotations)):
        fitting = next((alert for alert in left if _fits(check, alert)), None)
        if fitting is None:
            yield id(check), _unmet(check, left)
        else:
            left.remove(fitting)
            last_passed = check
            yield id(check), ""
    if left and last_passed:
        yield id(last_passed), f"expected no other alert, got {_alerts(left)}"


def _fits(check: Fires, alert: FiredAlert) -> bool:
    return (
        check.labels.items() <= alert.labels.items()
        and check.annotations.items() <= alert.annotations.items()
    )


def _unmet(check: Fires, fired: Sequence[FiredAlert]) -> str:
    if not fired:
        return "expected firing, got nothing"
    same = next((alert for alert in fired if check.labels.items() <= alert.labels.items()), None)
    if same is None:
        return f"expected {_braces(check.labels)} to fire, got {_alerts(fired)}"
    for name, text in check.annotations.items():
        got = same.annotations.get(name)
        if got != text:
            return f"expected the {name} {text!r}, got {got!r}"
    raise AssertionError("an alert that fits is no mismatch")


def _missing(check: Missing, samples: Sequence[Sample]) -> str:
    fitting = _fitting(check, samples)
    return f"expected no {check.record}, got {_samples(fitting)}" if fitting else ""


def _gives(check: Gives, samples: Sequence[Sample]) -> str:
    if not samples:
        return f"expected {check.record} to be {check.value:g}, got nothing"
    fitting = _fitting(check, samples)
    if not fitting:
        return f"expected {check.record}{_braces(check.labels)}, got {_samples(samples)}"
    if any(_equal(sample.value, check.value) for sample in fitting):
        return ""
    return f"expected {check.record} to be {check.value:g}, got {_samples(fitting)}"


def _fitting(check: Gives | Missing, samples: Sequence[Sample]) -> list[Sample]:
    return [sample for sample in samples if check.labels.items() <= sample.labels.items()]


def _recorded(check: Gives | Missing, answers: Answers) -> Sequence[Sample]:
    return answers.samples.get((check.record, milliseconds(check.time) or 0), [])


def _equal(one: float, other: float) -> bool:
    both_nan = math.isnan(one) and math.isnan(other)
    return both_nan or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _alerts(alerts: Sequence[FiredAlert]) -> str:
    return ", ".join(_braces(alert.labels) for alert in alerts)


def _samples(samples: Sequence[Sample]) -> str:
    return ", ".join(f"{_braces(sample.labels)} {sample.value:g}" for sample in samples)


def _braces(labels: Mapping[str, str]) -> str:
    shown = (f'{name}="{value}"' for name, value in labels.items() if name not in _HIDDEN)
    return "{" + ", ".join(shown) + "}"
