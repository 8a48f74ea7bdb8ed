"""What changed in a group of Grafana's own rules: by rule, its queries, its conditions."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from obsdash.change import Change, Verb
from obsdash.diff.alignment import Stage, by, packed, paired
from obsdash.diff.leaf import Place
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import PLAIN, Finding, Group, Topic, part_findings, plainly, texts, whole
from obsdash.diff.plain import moved
from obsdash.diff.rules.rule import ANEW
from obsdash.diff.rules.rules import came_and_went, duration_told, logql_told, named, promql_told
from obsdash.diff.scope import Part, Scope
from obsdash.durations import format_duration
from obsdash.promql import canonical, collapsed
from obsdash.resource import Resource
from obsdash.spelling import cut, from_to, quoted, spelled

_EXPRESSION = "__expr__"
_TOLD = {"title", "uid", "data"}  # apart from the rest
_OF_ALERTS = {"condition", "noDataState", "execErrState", "for", "keep_firing_for"}


Tell = Callable[[Group], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in its group."""

    body: Mapping[str, Any]
    index: int

    @property
    def type(self) -> str:
        return "record" if self.body.get("record") else "alert"

    @property
    def title(self) -> str:
        return str(self.body.get("title") or "")

    @property
    def subject(self) -> str:
        return f"{self.type} {quoted(self.title)}"

    @property
    def queries(self) -> list["Query"]:
        data = self.body.get("data")
        found = enumerate(data if isinstance(data, list) else ())
        return [Query(query, index) for index, query in found if isinstance(query, dict)]

    @property
    def asked(self) -> list["Query"]:
        """Return the queries of data sources."""
        return [query for query in self.queries if query.source != _EXPRESSION]

    @property
    def shown(self) -> str:
        expression = cut("; ".join(query.text for query in self.asked))
        wait = self.body.get("for")
        return f"{expression} for {wait}" if wait not in (None, "", "0s") else expression


@dataclass(frozen=True, slots=True)
class Query:
    """A query of a rule, or an expression on others."""

    body: Mapping[str, Any]
    index: int

    @property
    def ref(self) -> str:
        return str(self.body.get("refId") or "")

    @property
    def source(self) -> str:
        return str(self.body.get("datasourceUid") or "")

    @property
    def model(self) -> Mapping[str, Any]:
        """Return what is asked, in the data source's own form."""
        model = self.body.get("model")
        return model if isinstance(model, dict) else {}

    @property
    def text(self) -> str:
        for key in ("expr", "expression", "rawSql", "query"):
            if isinstance(text := self.model.get(key), str):
                return collapsed(text)
        return str(self.model.get("type") or "?")


def alert_group_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two groups of Grafana's rules."""
    yield from moved(live, desired)
    scope = Scope(Part.OTHER, _settings(live), _settings(desired))
    yield from part_findings(scope, "", (Topic(("interval",), _interval),), desired)
    old, new = _rules(live.spec), _rules(desired.spec)
    found = paired(old, new, _STAGES)
    pairs = [(old[found[index]], new[index]) for index in sorted(found)]
    for was, rule in pairs:
        yield from _rule_findings(was, rule, desired)
    yield from came_and_went(old, new, pairs, desired)


def _settings(group: Resource) -> Mapping[str, Any]:
    return {key: value for key, value in group.spec.items() if key != "rules"}


def _rules(spec: Mapping[str, Any]) -> list[Rule]:
    rules = spec.get("rules")
    found = enumerate(rules if isinstance(rules, list) else ())
    return [Rule(rule, index) for index, rule in found if isinstance(rule, dict)]


def _interval(group: Group) -> Iterator[str]:
    seconds = (group.before, group.after)
    if all(isinstance(value, int) for value in seconds):
        before, after = (format_duration(value * 1000) for value in seconds)
        yield f"interval {before} → {after}"
    else:
        yield plainly("interval", *seconds)


