"""What a definition has to take over to say what is live."""

from dataclasses import dataclass, replace
from typing import Any

from obsdash.diff import difference
from obsdash.drift.case import case_of, edits_of
from obsdash.drift.model import Base
from obsdash.merge import merge, operations
from obsdash.migration.lift import version_of
from obsdash.migration.sources import Sources
from obsdash.plan import Edit
from obsdash.resource import Ref, Resource, Spec


@dataclass(frozen=True, slots=True)
class Pulled:
    """What others edited of an object, for its definition.

    defined: the definition. joined: with the edits, at the schema version that is live.
    why: the reason why edits cannot be told from your own changes, "" when they can.
    """

    defined: Resource
    joined: Resource
    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()
    why: str = ""

    @property
    def ref(self) -> Ref:
        """Return the object's identity."""
        return self.defined.ref

    @property
    def migrated(self) -> bool:
        """Whether the server keeps it at a newer schema version."""
        return version_of(self.joined.spec) > version_of(self.defined.spec)

    @property
    def patch(self) -> list[dict[str, Any]]:
        """Return the operations that take the edits over into the definition's JSON."""
        return operations(self.defined.spec, self.joined.spec)


def pulled(live: Resource, desired: Resource, base: Base, sources: Sources) -> Pulled:
    """Find what a definition lacks of what is live; without a base, all that differs."""
    known = base.resource or desired
    case = case_of(live, desired, known, sources)
    joined = replace(desired, spec=case.merged("theirs").document)
    notes = difference(live, desired, sources).notes
    return Pulled(desired, joined, edits_of(case, base), notes, base.why)


def rewritten(document: Spec, pulled: Pulled) -> Spec:
    """Return a definition's own JSON with the edits: what obsdash made of it stays out."""
    return merge(pulled.defined.spec, document, pulled.joined.spec, prefer="theirs").document
