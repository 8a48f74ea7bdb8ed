"""What changed in a dashboard: itself, its variables and annotations, its panels, their layout."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from obsdash.change import Change
from obsdash.diff.alignment import IDENTITIES, aligned, orders
from obsdash.diff.dashboard.dropped import editor, is_new
from obsdash.diff.dashboard.layout import Layout, layout
from obsdash.diff.dashboard.migrated import at_one_version, migration
from obsdash.diff.dashboard.panel import data_source, listed, panel_findings, renamed, summary
from obsdash.diff.dashboard.panels import Pairing, Panel, at_key, flattened, pairing, subjects
from obsdash.diff.dashboard.repeats import without_copies
from obsdash.diff.dashboard.sameness import variable_query
from obsdash.diff.leaf import Leaf, Place
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Finding, Fold, Group, Note, Topic, part_findings, plainly, whole
from obsdash.diff.noise import DEFAULT, DROPPED, EDITORS, SERVER, VOLATILE
from obsdash.diff.plain import moved
from obsdash.diff.scope import Editor, Part, Scope
from obsdash.migration.lift import version_of
from obsdash.migration.sources import NONE, Sources
from obsdash.panelid import panel_id
from obsdash.resource import Resource
from obsdash.spelling import quoted, spelled
from obsdash.words import count

RENUMBERED = 3  # panels that only got another id fold into one line


def dashboard_findings(
    live: Resource, desired: Resource, sources: Sources = NONE
) -> Iterator[Finding]:
    """Yield what separates two dashboards, the dashboard's own settings first."""
    found = list(_findings(live, desired, sources, Editor.NONE))
    if any(isinstance(entry, Change) for entry in found):
        saved = list(_findings(live, desired, sources, editor(live.spec, desired.spec)))
        found = saved if _by_an_editor(saved) else found
    yield from found
    if _by_an_editor(found) and all(isinstance(entry, Fold) for entry in found):
        yield Note(f"{f'saved in the UI {live.saved}'.rstrip()}, {_kept(found)}")


def _by_an_editor(found: Iterable[Finding]) -> bool:
    """Whether there are traces of an editor's, besides what it is thought to have dropped."""
    return any(isinstance(entry, Fold) and entry.noise in EDITORS for entry in found)


def _kept(found: Sequence[Finding]) -> str:
    dropped = sum(isinstance(entry, Fold) and entry.noise == DROPPED for entry in found)
    told = f", but for {count(dropped, 'setting')} that Grafana does not have there"
    return f"nothing that matters changed{told if dropped else ''}"


def _findings(
    live: Resource, desired: Resource, sources: Sources, saved_by: Editor
) -> Iterator[Finding]:
    yield from moved(live, desired)
    if live.spec.get("schemaVersion") != desired.spec.get("schemaVersion"):
        yield from migration(live, desired, sources, saved_by)
        if saved_by is not Editor.OLDER or version_of(live.spec) > version_of(desired.spec):
            live, desired = at_one_version(live, desired, sources)
    scope = Scope(
        Part.DASHBOARD,
        _settings(live.spec),
        _settings(desired.spec),
        sources=sources,
        editor=saved_by,
    )
    yield from part_findings(scope, "", TOPICS, desired)
    yield from _parts(live, desired, "templating", scope._replace(part=Part.VARIABLE))
    yield from _parts(live, desired, "annotations", scope._replace(part=Part.ANNOTATION))
    yield from _panels(live, desired, sources, saved_by)


