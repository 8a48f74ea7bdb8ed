"""From when an expression holds to when the alert fires, as Prometheus folds it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil

from obsdash.backtest.model import Firing

Run = tuple[float, float]  # the first and the last evaluation at which a series is there
Labels = tuple[tuple[str, str], ...]

_ROUNDING = 1e-6  # of a step


@dataclass(frozen=True, slots=True)
class Rule:
    """How an alert is evaluated: every `step`, `hold` before it fires, `keep` after; in seconds."""

    step: float
    hold: float = 0.0
    keep: float = 0.0


@dataclass(slots=True)
class Runs:
    """When each series is there, gathered piece by piece in the order of time."""

    step: float
    found: dict[Labels, list[Run]] = field(default_factory=dict)

    def add(self, labels: Mapping[str, str], times: Iterable[float]) -> None:
        """Add the times of one series."""
        runs = self.found.setdefault(tuple(sorted(labels.items())), [])
        for time in times:
            if runs and time - runs[-1][1] <= self.step * 1.5:
                runs[-1] = (runs[-1][0], time)
            else:
                runs.append((time, time))


def firings(runs: Runs, rule: Rule, end: float) -> tuple[Firing, ...]:
    """Return the firings of all series, the earliest first; end: of the window."""
    found = [
        firing
        for labels, spans in runs.found.items()
        for firing in _of_series(dict(labels), spans, rule, end)
    ]
    return tuple(sorted(found, key=lambda firing: (firing.start, sorted(firing.labels.items()))))


def _of_series(
    labels: Mapping[str, str], spans: Iterable[Run], rule: Rule, end: float
) -> list[Firing]:
    found: list[Firing] = []
    hold, keep = _evaluations(rule.hold, rule), _evaluations(rule.keep, rule)
    for first, last in spans:
        resolved = last + rule.step + keep
        if found and keep and first < found[-1].end:
            found[-1] = replace(found[-1], end=resolved)
        elif first + hold <= last + rule.step * _ROUNDING:
            found.append(Firing(labels, first + hold, resolved))
    return [replace(firing, end=end, open=True) if firing.end > end else firing for firing in found]


def _evaluations(seconds: float, rule: Rule) -> float:
    """Return the time from one evaluation to the first that is at least so much later."""
    return ceil(seconds / rule.step - _ROUNDING) * rule.step
