"""What changed in one panel, in the words of those who edit panels."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from obsdash.diff.dashboard.field import mappings, override, thresholds
from obsdash.diff.dashboard.migrated import lettering, plugin_migration, with_letters
from obsdash.diff.dashboard.panels import Panel
from obsdash.diff.dashboard.sameness import dialect, same_source
from obsdash.diff.leaf import ORDER, Place
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Finding, Group, Topic, label, part_findings, plainly, texts
from obsdash.diff.scope import Editor, Part, Scope
from obsdash.migration.plugins import shown
from obsdash.migration.sources import NONE, Sources
from obsdash.promql import collapsed, expression_changes
from obsdash.resource import Resource
from obsdash.spelling import cut, from_to, quoted, spelled
from obsdash.words import count

# Told by the layout, or not part of what a panel shows.
_ELSEWHERE = ("id", "gridPos", "panels")


def panel_findings(
    old: Panel,
    new: Panel,
    subject: str,
    desired: Resource,
    sources: Sources = NONE,
    saved_by: Editor = Editor.NONE,
) -> Iterator[Finding]:
    """Yield what changed in a panel besides its place."""
    before, after = old.body, new.body
    if before.get("pluginVersion") != after.get("pluginVersion"):
        yield from plugin_migration(before, after)
        before, after = shown(before), shown(after)
    yield from lettering(before, after)
    before, after = with_letters(before), with_letters(after)
    scope = Scope(
        Part.PANEL,
        {key: value for key, value in before.items() if key not in _ELSEWHERE},
        {key: value for key, value in after.items() if key not in _ELSEWHERE},
        Place((), old.pointer, new.pointer),
        sources,
        saved_by,
    )
    topics = _OTHER_TYPE if old.type != new.type else TOPICS
    yield from part_findings(scope, subject, topics, desired)


def summary(panel: Panel) -> str:
    """Say what a panel shows in a few words: its first query."""
    queries = _queries(panel.body)
    more = f"; {len(queries) - 1} more" if len(queries) > 1 else ""
    return f"{cut(collapsed(queries[0]))}{more}" if queries else ""


def _queries(body: Mapping[str, Any]) -> list[str]:
    targets = body.get("targets")
    holders = targets if isinstance(targets, list) else ()
    found = [target.get("expr") for target in holders if isinstance(target, dict)]
    return [query for query in found if isinstance(query, str) and query]


def source(reference: Any) -> str:
    """Name a data source reference: its uid, with its type where that is all there is."""
    if reference is MISSING or reference is None:
        return "the default"
    if isinstance(reference, dict):
        return str(reference.get("uid") or reference.get("type") or "the default")
    return str(reference)


def renamed(group: Group) -> Iterator[str]:
    """Tell a title or name by the one it had."""
    yield f"renamed from {quoted(_text(group.before))}"


def _text(value: Any) -> str:
    return "" if value in (MISSING, None) else str(value)


def data_source(group: Group) -> Iterator[str]:
    """Tell a data source by its uid."""
    yield f"data source {_sources(group)}"


def _sources(group: Group) -> str:
    before, after = group.leaves[0].before, group.leaves[0].after
    if source(before) == source(after):
        return f"{spelled(before)} → {spelled(after)}"
    return f"{source(before)} → {source(after)}"


def _query(group: Group) -> Iterator[str]:
    """Tell what changed in a query as a whole, or in parts that have no words of their own."""
    if group.path[-1] == ORDER:
        yield f"queries reordered: {', '.join(group.leaves[0].after)}"
    elif group.whole:
        gone = group.after is MISSING
        target = group.before if gone else group.after
        text = target.get("expr") or target.get("query") if isinstance(target, dict) else None
        shown = f": {cut(collapsed(text))}" if isinstance(text, str) and text else ""
        yield f"query {group.name} {'removed' if gone else 'added'}{'' if gone else shown}"
    else:
        yield from texts(group, f"query {group.name}: ")


def _expression(group: Group) -> Iterator[str]:
    leaf = group.leaves[0]
    prefix = f"query {group.path[1]}: "
    if not (isinstance(leaf.before, str) and isinstance(leaf.after, str)):
        yield prefix + plainly("expression", leaf.before, leaf.after)
    elif dialect(leaf, group.scope) == "loki":
        yield prefix + from_to(collapsed(leaf.before), collapsed(leaf.after))
    else:
        yield prefix + "; ".join(expression_changes(leaf.before, leaf.after))


def _ref_id(group: Group) -> Iterator[str]:
    yield f"query {_text(group.before)} renamed to {_text(group.after)}"


def _legend(group: Group) -> Iterator[str]:
    leaf = group.leaves[0]
    yield f"query {group.path[1]}: {plainly('legend', leaf.before, leaf.after)}"


def _query_source(group: Group) -> Iterator[str]:
    """Tell a query's data source, unless it only follows its panel's."""
    own, sources = group.leaves[0], group.scope.sources
    before, after = (side.get("datasource") for side in (group.scope.before, group.scope.after))
    follows = all(
        value is MISSING or same_source(value, of_panel, sources)
        for value, of_panel in ((own.before, before), (own.after, after))
    )
    if same_source(before, after, sources) or not follows:
        yield f"query {group.path[1]}: data source {_sources(group)}"


def _hidden(group: Group) -> Iterator[str]:
    yield f"query {group.path[1]}: {'hidden' if group.after is True else 'shown'}"


def listed(noun: str, plural: str) -> Callable[[Group], Iterator[str]]:
    """Return how to tell items that are known by a name: links, transformations, variables."""

    def tell(group: Group) -> Iterator[str]:
        if group.path[-1] == ORDER:
            yield f"{plural} reordered"
        elif group.whole:
            yield f"{noun} {quoted(group.name)} {'removed' if group.after is MISSING else 'added'}"
        else:
            yield from texts(group, f"{noun} {quoted(group.name)}: ")

    return tell


def _options_of_other_type(group: Group) -> Iterator[str]:
    yield f"{label(group.path)}: {count(len(group.leaves), 'value')} changed with the type"


TARGET = ("targets", "*")
FIELD = ("fieldConfig", "defaults")

TOPICS = (
    Topic(("title",), renamed, "renamed"),
    Topic(("datasource",), data_source),
    Topic(TARGET, _query),
    Topic((*TARGET, "expr"), _expression),
    Topic((*TARGET, "refId"), _ref_id),
    Topic((*TARGET, "legendFormat"), _legend),
    Topic((*TARGET, "datasource"), _query_source),
    Topic((*TARGET, "hide"), _hidden),
    Topic((*FIELD, "thresholds"), thresholds),
    Topic((*FIELD, "mappings"), mappings),
    Topic((*FIELD, "links", "*"), listed("data link", "data links")),
    Topic(("fieldConfig", "overrides", "*"), override),
    Topic(("transformations", "*"), listed("transformation", "transformations")),
    Topic(("links", "*"), listed("link", "links")),
)

_OTHER_TYPE = (
    *TOPICS,
    Topic(("options",), _options_of_other_type),
    Topic((*FIELD, "custom"), _options_of_other_type),
)
