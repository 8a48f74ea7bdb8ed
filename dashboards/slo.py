"""Objectives: do we keep what we promise, and how much failure can we still afford?"""

from dashboards._common import (
    ANNOTATIONS,
    LATENCY,
    LINKS,
    MAX_ERRORS,
    MAX_LATENCY,
    OBJECTIVE,
    PROMETHEUS,
    RESOLUTION,
    TAG,
    chart,
    error_share,
    latency,
    now,
    services,
)
from obsdash.author import (
    AlertList,
    Dashboard,
    Gauge,
    IntervalVariable,
    Prometheus,
    Row,
    Table,
    override,
    thresholds,
    to_alert,
    to_dashboard,
    transform,
    units,
)

KEPT = thresholds("red", (OBJECTIVE, "green"))
BUDGET = thresholds("red", (10, "yellow"), (50, "green"))

to_api = to_dashboard(
    "api-performance", "API performance", variables={"job": "${__field.labels.job}"}
)


def budget(by: str) -> str:
    """Return the error budget that is left, in percent; below 0 it is overspent."""
    return f"(1 - ({error_share(by=by, window='$window')}) / {MAX_ERRORS}) * 100"


gauges = [
    Gauge(
        "Availability",
        now('avg(avg_over_time(up{job=~"$job"}[$window]))'),
        description="Share of the scrapes answered in the last $window; objective 99.9 %.",
        unit=units.PERCENT_UNIT,
        decimals=3,
        min=0.99,
        max=1,
        thresholds=KEPT,
        links=[to_alert("ServiceDown")],
    ),
    Gauge(
        "Latency p95",
        now(latency(0.95, by="", window="$window")),
        description="95 of 100 requests of the last $window were faster; objective below 500 ms.",
        unit=units.SECONDS,
        min=0,
        max=2 * MAX_LATENCY,
        thresholds=LATENCY,
        no_value="no traffic",
        links=[to_alert("HighLatency")],
    ),
    Gauge(
        "Error rate",
        now(error_share(by="", window="$window")),
        description="Share of 5xx among the requests of the last $window; objective below 0.1 %.",
        unit=units.PERCENT_UNIT,
        decimals=3,
        min=0,
        max=2 * MAX_ERRORS,
        thresholds=thresholds("green", (0.8 * MAX_ERRORS, "yellow"), (MAX_ERRORS, "red")),
        no_value="no traffic",
        links=[to_alert("HighErrorRate")],
    ),
    Gauge(
        "Error budget left",
        now(budget(by="")),
        description="What is left of the errors that 0.1 % allows in $window. Below 0: overspent.",
        unit=units.PERCENT,
        decimals=1,
        min=0,
        max=100,
        thresholds=BUDGET,
        no_value="no traffic",
    ),
]

services_now = Table(
    "Services against their objectives",
    [
        Prometheus(
            'avg by (job) (avg_over_time(up{job=~"$job"}[$window]))', instant=True, format="table"
        ),
        Prometheus(latency(0.95, window="$window"), instant=True, format="table"),
        Prometheus(error_share(window="$window"), instant=True, format="table"),
        Prometheus(budget(by="job"), instant=True, format="table"),
    ],
    description="Every service over the last $window; those without HTTP traffic have no latency.",
    transformations=[
        transform("merge"),
        transform(
            "organize",
            excludeByName={"Time": True},
            renameByName={
                "job": "Service",
                "Value #A": "Availability",
                "Value #B": "p95",
                "Value #C": "Errors",
                "Value #D": "Budget left",
            },
        ),
    ],
    overrides=[
        override(
            by_name="Availability",
            unit=units.PERCENT_UNIT,
            decimals=3,
            thresholds=KEPT,
            displayMode="color-text",
        ),
        override(
            by_name="p95",
            unit=units.SECONDS,
            thresholds=thresholds("green", (MAX_LATENCY, "red")),
            displayMode="color-text",
        ),
        override(
            by_name="Errors",
            unit=units.PERCENT_UNIT,
            decimals=3,
            thresholds=thresholds("green", (MAX_ERRORS, "red")),
            displayMode="color-text",
        ),
        override(
            by_name="Budget left",
            unit=units.PERCENT,
            decimals=1,
            thresholds=BUDGET,
            displayMode="color-text",
        ),
        override(
            by_name="Service",
            links=[
                to_dashboard(
                    "api-performance", "API performance", variables={"job": "${__value.text}"}
                )
            ],
        ),
    ],
    sort="Service",
    width=14,
)

