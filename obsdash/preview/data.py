"""The data of a notification, as Alertmanager hands it to templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_START, _END, _NEVER = "2026-01-01T12:00:00Z", "2026-01-01T12:30:00Z", "0001-01-01T00:00:00Z"
_ALERTMANAGER = "http://alertmanager.example.com"


@dataclass(frozen=True, slots=True)
class ExampleAlert:
    """An alert to show, its annotations rendered."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def example() -> list[ExampleAlert]:
    """Return two alerts of a shop that is in trouble."""
    return [
        ExampleAlert(
            {
                "alertname": "HighErrorRate",
                "severity": "critical",
                "job": "checkout",
                "instance": f"checkout-{number}:8080",
            },
            {
                "summary": f"checkout-{number} fails requests",
                "description": "4.2 % of the requests fail.",
                "dashboard": "https://grafana.example.com/d/checkout?viewPanel=4",
                "runbook_url": "https://runbooks.example.com/HighErrorRate",
            },
        )
        for number in (1, 2)
    ]


def notification(
    receiver: str, alerts: Sequence[ExampleAlert], *, resolved: bool = False
) -> dict[str, Any]:
    """Return the data of one notification about these alerts."""
    status = "resolved" if resolved else "firing"
    common = _common([alert.labels for alert in alerts])
    return {
        "receiver": receiver,
        "status": status,
        "alerts": [
            {
                "status": status,
                "labels": dict(alert.labels),
                "annotations": dict(alert.annotations),
                "startsAt": _START,
                "endsAt": _END if resolved else _NEVER,
                "generatorURL": "",
                "fingerprint": f"{number:016x}",
            }
            for number, alert in enumerate(alerts)
        ],
        "groupLabels": {k: v for k, v in common.items() if k in ("alertname", "job")},
        "commonLabels": common,
        "commonAnnotations": _common([alert.annotations for alert in alerts]),
        "externalURL": _ALERTMANAGER,
    }


def _common(several: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first, *others = several
    return {k: v for k, v in first.items() if all(other.get(k) == v for other in others)}
