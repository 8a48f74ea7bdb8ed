"""Alerts on what users of the services notice: down, slow, failing, turned away."""

from alerts._common import FAILED_REQUESTS, REQUEST_DURATIONS, REQUESTS, base_urls
from dashboards import api_performance, system_overview
from obsdash.author import Alert, Environment, Record, RuleGroup, RuleTest, label, value


def _rate5m(selectors: tuple[str, ...]) -> str:
    return " or ".join(f"rate({selector}[5m])" for selector in selectors)


# The recording rules make the alerts readable and the dashboards quick.
REQUEST_RATE = Record(
    "job:http_requests:rate5m",
    expr=f"sum by (job) ({_rate5m(REQUESTS)})",
)
# A service that never failed has no error series; its error rate is 0, not nothing.
ERROR_RATE = Record(
    "job:http_errors:rate5m",
    expr=f"sum by (job) ({_rate5m(FAILED_REQUESTS)}) or 0 * job:http_requests:rate5m",
)
DURATIONS = Record(
    "job_le:http_request_duration_seconds_bucket:rate5m",
    expr=f"sum by (job, le) ({_rate5m(tuple(f'{name}_bucket' for name in REQUEST_DURATIONS))})",
)

# With fewer requests one slow or failed one would be a high share.
_ENOUGH_REQUESTS = "and on (job) job:http_requests:rate5m * 300 >= 20"

SERVICE_DOWN = Alert(
    "ServiceDown",
    expr="up == 0",
    for_="1m",
    severity="critical",
    summary=f"{label('job')} on {label('instance')} is down",
    description=f"Prometheus has not been able to scrape {label('instance')} for a minute.",
    runbook="ServiceDown.md",
    panel=system_overview.dashboard.panel("Services up and down"),
)

HIGH_LATENCY = Alert(
    "HighLatency",
    expr=f"""
        histogram_quantile(0.95, job_le:http_request_duration_seconds_bucket:rate5m) > 0.5
        {_ENOUGH_REQUESTS}
    """,
    for_="5m",
    severity="warning",
    summary=f"{label('job')} is slow",
    description=f"One request in twenty to {label('job')} takes longer than"
    f" {value('humanizeDuration')}; the objective is 500 ms.",
    runbook="HighLatency.md",
    panel=system_overview.dashboard.panel("Response time p95 by service"),
)

HIGH_ERROR_RATE = Alert(
    "HighErrorRate",
    expr=f"""
        job:http_errors:rate5m / job:http_requests:rate5m > 0.01
        {_ENOUGH_REQUESTS}
    """,
    for_="5m",
    severity="critical",
    summary=f"{label('job')} fails requests",
    description=f"{value('humanizePercentage')} of the requests to {label('job')} fail with 5xx.",
    runbook="HighErrorRate.md",
    panel=system_overview.dashboard.panel("Error share by service"),
)

RATE_LIMITER_OVERLOAD = Alert(
    "RateLimiterOverload",
    expr='sum by (job) (increase(axum_http_requests_total{status="429"}[1m])) > 1000',
    for_=None,
    keep_firing_for="5m",  # a burst that comes and goes is one alert
    severity="info",
    summary=f"{label('job')} turns many requests away",
    description=f"{value('humanize')} responses 429 in the last minute: a client runs wild, or the"
    " limits are too low.",
    runbook="RateLimiterOverload.md",
    panel=api_performance.dashboard.panel("Rate-limited responses"),
)


def rules(env: Environment) -> RuleGroup:
    """Alerts on the services."""
    return RuleGroup(
        "services",
        [
            REQUEST_RATE,
            ERROR_RATE,
            DURATIONS,
            SERVICE_DOWN,
            HIGH_LATENCY,
            HIGH_ERROR_RATE,
            RATE_LIMITER_OVERLOAD,
        ],
        urls=base_urls(env),
    )


_UP = 'up{job="demo-api", instance="demo-api:3000"}'
_OK = 'axum_http_requests_total{job="demo-api", status="200"}'
_FAILED = 'axum_http_requests_total{job="demo-api", status="500"}'
_TURNED_AWAY = 'axum_http_requests_total{job="rate-limiter", status="429"}'


def _bucket(le: str) -> str:
    return f'axum_http_requests_duration_seconds_bucket{{job="demo-api", le="{le}"}}'


