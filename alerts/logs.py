"""Alerts on what the services log. Loki evaluates them, so promtool cannot test them."""

from alerts._common import base_urls
from dashboards import loki_logs
from obsdash.author import Alert, Environment, RuleGroup, label, value

# Loki finds the level of pushed lines itself; lines that come by OTLP write it in capitals.
LOG_ERRORS_HIGH = Alert(
    "LogErrorsHigh",
    expr="""
        sum by (service) (
          count_over_time({service=~".+"} | detected_level=~"(?i)error|fatal|critical" [5m])
        ) > 100
    """,
    for_="5m",
    severity="warning",
    summary=f"{label('service')} logs many errors",
    description=f"{value('humanize')} lines of level error or worse in five minutes.",
    runbook="LogErrorsHigh.md",
    panel=loki_logs.dashboard.panel("Error rate by service"),
)


def rules(env: Environment) -> list[RuleGroup]:
    """Alerts on logs, where there is a Loki."""
    if not env.get("loki_url", "http://loki:3100"):
        return []
    return [RuleGroup("logs", [LOG_ERRORS_HIGH], engine="loki", urls=base_urls(env))]
