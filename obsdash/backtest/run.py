"""Asks a Prometheus for the past of each alert's expression."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from obsdash.backtest.fold import Rule, Runs, firings
from obsdash.backtest.model import Backtest, Outcome
from obsdash.durations import milliseconds
from obsdash.errors import TargetError
from obsdash.http import AnswerError, Client, UnreachedError, success
from obsdash.origin import Origin
from obsdash.promql import canonical, missing_metrics
from obsdash.resource import RULE_GROUP, Ref, Resource

_MOST_POINTS = 10_000  # of a series in one answer; Prometheus gives 11,000
_INTERVAL = 60.0  # seconds; Prometheus' own default
_PRODUCT = "Prometheus"


@dataclass(frozen=True, slots=True)
class _Alert:
    """An alerting rule, wanted or loaded."""

    name: str
    expr: str
    rule: Rule
    labels: tuple[tuple[str, str], ...]

    def same(self, other: "_Alert") -> bool:
        """Whether both fire at the same times."""
        return self.rule == other.rule and canonical(self.expr) == canonical(other.expr)


def backtest(
    client: Client, resources: Iterable[Resource], end: datetime, length: timedelta
) -> Iterator[Backtest]:
    """Yield what each alert of the rule groups would have done in the window before `end`.

    Each is evaluated at its group's interval. Raises TargetError when the server does not answer;
    a query that it refuses is that alert's outcome.
    """
    server = _Server(client, end.timestamp(), length.total_seconds())
    interval = server.interval()
    loaded = server.loaded(interval)
    for group in resources:
        if group.ref.kind != RULE_GROUP:
            continue
        for alert, place in _alerts(group, interval):
            yield _judged(server, group.ref, alert, place, loaded.get(alert.name, []))


def _judged(
    server: "_Server", ref: Ref, alert: _Alert, place: Origin | None, loaded: Sequence[_Alert]
) -> Backtest:
    twin = next((one for one in loaded if one.labels == alert.labels), None)
    if twin is None and len(loaded) == 1:
        twin = loaded[0]
    outcome = server.outcome(alert)
    changed = twin is not None and not alert.same(twin)
    return Backtest(
        ref,
        alert.name,
        place,
        outcome,
        loaded=server.outcome(twin) if twin and changed else None,
        new=twin is None,
        missing=() if outcome != Outcome() else server.missing(alert.expr),
    )


def _alerts(group: Resource, default: float) -> Iterator[tuple[_Alert, Origin | None]]:
    step = _seconds(group.spec.get("interval")) or default
    shared = group.spec.get("labels") or {}
    for index, rule in enumerate(group.spec["rules"]):
        if "alert" in rule:
            labels = {**shared, **(rule.get("labels") or {})}
            folded = Rule(step, _seconds(rule.get("for")), _seconds(rule.get("keep_firing_for")))
            alert = _Alert(rule["alert"], rule["expr"], folded, _sorted(labels))
            yield alert, group.origin_of(f"/rules/{index}")


def _seconds(duration: Any) -> float:
    return (milliseconds(str(duration)) or 0) / 1000 if duration else 0.0


def _sorted(labels: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in labels.items()))


class _Server:
    """One Prometheus, and the window in question, in seconds."""

    def __init__(self, client: Client, end: float, length: float) -> None:
        self._client = client
        self._end = end
        self._start = end - length
        self._known: dict[str, bool] = {}

    def interval(self) -> float:
        """Return how often rules are evaluated where their group does not say."""
        from obsdash.disk import yaml

        text = self._data("/api/v1/status/config").get("yaml")
        config = yaml.load(text.encode() if isinstance(text, str) else b"")
        shared = (config.get("global") if isinstance(config, dict) else None) or {}
        return _seconds(shared.get("evaluation_interval")) or _INTERVAL

    def loaded(self, interval: float) -> dict[str, list[_Alert]]:
        """Return the loaded alerts by name."""
        found: dict[str, list[_Alert]] = {}
        for group in self._data("/api/v1/rules").get("groups") or ():
            for rule in group.get("rules") or ():
                if rule.get("type") == "alerting":
                    folded = Rule(
                        float(group.get("interval") or interval),
                        float(rule.get("duration") or 0),
                        float(rule.get("keepFiringFor") or 0),
                    )
                    labels = _sorted(rule.get("labels") or {})
                    alert = _Alert(rule["name"], rule["query"], folded, labels)
                    found.setdefault(alert.name, []).append(alert)
        return found

    def outcome(self, alert: _Alert) -> Outcome:
        """Run an alert's expression over the window, and fold it."""
        if alert.rule.hold > self._end - self._start:
            return Outcome(waits=alert.rule.hold)
        step = alert.rule.step
        end = self._end - self._end % step
        runs = Runs(step)
        start = end - (self._end - self._start) // step * step
        try:
            while start <= end:
                last = min(end, start + (_MOST_POINTS - 1) * step)
                for labels, times in self._range(alert.expr, start, last, step):
                    runs.add(labels, times)
                start = last + step
        except AnswerError as error:
            if error.status in (400, 422, 503) and error.reason:
                return Outcome(error=error.reason)
            raise
        except UnreachedError:
            raise
        except TargetError as error:  # it takes longer than we wait; others may not
            return Outcome(error=error.message)
        return Outcome(firings(runs, alert.rule, end))

    def missing(self, expr: str) -> tuple[str, ...]:
        """Name the metrics of an expression that have no series in the window."""
        return tuple(sorted(missing_metrics(expr, self._exists)))

    def _exists(self, metric: str) -> bool:
        if metric not in self._known:
            params = {
                "match[]": f'{{__name__="{metric}"}}',
                "start": f"{self._start:.3f}",
                "end": f"{self._end:.3f}",
            }
            answer = self._client.get_json("/api/v1/label/__name__/values", params)
            self._known[metric] = bool(success(answer, self._client.url, _PRODUCT))
        return self._known[metric]

    def _range(
        self, expr: str, start: float, end: float, step: float
    ) -> Iterator[tuple[Mapping[str, str], list[float]]]:
        form = {"query": expr, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        answer = self._client.post_form_json("/api/v1/query_range", form)
        data = success(answer, self._client.url, _PRODUCT)
        for series in _result(data, self._client.url):
            labels = {k: v for k, v in series["metric"].items() if k != "__name__"}
            points = [*(series.get("values") or ()), *(series.get("histograms") or ())]
            yield labels, sorted(float(point[0]) for point in points)

    def _data(self, path: str) -> Mapping[str, Any]:
        data = success(self._client.get_json(path), self._client.url, _PRODUCT)
        if not isinstance(data, Mapping):
            raise _odd(self._client.url)
        return data


def _result(data: Any, url: str) -> list[Mapping[str, Any]]:
    found = data.get("result") if isinstance(data, Mapping) else None
    if not isinstance(found, list) or not all(
        isinstance(s, Mapping) and "metric" in s for s in found
    ):
        raise _odd(url)
    return found


def _odd(url: str) -> TargetError:
    return TargetError(f"{url} does not answer as a Prometheus", help="check the url")
