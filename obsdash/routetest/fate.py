"""What becomes of one alert in one configuration of Alertmanager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from amlint.routing import Inhibitor, RouteOpts, Router
from amlint.timeintervals import Entry, minutes_on, parse_entry

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Destiny:
    """What becomes of an alert.

    receivers: who is told, if nothing silences it. muted: by receiver, the interval that mutes its
    route at the time in question. inhibited_by: the labels of the alert that silences it.
    """

    receivers: tuple[str, ...]
    muted: Mapping[str, str]
    inhibited_by: Labels | None


class Routes:
    """A configuration of Alertmanager; raises ValueError for one that Alertmanager refuses."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Take the configuration as Alertmanager reads it."""
        self._router = Router(config.get("route") or {})
        self._inhibitor = Inhibitor(config.get("inhibit_rules") or [])
        intervals = [
            *(config.get("mute_time_intervals") or ()),
            *(config.get("time_intervals") or ()),
        ]
        self._intervals = {
            interval["name"]: [parse_entry(one) for one in interval.get("time_intervals") or ()]
            for interval in intervals
        }
        self._told = {
            receiver["name"]: any(
                key.endswith("_configs") for key, value in receiver.items() if value
            )
            for receiver in config.get("receivers") or ()
        }

    def destiny(self, labels: Labels, firing: Sequence[Labels], time: datetime | None) -> Destiny:
        """Say what becomes of an alert while others fire; without a time nothing is muted."""
        matches = self._router.match(labels)
        by = self._inhibitor.inhibited_by(labels, firing)
        muted = {
            str(match.receiver): why
            for match in matches
            if time and (why := self._muted(match.opts, time))
        }
        return Destiny(
            tuple(dict.fromkeys(str(match.receiver) for match in matches)),
            muted,
            by.source if by else None,
        )

    def tells(self, receiver: str) -> bool:
        """Whether a receiver has an integration."""
        return self._told.get(receiver, False)

    def _muted(self, opts: RouteOpts, time: datetime) -> str:
        """Return why a route is muted at a time, "" when it is not."""
        for name in opts.mute_time_intervals:
            if self._active(name, time):
                return f"by {name}"
        active = opts.active_time_intervals
        if active and not any(self._active(name, time) for name in active):
            return f"outside {', '.join(active)}"
        return ""

    def _active(self, name: str, time: datetime) -> bool:
        return any(_contains(entry, time) for entry in self._intervals.get(name, ()))


def _contains(entry: Entry, time: datetime) -> bool:
    local = time.astimezone(ZoneInfo(entry.location) if entry.location else UTC)
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in minutes_on(entry, local.date()))