over_time = [
    chart(
        "Availability by service",
        Prometheus('avg by (job) (avg_over_time(up{job=~"$job"}[5m]))', "{{job}}"),
        description="Share of the scrapes that were answered, over five minutes.",
        unit=units.PERCENT_UNIT,
        min=None,
        max=1,
        soft_min=0.99,
        fill=0,
        thresholds=thresholds("red", (OBJECTIVE, "transparent")),
        threshold_style="dashed",
        links=[to_alert("ServiceDown"), to_alert("AvailabilityBudgetBurn")],
    ),
    chart(
        "Response time p95 by service",
        Prometheus(latency(0.95), "{{job}}"),
        description="95 of 100 requests are answered faster. The line is the objective, 500 ms.",
        unit=units.SECONDS,
        limit=MAX_LATENCY,
        data_links=[to_api],
        links=[to_alert("HighLatency"), to_alert("LatencyBudgetBurn")],
    ),
    chart(
        "Error share by service",
        Prometheus(error_share(), "{{job}}"),
        description="Share of the requests answered with 5xx. The line is the objective, 0.1 %.",
        unit=units.PERCENT_UNIT,
        soft_max=2 * MAX_ERRORS,
        limit=MAX_ERRORS,
        data_links=[to_api],
        links=[to_alert("HighErrorRate"), to_alert("ErrorsBudgetBurn")],
    ),
]

budgets = [
    chart(
        "Error budget left by service",
        Prometheus(
            'slo:error_budget:remaining{job=~"$job"}',
            "{{slo}} {{job}}",
        ),
        description="Share of the 30-day budget of each objective. It falls with every failure and "
        "comes back as failures grow older than 30 days; below 0 it is overspent.",
        unit=units.PERCENT_UNIT,
        min=None,
        max=1,
        soft_min=0,
        legend_place="right",
        links=[to_alert("BudgetBurn", "Burn-rate alerts")],
    ),
    chart(
        "Burn rate",
        Prometheus('slo:burn_rate:current{job=~"$job"}', "{{slo}} {{job}}"),
        description="How fast the budget is spent in the last hour: 1 spends it in exactly 30 "
        "days, 14.4 wakes someone.",
        unit=units.SHORT,
        soft_max=2,
        thresholds=thresholds("transparent", (1, "yellow"), (14.4, "red")),
        threshold_style="dashed",
        legend_place="right",
        links=[to_alert("BudgetBurn", "Burn-rate alerts")],
    ),
]

dashboard = Dashboard(
    "SLO / SLI",
    uid="slo",
    description="Do we keep what we promise, and how much failure can we still afford?",
    tags=[TAG, "slo"],
    time=("now-6h", "now"),
    refresh="1m",
    variables=[
        PROMETHEUS,
        services("up"),
        IntervalVariable(
            "window",
            ["1h", "6h", "24h", "7d", "30d"],
            default="24h",
            label="Objectives over",
            description="The time that the gauges and the table look back on.",
        ),
        RESOLUTION,
    ],
    links=LINKS,
    annotations=ANNOTATIONS,
    panels=[
        gauges,
        [
            services_now,
            AlertList(
                "Active alerts",
                description="Firing and pending alerts, the newest first.",
                labels='{job=~"${job:regex}"}',
            ),
        ],
        Row("Indicators", over_time),
        Row("Error budgets", budgets),
    ],
)
