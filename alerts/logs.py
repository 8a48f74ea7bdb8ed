"""Alerts on what the services log. Loki evaluates them, so promtool cannot test them."""

from alerts._common import base_urls
from dashboards import loki_logs
from obsdash.author import Alert, Dashboard, Environment, RuleGroup, label, value


def log_errors_high(dashboard: Dashboard) -> Alert:
    """Many lines of level error or worse."""
    return Alert(
        "LogErrorsHigh",
        # Loki finds the level of pushed lines itself; what comes by OTLP writes it in capitals.
        expr="""
            sum by (service) (
              count_over_time({service=~".+"} | detected_level=~"(?i)error|fatal|critical" [5m])
            ) > 100
        """,
        for_="5m",
        severity="warning",
        summary=f"{label('service')} logs many errors",
        description=f"{value('humanize')} lines of level error or worse in five minutes.",
        panel=dashboard.panel("Error rate by service"),
        runbook="LogErrorsHigh.md",
    )


def rules(env: Environment) -> list[RuleGroup]:
    """Alerts on logs, where the environment has a Loki and so a dashboard of it."""
    return [
        RuleGroup("logs", [log_errors_high(dashboard)], engine="loki", urls=base_urls(env))
        for dashboard in loki_logs.dashboards(env)
    ]
