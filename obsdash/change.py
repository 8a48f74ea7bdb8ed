"""A change: one reviewable sentence about a resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from obsdash.origin import Origin

Verb = Literal["added", "removed", "moved", "renamed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """`panel "p95 latency"` · `query A: rate window 5m → 1m`.

    subject: the part, "" for the resource itself (its title, folder, tags).
    text: what happened to it, complete without `before` and `after`.
    path: JSON pointer, in the desired spec, or in the live one for what is removed.
    origin: the place in the definitions, where there is one.
    """

    subject: str
    text: str
    verb: Verb = "changed"
    path: str = ""
    before: Any = None
    after: Any = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What separates a live resource from the desired one.

    noise: how many differences of each declared noise class were folded away.
    notes: sentences about the whole that are no change: that the server migrated it.
    """

    changes: tuple[Change, ...] = ()
    noise: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
