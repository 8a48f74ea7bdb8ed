"""What changed in a rule group: rules known by type, name and labels, wherever they stand."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from obsdash.change import Change
from obsdash.diff.alignment import Stage, by, packed, paired
from obsdash.diff.leaf import Place
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import FILE, Finding, Group, Topic, part_findings, plainly, whole
from obsdash.diff.scope import Part, Scope
from obsdash.promql import canonical, collapsed, expression_changes
from obsdash.resource import LOKI_RULE_GROUP, Active, Resource
from obsdash.spelling import cut, from_to, quoted


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its group's labels merged in, as servers show it."""

    body: Mapping[str, Any]
    index: int

    @property
    def type(self) -> str:
        return "record" if "record" in self.body else "alert"

    @property
    def name(self) -> str:
        return str(self.body.get(self.type) or "")

    @property
    def subject(self) -> str:
        return f"{self.type} {quoted(self.name)}"

    @property
    def shown(self) -> str:
        expression = cut(collapsed(str(self.body.get("expr"))))
        return f"{expression} for {self.body['for']}" if self.body.get("for") else expression


def group_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two rule groups."""
    scope = Scope(Part.GROUP, _settings(live), _settings(desired))
    yield from part_findings(scope, "", (FILE,), desired)
    old, new = _rules(live.spec), _rules(desired.spec)
    found = paired(old, new, _STAGES)
    pairs = [(old[found[index]], new[index]) for index in sorted(found)]
    for was, rule in pairs:
        place = Place((), f"/rules/{was.index}", f"/rules/{rule.index}")
        anew = _anew(live, was)
        if was.name != rule.name:
            yield _renamed(was, rule, place, desired, next(anew, ""))
        scope = Scope(Part.RULE, _unnamed(was), _unnamed(rule), place)
        topics = _topics(desired.ref.kind, anew)
        yield from part_findings(scope, rule.subject, topics, desired)
    yield from came_and_went(old, new, pairs, desired, live.alerts)


def _settings(group: Resource) -> Mapping[str, Any]:
    return {k: v for k, v in group.spec.items() if k not in ("rules", "labels")}


def _rules(spec: Mapping[str, Any]) -> list[Rule]:
    common, rules = _mapping(spec.get("labels")), spec.get("rules")
    return [
        Rule(_as_loaded(rule, common), index)
        for index, rule in enumerate(rules if isinstance(rules, list) else ())
        if isinstance(rule, dict)
    ]


def _as_loaded(rule: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    """Merge in the group's labels, and read numbers as the texts that YAML meant them to be."""
    labels = _texts({**common, **_mapping(rule.get("labels"))})
    expr = rule.get("expr")
    plain = isinstance(expr, int | float) and not isinstance(expr, bool)
    return {**rule, "labels": labels, **({"expr": str(expr)} if plain else {})}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(labels: Mapping[str, Any]) -> dict[str, str]:
    """Return label values as the text that Prometheus makes of them."""
    return {name: "" if value is None else str(value) for name, value in labels.items()}


def _unnamed(rule: Rule) -> Mapping[str, Any]:
    return {key: value for key, value in rule.body.items() if key not in ("alert", "record")}


def _identity(rule: Rule) -> Hashable:
    return rule.type, rule.name, packed(rule.body["labels"])


def _name(rule: Rule) -> Hashable:
    return rule.type, rule.name


def _expression(rule: Rule) -> Hashable:
    return rule.type, canonical(str(rule.body.get("expr")))


_STAGES: tuple[Stage[Rule], ...] = (
    by(lambda rule: packed(rule.body)),
    by(_identity),
    by(_name),
    by(_expression),
)


def _renamed(was: Rule, rule: Rule, place: Place, desired: Resource, consequence: str) -> Change:
    text = f"renamed from {quoted(was.name)}{consequence}"
    path = f"{place.desired}/{rule.type}"
    return whole(desired, rule.subject, text, "renamed", path, was.name, rule.name)