def _expressions(rule: Rule) -> Hashable:
    return rule.type, *(canonical(query.text) for query in rule.asked)


_STAGES: tuple[Stage[Rule], ...] = (
    by(lambda rule: packed(rule.body)),
    by(lambda rule: str(rule.body.get("uid") or "") or None),
    by(lambda rule: (rule.type, rule.title, packed(rule.body.get("labels")))),
    by(lambda rule: (rule.type, rule.title)),
    by(_expressions),
)


def _rule_findings(was: Rule, rule: Rule, desired: Resource) -> Iterator[Finding]:
    place = Place((), f"/rules/{was.index}", f"/rules/{rule.index}")
    if was.title != rule.title:
        yield _replaced("title", f"renamed from {quoted(was.title)}", was, rule, desired)
    elif was.body.get("uid") != rule.body.get("uid"):
        uids = from_to(was.body.get("uid"), rule.body.get("uid"))
        yield _replaced("uid", f"uid {uids}", was, rule, desired)
    scope = Scope(Part.ALERT_RULE, _rest(was), _rest(rule), place)
    yield from part_findings(scope, rule.subject, _RULE_TOPICS[rule.type], desired)
    yield from _query_findings(was, rule, desired)


def _replaced(key: str, text: str, was: Rule, rule: Rule, desired: Resource) -> Change:
    verb: Verb = "renamed" if key == "title" else "changed"
    text += ANEW if rule.type == "alert" else ""
    path = f"/rules/{rule.index}/{key}"
    before, after = was.body.get(key), rule.body.get(key)
    return whole(desired, rule.subject, text, verb, path, before, after)


def _rest(rule: Rule) -> Mapping[str, Any]:
    told = _TOLD | (_OF_ALERTS if rule.type == "record" else set())
    return {key: value for key, value in rule.body.items() if key not in told}


def _query_findings(was: Rule, rule: Rule, desired: Resource) -> Iterator[Finding]:
    old, new = was.queries, rule.queries
    found = paired(old, new, (by(lambda query: query.ref),))
    alone = len(was.asked) == len(rule.asked) == 1
    for index, query in enumerate(new):
        if index in found:
            said = "" if alone and query.source != _EXPRESSION else f"query {query.ref}: "
            live = f"/rules/{was.index}/data/{old[found[index]].index}"
            place = Place((), live, f"/rules/{rule.index}/data/{query.index}")
            yield from _one_query(old[found[index]], query, place, said, rule.subject, desired)
        else:
            path = f"/rules/{rule.index}/data/{query.index}"
            text = f"query {query.ref} added: {cut(query.text)}"
            yield whole(desired, rule.subject, text, "added", path, None, query.body)
    for index in sorted(set(range(len(old))) - set(found.values())):
        path = f"/rules/{was.index}/data/{old[index].index}"
        text = f"query {old[index].ref} removed"
        yield whole(desired, rule.subject, text, "removed", path, old[index].body, None)


def _one_query(
    was: Query, query: Query, place: Place, said: str, subject: str, desired: Resource
) -> Iterator[Finding]:
    """Yield what separates two queries: what is asked, then of whom and over which time."""
    inner = Place((), f"{place.live}/model", f"{place.desired}/model")
    kinds = _source_type(was), _source_type(query)
    typed = all(kinds)
    scope = Scope(Part.ALERT_MODEL, _model(was, typed), _model(query, typed), inner)
    yield from part_findings(scope, subject, _model_topics(said, kinds[1] == "loki"), desired)
    scope = Scope(Part.ALERT_QUERY, _around(was), _around(query), place)
    yield from part_findings(scope, subject, _around_topics(said), desired)


def _source_type(query: Query) -> str:
    source = query.model.get("datasource")
    return str(source.get("type") or "") if isinstance(source, dict) else ""


