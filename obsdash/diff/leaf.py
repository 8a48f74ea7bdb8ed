"""The smallest difference between two JSON documents, and where it stands on both sides."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from obsdash.origin import escape

# Last path element of a leaf that says that a list's items changed places; no key has slashes.
ORDER = "//order"


class Place(NamedTuple):
    """Where two values stand: names for words, a JSON pointer for each side."""

    path: tuple[str, ...] = ()
    live: str = ""
    desired: str = ""

    def key(self, key: str) -> "Place":
        """Return the place of an object's value."""
        pointer = f"/{escape(key)}"
        return Place((*self.path, key), self.live + pointer, self.desired + pointer)

    def item(self, name: str, live: int | None, desired: int | None) -> "Place":
        """Return the place of a list's item: `name` says which, the indexes where."""
        return Place(
            (*self.path, name),
            f"{self.live}/{desired if live is None else live}",
            f"{self.desired}/{live if desired is None else desired}",
        )


@dataclass(frozen=True, slots=True)
class Leaf:
    """One difference: a value that is another, or is there on one side only."""

    place: Place
    before: Any
    after: Any

    @property
    def path(self) -> tuple[str, ...]:
        return self.place.path