tests = [
    RuleTest(SERVICE_DOWN, "fires when the scrapes have failed for a minute", interval="15s")
    .series(_UP, "1x8 0x20")
    .at("2m")
    .no_alerts()
    .at("3m")
    .no_alerts()
    .at("4m")
    .fires(
        {"job": "demo-api", "instance": "demo-api:3000", "severity": "critical"},
        {"summary": "demo-api on demo-api:3000 is down"},
    ),
    RuleTest(SERVICE_DOWN, "stays silent over a restart of 45 seconds", interval="15s")
    .series(_UP, "1x8 0x3 1x20")
    .at("3m")
    .no_alerts()
    .at("5m")
    .no_alerts(),
    RuleTest(HIGH_LATENCY, "fires when p95 has been above 500 ms for five minutes")
    .series(_OK, "0+600x30")
    .series(_bucket("0.5"), "0+300x30")
    .series(_bucket("1"), "0+600x30")
    .series(_bucket("+Inf"), "0+600x30")
    .at("5m")
    .no_alerts()
    .at("12m")
    .fires(
        {"job": "demo-api", "severity": "warning"},
        {
            "description": "One request in twenty to demo-api takes longer than 950ms;"
            " the objective is 500 ms."
        },
    ),
    RuleTest(HIGH_LATENCY, "reads the bounds as Prometheus 3 writes them, too")
    .series(_OK, "0+600x30")
    .series(_bucket("0.5"), "0+300x30")
    .series(_bucket("1.0"), "0+600x30")
    .series(_bucket("+Inf"), "0+600x30")
    .at("12m")
    .fires({"job": "demo-api"}),
    RuleTest(HIGH_LATENCY, "stays silent while 95 % are fast")
    .series(_OK, "0+600x30")
    .series(_bucket("0.5"), "0+576x30")
    .series(_bucket("1"), "0+600x30")
    .series(_bucket("+Inf"), "0+600x30")
    .at("20m")
    .no_alerts(),
    RuleTest(HIGH_LATENCY, "stays silent without traffic, where the quantile is no number")
    .series(_OK, "600x30")
    .series(_bucket("0.5"), "300x30")
    .series(_bucket("+Inf"), "600x30")
    .at("20m")
    .no_alerts(),
    RuleTest(HIGH_LATENCY, "stays silent when the slow ones are three requests in five minutes")
    .series(_OK, "0+0.6x30")
    .series(_bucket("0.5"), "0x30")
    .series(_bucket("1"), "0+0.6x30")
    .series(_bucket("+Inf"), "0+0.6x30")
    .at("20m")
    .no_alerts(),
    RuleTest(HIGH_ERROR_RATE, "fires when more than 1 % have failed for five minutes")
    .series(_OK, "0+600x30")
    .series(_FAILED, "0x5 0+30x25")
    .at("7m")
    .no_alerts()
    .at("20m")
    .fires(
        {"job": "demo-api", "severity": "critical"},
        {"description": "4.762% of the requests to demo-api fail with 5xx."},
    ),
    RuleTest(HIGH_ERROR_RATE, "sees the failures of a NestJS and of a Spring service")
    .series('http_request_duration_seconds_count{job="nest-api", status_code="200"}', "0+60x30")
    .series('http_request_duration_seconds_count{job="nest-api", status_code="503"}', "0+60x30")
    .series('http_server_requests_seconds_count{job="fluxpay", status="200"}', "0+60x30")
    .series('http_server_requests_seconds_count{job="fluxpay", status="500"}', "0+60x30")
    .at("20m")
    .fires({"job": "nest-api"})
    .fires({"job": "fluxpay"}),
    RuleTest(HIGH_ERROR_RATE, "stays silent at half a percent")
    .series(_OK, "0+995x30")
    .series(_FAILED, "0+5x30")
    .at("20m")
    .no_alerts(),
    RuleTest(HIGH_ERROR_RATE, "stays silent when one of five requests fails")
    .series(_OK, "0+0.8x30")
    .series(_FAILED, "0+0.2x30")
    .at("20m")
    .no_alerts(),
    RuleTest(ERROR_RATE, "is 0, not missing, for a service that never failed")
    .series(_OK, "0+600x30")
    .at("10m")
    .gives(0, {"job": "demo-api"}),
    RuleTest(REQUEST_RATE, "adds up every status")
    .series(_OK, "0+540x30")
    .series(_FAILED, "0+60x30")
    .at("10m")
    .gives(10, {"job": "demo-api"}),
    RuleTest(DURATIONS, "keeps the bounds of the buckets")
    .series(_bucket("0.5"), "0+60x30")
    .at("10m")
    .gives(1, {"job": "demo-api", "le": "0.5"}),
    RuleTest(
        RATE_LIMITER_OVERLOAD, "fires at 1,500 a minute and stays for five more", interval="15s"
    )
    .series(_TURNED_AWAY, "0x8 0+375x12 4500x40")
    .at("2m")
    .no_alerts()
    .at("5m")
    .fires({"job": "rate-limiter", "severity": "info"})
    .at("9m")
    .fires({"job": "rate-limiter"})
    .at("12m")
    .no_alerts(),
    RuleTest(RATE_LIMITER_OVERLOAD, "stays silent at 900 a minute", interval="15s")
    .series(_TURNED_AWAY, "0+225x60")
    .at("10m")
    .no_alerts(),
]
