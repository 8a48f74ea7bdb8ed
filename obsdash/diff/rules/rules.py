"""What changed in a rule group: rules known by type, name and labels, wherever they stand."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from obsdash.change import Change
from obsdash.diff.alignment import Stage, by, packed, paired
from obsdash.diff.leaf import Place
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import FILE, Finding, Group, Topic, part_findings, plainly, whole
from obsdash.diff.rules.grouplabels import Alike, changed_alike
from obsdash.diff.rules.rule import Rule, common_labels, consequence, counted, rules_of
from obsdash.diff.scope import Part, Scope
from obsdash.origin import escape
from obsdash.promql import canonical, collapsed, expression_changes
from obsdash.resource import LOKI_RULE_GROUP, Active, Resource
from obsdash.spelling import from_to, quoted


def group_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two rule groups."""
    scope = Scope(Part.GROUP, _settings(live), _settings(desired))
    yield from part_findings(scope, "", (FILE,), desired)
    old, new = rules_of(live.spec), rules_of(desired.spec)
    found = paired(old, new, _STAGES)
    pairs = [(old[found[index]], new[index]) for index in sorted(found)]
    common = frozenset((*common_labels(live.spec), *common_labels(desired.spec)))
    shared = list(changed_alike(pairs, common))
    yield from (_shared(alike, live, desired, len(pairs)) for alike in shared)
    reset = {was.index for alike in shared for was, _ in alike.pairs}
    for was, rule in pairs:
        place = Place((), f"/rules/{was.index}", f"/rules/{rule.index}")
        anew = consequence(live, () if was.index in reset else (was,))
        if was.name != rule.name:
            yield _renamed(was, rule, place, desired, next(anew, ""))
        scope = Scope(Part.RULE, _unnamed(was, shared), _unnamed(rule, shared), place)
        topics = _topics(desired.ref.kind, anew)
        yield from part_findings(scope, rule.subject, topics, desired)
    yield from came_and_went(old, new, pairs, desired, live.alerts)


def _settings(group: Resource) -> Mapping[str, Any]:
    return {k: v for k, v in group.spec.items() if k not in ("rules", "labels")}


def _shared(alike: Alike, live: Resource, desired: Resource, rules: int) -> Change:
    """Tell a label's change in the rules of a group, or in those that do not set it themselves."""
    name, before, after, pairs = alike
    many = f"all {rules} rules" if len(pairs) == rules else f"{len(pairs)} of {rules} rules"
    preposition = "to" if before is MISSING else "from" if after is MISSING else "in"
    resets = next(consequence(live, [was for was, _ in pairs]), "")
    text = f"{plainly(f'label {name}', before, after)} {preposition} {many}{resets}"
    return Change(
        subject="",
        text=text,
        path=f"/labels/{escape(name)}" if name in common_labels(desired.spec) else "/rules",
        before=None if before is MISSING else before,
        after=None if after is MISSING else after,
        origin=desired.origin,
    )


def _unnamed(rule: Rule, shared: Sequence[Alike]) -> Mapping[str, Any]:
    """Return what a rule says besides its name, without what is told of all rules."""
    told = {alike.name for alike in shared}
    labels = {name: value for name, value in rule.labels.items() if name not in told}
    said = {key: value for key, value in rule.body.items() if key not in ("alert", "record")}
    return {**said, "labels": labels}


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
