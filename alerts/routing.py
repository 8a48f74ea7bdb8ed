"""Who is told: critical alerts and pages at once, warnings at leisure, the rest for the record.

Channels that are not set up are left out. Their secrets come as environment variables where the
build runs, and as files of the same names where Alertmanager runs; the addresses of the mail server
are variables of the environment in pyproject.toml.
"""

from obsdash.author import Discord, Email, Environment, Inhibit, Route, Routing, Slack

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
    return Routing(
        routes=[
            Route(
                "critical",
                match={"severity": URGENT},
                to=[urgent_slack, discord, email],
                group_wait="10s",
                repeat_interval="1h",
            ),
            Route("warning", match={"severity": SOON}, to=[slack, discord]),
            Route(
                "info",
                match={"severity": "info"},
                to=[slack],
                group_wait="5m",
                repeat_interval="24h",
            ),
        ],
        fallback=[slack, discord, email],
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
