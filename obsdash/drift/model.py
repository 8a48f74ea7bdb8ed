"""The nouns: a base, and a policy for edits."""

from dataclasses import dataclass
from typing import Literal

from obsdash.plan import Save
from obsdash.resource import Resource

Take = Literal["", "ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Base:
    """What obsdash saved last of an object, and what others saved since.

    resource: None when that cannot be known; `why` says so. edited: then, that others' edits are
    among what is live.
    saves: the oldest first, with what each left; None where that was not read: the last one's is
    what is live.
    """

    resource: Resource | None = None
    saves: tuple[tuple[Save, Resource | None], ...] = ()
    why: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do about edits.

    take: whose side wins in a conflict; "" refuses the object. merge: whether a conflict is a
    place that both sides changed, everything else being joined, or the whole object.
    """

    take: Take = ""
    merge: bool = False


ASK = Policy()
