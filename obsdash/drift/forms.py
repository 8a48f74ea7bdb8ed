"""Documents of one dashboard, saved by different editors, brought to one form.

An editor says everything in the words of its version: the schema, the options of the panels that
were seen, the letters of queries; it keeps no copies of repeated panels and no gaps between panels.
What is to be compared and joined part by part has to say it alike.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from obsdash.diff.dashboard.layout import boxes, closed
from obsdash.diff.dashboard.migrated import with_letters
from obsdash.diff.dashboard.panels import Pairing, Panel, flattened, pairing
from obsdash.diff.dashboard.repeats import is_copy, narrowed
from obsdash.migration.lift import lifted, version_of
from obsdash.migration.plugins import shown
from obsdash.migration.reading import each_panel, each_variable, leading_number, objects
from obsdash.migration.sources import Sources
from obsdash.resource import Resource

Document = dict[str, Any]


def levelled(documents: Sequence[Resource], sources: Sources) -> list[Resource]:
    """Return a base and what became of it, all as the newest editor among theirs says it."""
    version = max(version_of(one.spec) for one in documents)
    specs = [lifted(one.spec, version, sources) for one in documents]
    if not all(any(map(is_copy, each_panel(spec))) for spec in specs):
        for spec in specs:
            _drop_copies(spec)
    _spell_queries(specs)
    base, *others = map(flattened, specs)
    pairings = [pairing(base, other) for other in others]
    for bodies in _counterparts(base, pairings):
        _level(bodies)
    if any(_rearranged(base, *found) for found in zip(others, pairings, strict=True)):
        for side in (base, *others):
            _close_gaps(side)
    return [replace(one, spec=spec) for one, spec in zip(documents, specs, strict=True)]


def _drop_copies(spec: Document) -> None:
    for holder in (spec, *objects(spec.get("panels"))):
        panels = holder.get("panels")
        if isinstance(panels, list):
            holder["panels"] = [p for p in panels if not (isinstance(p, dict) and is_copy(p))]


def _spell_queries(specs: Sequence[Document]) -> None:
    """Write a variable's query as an object on all sides when one side does."""
    forms = {
        variable.get("name"): variable["query"]
        for spec in specs
        for variable in each_variable(spec)
        if isinstance(variable.get("query"), dict)
    }
    for variable in (one for spec in specs for one in each_variable(spec)):
        form = forms.get(variable.get("name"))
        if form and isinstance(variable.get("query"), str):
            variable["query"] = {**form, "query": variable["query"]}


def _counterparts(base: Sequence[Panel], pairings: Iterable[Pairing]) -> Iterator[list[Document]]:
    """Yield each panel of the base with what it became in the other documents."""
    found = {panel.pointer: [_body(panel)] for panel in base}
    for one in pairings:
        for was, now in one.pairs:
            found[was.pointer].append(_body(now))
    yield from found.values()


def _body(panel: Panel) -> Document:
    """Return a panel's body to be changed: the documents are copies."""
    return cast(Document, panel.body)


def _level(bodies: Sequence[Document]) -> None:
    """Bring one panel to one version of its plugin, and to letters for its queries."""
    versions = {body.get("pluginVersion") for body in bodies}
    newest = max(versions, key=lambda version: leading_number(version) or 0)
    letters = any(with_letters(body) is body for body in bodies)
    for body in bodies:
        found = dict(with_letters(body)) if letters else body
        if len(versions) > 1:
            found = {**shown(found), "pluginVersion": newest}
        body.update(found)
        for key in body.keys() - found.keys():
            del body[key]


def _rearranged(base: Sequence[Panel], other: Sequence[Panel], found: Pairing) -> bool:
    """Whether panels stand elsewhere, other than by closed gaps and the width of copies."""
    sides = boxes(base), boxes(other)
    if all(sides[0].get(was.pointer) == sides[1].get(now.pointer) for was, now in found.pairs):
        return False
    before, after = map(closed, sides)
    return bool(found.removed or found.added) or any(
        before.get(was.pointer) != after.get(now.pointer) and not narrowed(now, was)
        for was, now in found.pairs
    )


def _close_gaps(panels: Sequence[Panel]) -> None:
    """Put panels where Grafana shows them; those in collapsed rows stay."""
    top = boxes([panel for panel in panels if not panel.nested])
    settled = closed(top)
    for panel in panels:
        box = settled.get(panel.pointer)
        if box and box != top[panel.pointer]:
            _body(panel)["gridPos"] = {**panel.body["gridPos"], "y": box.y}