def _model(query: Query, typed: bool) -> Mapping[str, Any]:
    """Return what is asked; of the data source, which stands beside it, the type at most."""
    source = query.model.get("datasource")
    uid = source.get("uid") if isinstance(source, dict) else source
    model = {key: value for key, value in query.model.items() if key != "refId"}
    if uid in (None, query.source):
        model.pop("datasource", None)
        if typed:
            model["datasource"] = {"type": _source_type(query)}
    return model


def _around(query: Query) -> Mapping[str, Any]:
    return {key: value for key, value in query.body.items() if key not in ("refId", "model")}


def _prefixed(said: str, tell: Tell) -> Callable[[Group], Iterator[str]]:
    return lambda group: (said + text for text in tell(group))


def _model_topics(said: str, loki: bool) -> tuple[Topic, ...]:
    return (
        Topic((), _prefixed(said, PLAIN.tell)),
        Topic(("expr",), _prefixed(said, logql_told if loki else promql_told)),
        Topic(("conditions",), _prefixed(said, _conditions)),
    )


def _around_topics(said: str) -> tuple[Topic, ...]:
    return (
        Topic((), _prefixed(said, PLAIN.tell)),
        Topic(("datasourceUid",), _prefixed(said, _source)),
        Topic(("relativeTimeRange",), _prefixed(said, _range)),
    )


def _source(group: Group) -> Iterator[str]:
    yield plainly("data source", group.before, group.after)


def _range(group: Group) -> Iterator[str]:
    """Tell a time range in seconds before now: `time range 10m to now → 10m30s to 30s`."""
    yield f"time range {' → '.join(map(_span, (group.before, group.after)))}"


def _span(value: Any) -> str:
    ends = [value.get(end) for end in ("from", "to")] if isinstance(value, dict) else []
    if not ends or not all(isinstance(end, int | None) for end in ends):
        return "none" if value is MISSING else spelled(value)
    start, stop = (format_duration((end or 0) * 1000) if end else "now" for end in ends)
    return f"{start} to {stop}"


def _conditions(group: Group) -> Iterator[str]:
    """Tell the conditions of an expression: `condition > 0.5 → > 0.8`."""
    before, after = ([*map(_condition, side)] for side in _sides(group))
    if before != after and all(before) and all(after):
        yield f"condition {' and '.join(before)} → {' and '.join(after)}"
    else:
        yield from texts(group, "condition ")


def _sides(group: Group) -> Iterator[list[Any]]:
    for side in (group.before, group.after):
        yield side if isinstance(side, list) else []


_SIGNS = {"gt": ">", "lt": "<", "eq": "=", "ne": "!=", "gte": ">=", "lte": "<="}


def _condition(one: Any) -> str:
    evaluator = one.get("evaluator") if isinstance(one, dict) else None
    if not isinstance(evaluator, dict):
        return ""
    kind, params = str(evaluator.get("type")), evaluator.get("params")
    values = [spelled(value) for value in params] if isinstance(params, list) else []
    return " ".join((_SIGNS.get(kind, kind), *(values[:1] if kind in _SIGNS else values)))


def _said(name: str) -> Callable[[Group], Iterator[str]]:
    def tell(group: Group) -> Iterator[str]:
        yield plainly(name, group.before, group.after)

    return tell


def _paused(group: Group) -> Iterator[str]:
    yield "paused" if group.after is True else "no longer paused"


def _topics(anew: str) -> tuple[Topic, ...]:
    return (
        Topic(("for",), duration_told),
        Topic(("keep_firing_for",), duration_told),
        Topic(("labels", "*"), named("label", anew)),
        Topic(("annotations", "*"), named("annotation")),
        Topic(("noDataState",), _said("state without data")),
        Topic(("execErrState",), _said("state on an error")),
        Topic(("missingSeriesEvalsToResolve",), _said("evaluations until a lost series resolves")),
        Topic(("isPaused",), _paused),
        Topic(("record", "metric"), _said("metric")),
        Topic(("record", "target_datasource_uid"), _said("written to data source")),
    )


_RULE_TOPICS = {"alert": _topics(ANEW), "record": _topics("")}