def _settings(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a dashboard without its panels, variables and annotations."""
    rest = {key: value for key, value in spec.items() if key != "panels"}
    for key in ("templating", "annotations"):
        if isinstance(holder := rest.get(key), dict) and isinstance(holder.get("list"), list):
            rest[key] = {name: value for name, value in holder.items() if name != "list"}
    return rest


def _parts(live: Resource, desired: Resource, key: str, holder: Scope) -> Iterator[Finding]:
    """Yield what changed among variables or annotations, which are known by their names."""
    pairs = aligned(_list(live.spec, key), _list(desired.spec, key), IDENTITIES["list"])
    for pair in pairs:
        place = Place((), f"/{key}/list/{pair.live}", f"/{key}/list/{pair.desired}")
        subject = f"{holder.part.value} {quoted(pair.name)}"
        if pair.before is MISSING and is_new(pair.after, holder):
            yield Fold(DROPPED, Leaf(place, pair.before, pair.after))
        elif pair.before is MISSING or pair.after is MISSING:
            yield _came_or_went(desired, subject, place, pair.before, pair.after)
        else:
            scope = holder._replace(before=pair.before, after=pair.after, place=place)
            yield from part_findings(scope, subject, PART_TOPICS, desired)
    before, after = orders(pairs)
    if before != after:
        text = f"{holder.part.value}s reordered: {', '.join(after)}"
        yield Change("", text, "moved", f"/{key}/list", origin=desired.origin)


def _list(spec: Mapping[str, Any], key: str) -> list[Any]:
    holder = spec.get(key)
    items = holder.get("list") if isinstance(holder, dict) else None
    return (
        [item if isinstance(item, dict) else {} for item in items]
        if isinstance(items, list)
        else []
    )


def _came_or_went(
    desired: Resource, subject: str, place: Place, before: Any, after: Any
) -> Finding:
    there = before if after is MISSING else after
    if there.get("builtIn") == 1:  # the one that Grafana adds to every dashboard
        return Fold(DEFAULT, Leaf(place, before, after))
    if after is MISSING:
        return whole(desired, subject, "removed", "removed", place.live, before, None)
    query = there.get("query")
    query = query.get("query") if isinstance(query, dict) else query
    text = f"added: {quoted(query)}" if isinstance(query, str) and query else "added"
    return whole(desired, subject, text, "added", place.desired, None, after)


def _panels(
    live: Resource, desired: Resource, sources: Sources, saved_by: Editor
) -> Iterator[Finding]:
    sides = flattened(live.spec), flattened(desired.spec)
    old, new = without_copies(*sides)
    yield from [Fold(VOLATILE)] * (len(sides[0]) + len(sides[1]) - len(old) - len(new))
    found = pairing(old, new)
    names = subjects(new)
    arrangement = layout(old, new, found, names, desired)
    for was, panel in found.pairs:
        if was.content != panel.content:
            yield from panel_findings(was, panel, names[panel.pointer], desired, sources, saved_by)
    yield from _added(found, arrangement, names, desired)
    gone = subjects(old)
    for panel in found.removed:
        text, subject = "removed", gone[panel.pointer]
        yield whole(desired, subject, text, "removed", panel.pointer, panel.body, None)
    yield from arrangement.moves()
    yield from arrangement.gaps()
    yield from _renumbered(found, names, desired)


def _added(
    found: Pairing, arrangement: Layout, names: Mapping[str, str], desired: Resource
) -> Iterator[Finding]:
    for panel in found.added:
        placed = "" if panel.type == "row" else arrangement.placed(panel)
        shown = summary(panel)
        text = f"added{f', {placed}' if placed else ''}{f': {shown}' if shown else ''}"
        yield whole(desired, names[panel.pointer], text, "added", panel.pointer, None, panel.body)


def _renumbered(found: Pairing, names: Mapping[str, str], desired: Resource) -> Iterator[Finding]:
    changed = [(was, now) for was, now in found.pairs if was.body.get("id") != now.body.get("id")]
    for was, now in changed:
        if now.id is None:
            yield Fold(SERVER, at_key(was, now, "id"))
    told = [(was, now) for was, now in changed if now.id is not None and not _renamed(was, now)]
    if len(told) >= RENUMBERED:
        yield Change("", f"{len(told)} panels got another id", path="/panels")
        return
    for was, now in told:
        text, path = f"id {spelled(was.id)} → {spelled(now.id)}", f"{now.pointer}/id"
        yield whole(desired, names[now.pointer], text, "changed", path, was.id, now.id)


def _renamed(was: Panel, now: Panel) -> bool:
    """Whether the id says no more than the title: it is made of it."""
    made = panel_id(f"row:{now.title}" if now.type == "row" else now.title)
    return was.title != now.title and now.id == made


def _title(group: Group) -> Iterator[str]:
    yield plainly("title", group.leaves[0].before, group.leaves[0].after)


def _tags(group: Group) -> Iterator[str]:
    """Tell tags as a set."""
    before, after = (
        list(map(str, side)) if isinstance(side, list) else []
        for side in (group.before, group.after)
    )
    parts = [_some([tag for tag in after if tag not in before], "added")]
    parts.append(_some([tag for tag in before if tag not in after], "removed"))
    yield "; ".join(filter(None, parts)) or plainly("tags", group.before, group.after)


def _some(tags: list[str], verb: str) -> str:
    noun = "tag" if len(tags) == 1 else "tags"
    return f"{noun} {', '.join(map(quoted, tags))} {verb}" if tags else ""


def _time(group: Group) -> Iterator[str]:
    before, after = (_range(side) for side in (group.before, group.after))
    yield f"time range {before} → {after}"


def _range(time: Any) -> str:
    return f"{time.get('from')} … {time.get('to')}" if isinstance(time, dict) else "default"


def _definition(group: Group) -> Iterator[str]:
    """Tell a variable's definition, unless it only repeats its query."""
    sides = group.scope.before, group.scope.after
    told = zip((group.before, group.after), map(variable_query, sides), strict=True)
    if not all(value in (MISSING, None, "", query) for value, query in told):
        yield plainly("definition", group.before, group.after)


TOPICS = (
    Topic(("title",), _title, "renamed"),
    Topic(("tags",), _tags),
    Topic(("time",), _time),
    Topic(("links", "*"), listed("link", "links")),
)

PART_TOPICS = (
    Topic(("name",), renamed, "renamed"),
    Topic(("definition",), _definition),
    Topic(("datasource",), data_source),
)
