"""What the stack's commands say of one component."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal[
    "started",
    "restarted",
    "already running",
    "running",
    "starting",
    "unhealthy",
    "exited",
    "not started",
    "not installed",
    "skipped",
    "failed",
    "done",
    "stopped",
    "saved",
    "restored",
]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one component, or what it is doing; `detail` is its URL or the reason."""

    name: str
    outcome: Outcome
    detail: str = ""
