"""What can be turned while the workload runs, and how a request to `/chaos` says so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

PERCENT = 100.0


class KnobError(ValueError):
    """The request names no knob, or a value it cannot take."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """One setting of every knob; the defaults are the state at rest."""

    errors: float = 0.02  # percent of requests
    latency: float = 0.0  # seconds added to every request
    down: frozenset[str] = field(default_factory=frozenset)  # application names
    rate429: float = 60.0  # responses a minute
    heap: float = 45.0  # percent of the maximum
    slow_queries: float = 2.0  # a minute
    redis_memory: float = 35.0  # percent of the maximum
    redis_down: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the knobs by name, as `/chaos` shows them."""
        return {
            "errors": self.errors,
            "latency": self.latency,
            "down": sorted(self.down),
            "rate429": self.rate429,
            "heap": self.heap,
            "slow_queries": self.slow_queries,
            "redis_memory": self.redis_memory,
            "redis_down": self.redis_down,
        }


# The highest value a number may have: enough for every alert, too little to stop the machine.
LIMITS = {
    "errors": PERCENT,
    "latency": 60.0,
    "rate429": 60_000.0,
    "heap": PERCENT,
    "slow_queries": 60_000.0,
    "redis_memory": PERCENT,
}


def turned(knobs: Knobs, query: Mapping[str, str], applications: frozenset[str]) -> Knobs:
    """Return the knobs as `query` wants them; raises KnobError and changes nothing otherwise."""
    values = {name: _value(name, text, applications) for name, text in query.items()}
    return replace(knobs, **values)  # type: ignore[arg-type]  # _value gives each its own type


def _value(name: str, text: str, applications: frozenset[str]) -> object:
    if name == "down":
        return _names(text, applications)
    if name == "redis_down":
        return _switch(name, text)
    if name in LIMITS:
        return _number(name, text)
    known = ", ".join([*LIMITS, "down", "redis_down"])
    raise KnobError(f"there is no knob {name!r}; there are {known}")


def _names(text: str, applications: frozenset[str]) -> frozenset[str]:
    names = frozenset(name for name in text.split(",") if name)
    if names == {"all"}:
        return applications
    if unknown := sorted(names - applications):
        known = ", ".join(sorted(applications))
        raise KnobError(f"down: there is no application {unknown[0]!r}; there are {known}, all")
    return names


def _switch(name: str, text: str) -> bool:
    if text not in {"0", "1"}:
        raise KnobError(f"{name} is 0 or 1, not {text!r}")
    return text == "1"


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not 0 <= number <= LIMITS[name]:
        raise KnobError(f"{name} is a number from 0 to {LIMITS[name]:g}, not {text!r}")
    return number


class Board:
    """Where the knobs are now: turned by one thread, read by others."""

    def __init__(self, applications: Collection[str]) -> None:
        self._applications = frozenset(applications)
        self._knobs = Knobs()

    def now(self) -> Knobs:
        """Return the present setting."""
        return self._knobs

    def turn(self, query: Mapping[str, str]) -> Knobs:
        """Turn the knobs named in `query`; raises KnobError and turns none otherwise."""
        self._knobs = turned(self._knobs, query, self._applications)
        return self._knobs

    def reset(self) -> Knobs:
        """Put every knob back."""
        self._knobs = Knobs()
        return self._knobs
