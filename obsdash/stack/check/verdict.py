"""What is known of one service's configuration."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How far a configuration is proven; each level includes those below."""

    REFUSED = 0
    PARSED = 1  # it is YAML, JSON, …
    SCHEMA = 2  # its published schema allows it
    ACCEPTED = 3  # its program read it and had no complaint
    RAN = 4  # its program started with it and became ready

    @property
    def words(self) -> str:
        """Return how people call it."""
        return "accepted by the program" if self is Level.ACCEPTED else self.name.lower()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a service's configuration is proven, by what, and why it was refused or not tried."""

    service: str
    file: str  # in the stack's folder; empty: it has none
    level: Level
    program: str = ""
    why: str = ""
