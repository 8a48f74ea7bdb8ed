"""Who is told: critical alerts and pages at once, warnings at leisure, the rest for the record.

Channels that are not set up are left out. Their secrets come as environment variables where the
build runs, and as files of the same names where Alertmanager runs; the addresses of the mail server
and of a webhook (`alert_webhook_url`) are variables of the environment in pyproject.toml.
"""

from alerts import hosts, runtimes, services, stores
from obsdash.author import (
    Discord,
    Email,
    Environment,
    Inhibit,
    Route,
    RouteTest,
    Routing,
    Slack,
    Webhook,
)

URGENT = ("critical", "page")
SOON = ("warning", "ticket")


def routing(env: Environment) -> Routing:
    """Route by severity."""
    slack = Slack(url="env:SLACK_WEBHOOK_URL", channel=env.get("slack_channel", "#alerts"))
    urgent_slack = Slack(
        url="env:SLACK_WEBHOOK_URL", channel=env.get("slack_critical_channel", "#alerts-critical")
    )
    discord = Discord(url="env:DISCORD_WEBHOOK_URL")
    email = Email(
        to=env.get("email_to", ""),
        smarthost=env.get("smtp_smarthost", ""),
        sender=env.get("smtp_from", ""),
        username=env.get("smtp_username", ""),
        password="env:SMTP_PASSWORD" if env.get("smtp_username") else "",
    )
    webhook = Webhook(url=env.get("alert_webhook_url", ""))
    return Routing(
        routes=[
            Route(
                "critical",
                match={"severity": URGENT},
                to=[urgent_slack, discord, email, webhook],
                group_wait="10s",
                repeat_interval="1h",
            ),
            Route("warning", match={"severity": SOON}, to=[slack, discord, webhook]),
            Route(
                "info",
                match={"severity": "info"},
                to=[slack, webhook],
                group_wait="5m",
                repeat_interval="24h",
            ),
        ],
        fallback=[slack, discord, email, webhook],
        inhibit=[
            Inhibit(
                source={"severity": "critical"},
                target={"severity": ("warning", "info")},
                equal=["job", "instance"],
            ),
            Inhibit(
                source={"severity": "page"},
                target={"severity": "ticket"},
                equal=["slo", "job"],
            ),
        ],
        secrets_dir=env.get("secrets_dir", "/run/secrets"),
        oldest=env.get("alertmanager_version", "0.30"),
    )


URGENT_ALERTS = (
    hosts.HOST_DISK_FULL,
    services.SERVICE_DOWN,
    services.HIGH_ERROR_RATE,
    stores.REDIS_CONNECTION_FAILED,
)
SLOW_ALERTS = (
    hosts.HOST_HIGH_CPU,
    hosts.HOST_HIGH_MEMORY,
    hosts.HOST_DISK_LOW,
    hosts.HOST_DISK_FULL_SOON,
    runtimes.JVM_HEAP_HIGH,
    services.HIGH_LATENCY,
    stores.REDIS_HIGH_MEMORY,
    stores.MYSQL_SLOW_QUERIES,
)
_API = {"job": "demo-api", "instance": "demo-api:3000"}


def _burns(name: str) -> list[RouteTest]:
    burn = {"alertname": f"{name}BudgetBurn", "slo": name.lower(), "job": "demo-api"}
    page, ticket = {**burn, "severity": "page"}, {**burn, "severity": "ticket"}
    return [
        RouteTest(page, name="pages").reaches("critical"),
        RouteTest(ticket, name="a ticket waits, and gives way to a page")
        .reaches("warning")
        .while_firing(page)
        .is_inhibited(),
    ]


route_tests = [
    *(RouteTest(alert, _API).reaches("critical") for alert in URGENT_ALERTS),
    *(RouteTest(alert, _API).reaches("warning") for alert in SLOW_ALERTS),
    RouteTest(services.RATE_LIMITER_OVERLOAD, _API).reaches("info"),
    RouteTest({"alertname": "LogErrorsHigh", "severity": "warning"}).reaches("warning"),
    *(test for name in ("Availability", "Errors", "Latency") for test in _burns(name)),
    RouteTest(services.HIGH_LATENCY, _API, "is no news of a service that is down")
    .while_firing(services.SERVICE_DOWN, _API)
    .is_inhibited(),
    RouteTest(services.HIGH_LATENCY, _API, "is news while another service is down")
    .while_firing(services.SERVICE_DOWN, {"job": "search", "instance": "search:3000"})
    .reaches("warning"),
    RouteTest(
        {"alertname": "Unheard", "severity": "odd"}, name="odd severities are not lost"
    ).reaches("default"),
]
