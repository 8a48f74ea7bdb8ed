"""What the dashboards share: variables, annotations, links, and the queries for HTTP services."""

from typing import Any

from obsdash.author import (
    DatasourceVariable,
    IntervalVariable,
    LabelVariable,
    Prometheus,
    PrometheusAnnotation,
    Stat,
    TagAnnotation,
    TagLinks,
    TimeSeries,
    thresholds,
    to_alert,
    to_dashboard,
    units,
)

TAG = "services"
LINKS = [TagLinks("Dashboards", [TAG])]

# The objectives: 99.9 % available, p95 below 500 ms, less than 0.1 % of the requests fail.
OBJECTIVE = 0.999
MAX_LATENCY = 0.5
MAX_ERRORS = 0.001

# Colours mean the same everywhere: green is fine, yellow wants a look, red wants someone now.
ERRORS = thresholds("green", (MAX_ERRORS, "yellow"), (0.01, "red"))
LATENCY = thresholds("green", (0.8 * MAX_LATENCY, "yellow"), (MAX_LATENCY, "red"))
USE = thresholds("green", (0.7, "yellow"), (0.85, "red"))
HITS = thresholds("red", (0.5, "yellow"), (0.7, "green"))
DOWN = thresholds("green", (1, "red"))

# Each framework's histogram of requests, and its label for the status code.
HTTP = {
    "axum_http_requests_duration_seconds": "status",
    "http_request_duration_seconds": "status_code",
    "http_server_requests_seconds": "status",
}
WINDOW = "$__rate_interval"


def requests(*, scope: str = 'job=~"$job"', by: str = "job", window: str = WINDOW) -> str:
    """Return the request rate of HTTP services, whatever their framework calls it."""
    rates = [f"rate({name}_count{{{scope}}}[{window}])" for name in HTTP]
    return f"sum by ({by}) ({' or '.join(rates)})"


def error_share(*, scope: str = 'job=~"$job"', by: str = "job", window: str = WINDOW) -> str:
    """Return the share of 5xx: 0 before the first error, nothing while there is no traffic."""
    errors = " or ".join(
        f'rate({name}_count{{{scope}, {status}=~"5.."}}[{window}])' for name, status in HTTP.items()
    )
    total = requests(scope=scope, by=by, window=window)
    return f"(sum by ({by}) ({errors}) or 0 * {total}) / ({total} > 0)"


def latency(
    quantile: float, *, scope: str = 'job=~"$job"', by: str = "job", window: str = WINDOW
) -> str:
    """Return a percentile of the response time in seconds; nothing while there is no traffic."""
    buckets = " or ".join(f"rate({name}_bucket{{{scope}}}[{window}])" for name in HTTP)
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({quantile}, sum by ({labels}) ({buckets})) >= 0"


def now(expr: str, legend: str = "__auto") -> Prometheus:
    """Ask for the value of now; a range would show its last value long after that ended."""
    return Prometheus(expr, legend, instant=True)


def chart(title: str, queries: Any, *, limit: float | None = None, **options: Any) -> TimeSeries:
    """Return a time series in the house style: from zero, in the chosen resolution.

    limit: drawn as a dashed red line; above it an alert fires or an objective is missed.
    """
    house: dict[str, Any] = {"min": 0, "interval": "$interval"}
    if limit is not None:
        house["thresholds"] = thresholds("transparent", (limit, "red"))
        house["threshold_style"] = "dashed"
    return TimeSeries(title, queries, **{**house, **options})


def share(
    title: str, expr: str, description: str, colors: dict[str, Any] = USE, **options: Any
) -> Stat:
    """Return a percentage of now."""
    house: dict[str, Any] = {"unit": units.PERCENT_UNIT, "decimals": 0, "thresholds": colors}
    return Stat(title, now(expr), description=description, **{**house, **options})


def failing(expr: str) -> Stat:
    """Return the share of failed requests, of now."""
    description = "Share of the requests answered with 5xx; the objective is below 0.1 %."
    links = [to_alert("HighErrorRate"), to_dashboard("slo", "Objectives")]
    return share(
        "Error share", expr, description, ERRORS, decimals=2, no_value="no traffic", links=links
    )


def slowness(expr: str) -> Stat:
    """Return the 95th percentile of the response time, of now."""
    return Stat(
        "Response time p95",
        now(expr),
        description="95 of 100 requests are answered faster; the objective is below 500 ms.",
        unit=units.SECONDS,
        thresholds=LATENCY,
        no_value="no traffic",
        links=[to_alert("HighLatency"), to_dashboard("slo", "Objectives")],
    )


def services(series: str) -> LabelVariable:
    """Choose services: the `job` label of a series."""
    return LabelVariable("job", series, label="Service", multi=True, include_all=True)


def instances(series: str, label: str = "Instance") -> LabelVariable:
    """Choose among the instances that a series knows; they come and go, so look each time."""
    return LabelVariable(
        "instance", series, label=label, multi=True, include_all=True, refresh="time range"
    )


PROMETHEUS = DatasourceVariable()
RESOLUTION = IntervalVariable(
    "interval",
    ["15s", "30s", "1m", "5m", "15m", "1h"],
    default="30s",
    label="Resolution",
    description="The shortest step of the charts; a longer one smooths them.",
)

FIRING = 'max by (alertname, job, severity) (ALERTS{alertstate="firing"})'

ANNOTATIONS = [
    # Where an alert begins to fire; drawn for as long as it fires, a few would hide the charts.
    PrometheusAnnotation(
        "Alerts",
        f"{FIRING} unless {FIRING.replace('}', '} offset $__interval')}",
        title="{{alertname}} fires",
        text="{{job}}",
        tags=["severity"],
        color="red",
    ),
    PrometheusAnnotation(
        "Restarts",
        "max by (job, instance) (process_start_time_seconds) * 1000",
        value_is_time=True,
        title="{{job}} started",
        text="{{instance}}",
        tags=["job"],
        color="purple",
    ),
    TagAnnotation("Deployments", ["deployment"], color="blue"),
]