class Listed(Protocol):
    """A rule in its group, as far as it is told that it came or went."""

    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def index(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def shown(self) -> str: ...


def came_and_went(
    old: Sequence[Listed],
    new: Sequence[Listed],
    pairs: Sequence[tuple[Listed, Listed]],
    desired: Resource,
    alerts: Mapping[str, Active] | None = None,
) -> Iterator[Change]:
    """Yield which rules came, which went, and whether the others changed places.

    alerts: those under way, by JSON pointer of their rule.
    """
    kept = {was.index: rule.index for was, rule in pairs}
    for rule in new:
        if rule.index not in kept.values():
            text, path = f"added: {rule.shown}", f"/rules/{rule.index}"
            yield whole(desired, rule.subject, text, "added", path, None, rule.body)
    for rule in old:
        if rule.index not in kept:
            path = f"/rules/{rule.index}"
            counts = (alerts or {}).get(path)
            text = f"removed: ends {counted(counts)}" if counts else "removed"
            yield whole(desired, rule.subject, text, "removed", path, rule.body, None)
    order = [kept[index] for index in sorted(kept)]
    if order != sorted(order):
        yield Change("", "rules reordered", "moved", "/rules", origin=desired.origin)


def promql_told(group: Group) -> Iterator[str]:
    """Tell what changed in a PromQL expression."""
    before, after = group.leaves[0].before, group.leaves[0].after
    if isinstance(before, str) and isinstance(after, str):
        yield f"expression: {'; '.join(expression_changes(before, after))}"
    else:
        yield plainly("expression", before, after)


def logql_told(group: Group) -> Iterator[str]:
    """Tell what changed in a LogQL expression."""
    yield f"expression: {from_to(*(collapsed(str(v)) for v in (group.before, group.after)))}"


def duration_told(group: Group) -> Iterator[str]:
    """Tell how long a rule waits, or keeps firing."""
    before, after = group.leaves[0].before, group.leaves[0].after
    name = "for" if group.name == "for" else "keep firing for"
    if MISSING in (before, after):
        yield f"{name} {before if after is MISSING else after} {_verb(after)}"
    else:
        yield f"{name} {before} → {after}"


def _verb(after: Any) -> str:
    return "removed" if after is MISSING else "added"


ANEW = "; its timers start anew"


def _anew(live: Resource, was: Rule) -> Iterator[str]:
    """Yield, once, what becomes of an alert's instances when its name or its labels change.

    Servers know a pending or firing alert by these only.
    """
    if was.type == "alert":
        counts = live.alerts.get(f"/rules/{was.index}")
        yield f"; resets {counted(counts)}" if counts else ANEW


def counted(alerts: Active) -> str:
    """Return `2 pending, 1 firing`."""
    parts = ((alerts.pending, "pending"), (alerts.firing, "firing"))
    return ", ".join(f"{number} {state}" for number, state in parts if number)


def named(noun: str, consequence: str = "") -> Callable[[Group], Iterator[str]]:
    """Return what tells a label or an annotation by its name."""

    def tell(group: Group) -> Iterator[str]:
        leaf = group.leaves[0]
        yield plainly(f"{noun} {group.name}", leaf.before, leaf.after) + consequence

    return tell


def _label(anew: Iterator[str]) -> Callable[[Group], Iterator[str]]:
    """Return what tells a label; the first of a rule's also says what that means."""
    return lambda group: named("label", next(anew, ""))(group)


def _topics(kind: str, anew: Iterator[str]) -> tuple[Topic, ...]:
    return (
        Topic(("expr",), logql_told if kind == LOKI_RULE_GROUP else promql_told),
        Topic(("for",), duration_told),
        Topic(("keep_firing_for",), duration_told),
        Topic(("labels", "*"), _label(anew)),
        Topic(("annotations", "*"), named("annotation")),
    )
