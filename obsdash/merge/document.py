"""The three-way merge of a dashboard: panels by identity, everything else by key and by name."""

from collections.abc import Mapping
from typing import Any

from obsdash.diff.missing import MISSING
from obsdash.merge.panels import merge_panels
from obsdash.merge.value import Collision, Merged, Side, Spot, Three, Work, equal, merge_value

__all__ = ["Collision", "Merged", "Side", "merge", "taken_out"]


def merge(
    base: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    *,
    prefer: Side = "ours",
) -> Merged:
    """Join what two sides made of a base.

    What one side changed is in the result; where both changed the same place to different things,
    that is a collision, and the result has what the preferred side says.
    """
    return _joined(Three(base, ours, theirs), Work(prefer))


def taken_out(
    document: Mapping[str, Any], edited: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a document without what leads from `before` to `edited`, which it was made of."""
    return _joined(Three(edited, document, before), Work("ours", taking_out=True)).document


def _joined(sides: Three, work: Work) -> Merged:
    document = merge_value(sides.map(_settings), Spot(), work)
    panels = _panels(sides, work)
    if panels is not MISSING:
        document["panels"] = panels
    keys = dict.fromkeys([*sides.ours, *document])
    return Merged({k: document[k] for k in keys if k in document}, tuple(work.collisions))


def _settings(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "panels"}


def _panels(sides: Three, work: Work) -> Any:
    base, ours, theirs = sides.map(lambda document: document.get("panels", MISSING))
    if equal(base, theirs) or equal(ours, theirs):
        return ours
    return theirs if equal(base, ours) else merge_panels(sides, work)
