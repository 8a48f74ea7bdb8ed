"""Three documents in, one out: what two sides changed since a base, and where they collide."""

from obsdash.merge.document import Collision, Merged, Side, merge, taken_out
from obsdash.merge.patch import counterparts, operations
from obsdash.merge.restored import Rewrite, restored

__all__ = [
    "Collision",
    "Merged",
    "Rewrite",
    "Side",
    "counterparts",
    "merge",
    "operations",
    "restored",
    "taken_out",
]
