"""Differences that say nothing: counted by class, never reported. A class is a line in a table.

A class folds a difference only where both sides mean the same to the server that reads them; in
doubt a difference is a change.
"""

from collections.abc import Callable
from typing import NamedTuple

from obsdash.diff.dashboard import sameness
from obsdash.diff.dashboard.dropped import dropped
from obsdash.diff.leaf import Leaf
from obsdash.diff.scope import Scope


class NoiseClass(NamedTuple):
    """A kind of difference that is folded away; `meaning` completes "hidden: …"."""

    name: str
    meaning: str
    folds: Callable[[Leaf, Scope], bool]


def noise_class(leaf: Leaf, scope: Scope) -> str | None:
    """Return the name of the first class that folds a difference, None when it matters."""
    return next((entry.name for entry in NOISE if entry.folds(leaf, scope)), None)


# Folded where the parts are paired, too.
SERVER, VOLATILE, DEFAULT = "server", "volatile", "default"
LAYOUT, MIGRATED = "layout", "migrated"
EMPTY, REFERENCE, DROPPED = "empty", "reference", "dropped"

# What the editor makes of a dashboard that is saved unchanged, as one can tell by it.
EDITORS = frozenset((VOLATILE, EMPTY, DEFAULT, REFERENCE, LAYOUT))

NOISE: tuple[NoiseClass, ...] = (
    NoiseClass(SERVER, "filled in by the server: id, version, …", sameness.server),
    NoiseClass(VOLATILE, "what was last seen, not what was defined", sameness.volatile),
    NoiseClass(EMPTY, "null or empty, which means absent", sameness.empty),
    NoiseClass("base threshold", "the first threshold step has no value", sameness.base_threshold),
    NoiseClass(DEFAULT, "a default written out", sameness.default),
    NoiseClass(DROPPED, "settings that Grafana drops on save, as nothing has them", dropped),
    NoiseClass(REFERENCE, "another spelling of the same data source", sameness.reference),
    NoiseClass("query", "another spelling of the same query", sameness.query),
    NoiseClass("duration", "another spelling of the same duration", sameness.duration),
    NoiseClass("order", "another order where order says nothing", sameness.order),
    NoiseClass("number", "another spelling of the same number", sameness.number),
    NoiseClass(MIGRATED, "lifted to the server's own schema version", sameness.migrated),
    NoiseClass("secret", "kept by the server, which does not show it", sameness.secret),
    NoiseClass("unset", "an empty value that the definition leaves out", sameness.unset),
    NoiseClass(LAYOUT, "gaps closed, which Grafana does itself", lambda _leaf, _scope: False),
)
