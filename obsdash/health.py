"""What a server says of the rules that it evaluates: how they do, and which alerts are active."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from obsdash.durations import milliseconds
from obsdash.resource import Active, Ref, Resource

Shown = Mapping[str, Any]  # a rule group, or a rule, as `GET /api/v1/rules` has it

_USUAL = 60_000  # milliseconds; how often rules are evaluated where nobody says
_GRACE = 15.0  # seconds on top of two intervals: a first evaluation is spread over one
_NEVER = "0001-"  # the year in which a rule was evaluated that was not yet


@dataclass(frozen=True, slots=True)
class Sick:
    """A rule that fails when it is evaluated; reason: the server's own words."""

    ref: Ref
    pointer: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """waiting: the groups of which a rule was not evaluated yet."""

    waiting: tuple[Ref, ...] = ()
    sick: tuple[Sick, ...] = ()


@runtime_checkable
class Evaluating(Protocol):
    """A target that evaluates rules."""

    def health(self, wanted: Collection[Resource]) -> Health:
        """Return how the rules of some groups are; raises TargetError."""


def judged(wanted: Mapping[Ref, Resource], shown: Mapping[Ref, Shown]) -> Health:
    """Return the health of groups as a server shows them; one without rules is not shown."""
    sick: list[Sick] = []
    waiting = []
    for ref, group in wanted.items():
        rules = shown[ref].get("rules") or () if ref in shown else ()
        sick += (found for i, rule in enumerate(rules) if (found := _sick(ref, i, rule)))
        missing = ref not in shown and group.spec.get("rules")
        if missing or any(not _evaluated(rule) for rule in rules):
            waiting.append(ref)
    return Health(tuple(waiting), tuple(sick))


def joined(healths: Collection[Health]) -> Health:
    """Return what is true of any of several servers."""
    waiting = dict.fromkeys(ref for health in healths for ref in health.waiting)
    sick = {(s.ref, s.pointer): s for health in healths for s in health.sick}
    return Health(tuple(waiting), tuple(sick.values()))


def wait_for(target: Evaluating, wanted: Collection[Resource]) -> Health:
    """Poll until every rule was evaluated, or ought to have been; raises TargetError."""
    end = time.monotonic() + _limit(wanted)
    while (health := target.health(wanted)).waiting and time.monotonic() < end:
        time.sleep(0.25)
    return health


def active(group: Shown) -> dict[str, Active]:
    """Return the alerts that are pending or firing, by JSON pointer of their rule."""
    found = {}
    for index, rule in enumerate(group.get("rules") or ()):
        states = [alert.get("state") for alert in rule.get("alerts") or ()]
        counts = Active(states.count("pending"), states.count("firing"))
        if any(counts):
            found[f"/rules/{index}"] = counts
    return found


def _limit(wanted: Collection[Resource]) -> float:
    """Return seconds within which all rules are evaluated once."""
    longest = max((_interval(group) for group in wanted), default=0)
    return 2 * longest / 1000 + _GRACE


def _interval(group: Resource) -> int:
    return milliseconds(str(group.spec.get("interval") or "0")) or _USUAL


def _sick(ref: Ref, index: int, rule: Shown) -> Sick | None:
    if rule.get("health") not in ("err", "error"):
        return None
    kind = "record" if rule.get("type") == "recording" else "alert"
    reason = " ".join(str(rule.get("lastError") or "no reason given").split())
    return Sick(ref, f"/rules/{index}", f'{kind} "{rule.get("name")}"', reason)


def _evaluated(rule: Shown) -> bool:
    never = str(rule.get("lastEvaluation") or "").startswith(_NEVER)
    return rule.get("health") != "unknown" and not never
