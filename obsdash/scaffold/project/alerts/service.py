"""Alerts of the service, each with its test beside it: `obsdash test` runs them."""

from dashboards.service import dashboard
from obsdash.author import Alert, RuleGroup, RuleTest

INSTANCE_DOWN = Alert(
    "InstanceDown",
    expr="up == 0",
    for_="5m",
    severity="critical",
    summary="{{ $labels.instance }} of {{ $labels.job }} is down",
    description="It has not answered its scrape for five minutes.",
    panel=dashboard.panel("Instances up"),
)

group = RuleGroup("service", rules=[INSTANCE_DOWN])

tests = [
    RuleTest(INSTANCE_DOWN, "fires after five minutes")
    .series('up{job="shop", instance="a:80"}', "1x2 0x10")
    .at("4m")
    .no_alerts()
    .at("9m")
    .fires({"job": "shop", "instance": "a:80"}),
]
