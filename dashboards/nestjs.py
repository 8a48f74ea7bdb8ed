"""NestJS application metrics: what prom-client tells of the process, and its HTTP histogram."""

from dashboards._common import (
    ANNOTATIONS,
    ERRORS,
    LATENCY,
    LINKS,
    PROMETHEUS,
    RESOLUTION,
    TAG,
    chart,
    failing,
    instances,
    now,
    services,
    share,
    slowness,
)
from obsdash.author import (
    Dashboard,
    LabelVariable,
    Prometheus,
    Row,
    Stat,
    Table,
    override,
    thresholds,
    to_alert,
    to_dashboard,
    transform,
    units,
)

# The HTTP histogram and its labels, as express-prom-bundle names them; prometheus-api-metrics
# has `route` and `code` instead.
HTTP = "http_request_duration_seconds"
ROUTE = "path"
STATUS = "status_code"

APP = 'job=~"$job", instance=~"$instance"'
CALLS = f'{APP}, {ROUTE}=~"$route"'
RATE = f"rate({HTTP}_count{{{CALLS}}}[$__rate_interval])"
FAILED = f'rate({HTTP}_count{{{CALLS}, {STATUS}=~"5.."}}[$__rate_interval])'
BUCKETS = f"rate({HTTP}_bucket{{{CALLS}}}[$__rate_interval])"
HEAP = f"nodejs_heap_size_used_bytes{{{APP}}} / (nodejs_heap_size_total_bytes{{{APP}}} > 0)"
GC = f"nodejs_gc_duration_seconds_sum{{{APP}}}"

to_logs = to_dashboard("loki-logs", "Logs", variables={"service": "${__field.labels.job}"})


def percentile(quantile: float, by: str = "") -> str:
    """Return a percentile of the response time; nothing while there is no traffic."""
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({quantile}, sum by ({labels}) ({BUCKETS})) >= 0"


def failed_share(by: str = "") -> str:
    """Return the share of 5xx: 0 before the first error, nothing while there is no traffic."""
    total = f"sum by ({by}) ({RATE})"
    return f"(sum by ({by}) ({FAILED}) or 0 * {total}) / ({total} > 0)"


first_screen = [
    Stat(
        "Request rate",
        Prometheus(f"sum({RATE}) or vector(0)"),
        description="HTTP requests a second on the chosen routes.",
        unit=units.REQUESTS_PER_SECOND,
        decimals=1,
        color="blue",
    ),
    failing(failed_share()),
    slowness(percentile(0.95)),
    Stat(
        "Event-loop lag p99",
        now(f"max(nodejs_eventloop_lag_p99_seconds{{{APP}}})"),
        description="How long a ready callback waits. While it waits, every request waits.",
        unit=units.SECONDS,
        thresholds=thresholds("green", (0.1, "yellow"), (0.5, "red")),
    ),
    share(
        "CPU",
        f"max(rate(process_cpu_seconds_total{{{APP}}}[$__rate_interval]))",
        "The busiest instance, of one core: JavaScript runs on one thread.",
    ),
    Stat(
        "Heap use",
        now(f"max({HEAP})"),
        description="Used share of the heap that V8 holds; high values are normal until it grows.",
        unit=units.PERCENT_UNIT,
        decimals=0,
        color="blue",
    ),
    Stat(
        "Uptime",
        now(f"min(time() - process_start_time_seconds{{{APP}}})"),
        description="Of the instance that started last.",
        unit=units.SECONDS,
        decimals=1,
        color="blue",
    ),
    Stat(
        "Node version",
        now(f"count by (version) (nodejs_version_info{{{APP}}})", "{{version}}"),
        description="Several versions mean that a deployment is under way, or stuck.",
        color="blue",
        text="name",
    ),
]

http = [
    [
        chart(
            "Request rate by route",
            Prometheus(f"sum by (method, {ROUTE}) ({RATE})", f"{{{{method}}}} {{{{{ROUTE}}}}}"),
            description="Requests a second.",
            unit=units.REQUESTS_PER_SECOND,
            data_links=[to_logs],
        ),
        chart(
            "Latency p95 by route",
            Prometheus(
                percentile(0.95, f"method, {ROUTE}"),
                f"{{{{method}}}} {{{{{ROUTE}}}}}",
                exemplars=True,
            ),
            description="Which route is slow; the dots are traced requests.",
            unit=units.SECONDS,
            limit=0.5,
            links=[to_alert("HighLatency")],
        ),
        chart(
            "Error share by route",
            Prometheus(failed_share(f"method, {ROUTE}"), f"{{{{method}}}} {{{{{ROUTE}}}}}"),
            description="Which route fails: share of the requests answered with 5xx.",
            unit=units.PERCENT_UNIT,
            soft_max=0.01,
            limit=0.01,
            links=[to_alert("HighErrorRate")],
        ),
    ],
    [
        chart(
            "Status codes",
            Prometheus(f"sum by ({STATUS}) ({RATE})", f"{{{{{STATUS}}}}}"),
            description="Responses a second by HTTP status code.",
            unit=units.REQUESTS_PER_SECOND,
            stack="normal",
            draw="bars",
            fill=70,
            line_width=0,
            overrides=[
                override(by_regex="/^2/", color="green"),
                override(by_regex="/^4/", color="yellow"),
                override(by_regex="/^5/", color="red"),
            ],
        ),
        Table(
            "Routes",
            [
                Prometheus(f"sum by (method, {ROUTE}) ({RATE})", instant=True, format="table"),
                Prometheus(percentile(0.95, f"method, {ROUTE}"), instant=True, format="table"),
                Prometheus(failed_share(f"method, {ROUTE}"), instant=True, format="table"),
            ],
            description="All routes now, the busiest first.",
            transformations=[
                transform("merge"),
                transform(
                    "organize",
                    excludeByName={"Time": True},
                    renameByName={
                        "method": "Method",
                        ROUTE: "Route",
                        "Value #A": "Rate",
                        "Value #B": "p95",
                        "Value #C": "Errors",
                    },
                ),
            ],
            overrides=[
                override(by_name="Rate", unit=units.REQUESTS_PER_SECOND, decimals=2),
                override(
                    by_name="p95", unit=units.SECONDS, thresholds=LATENCY, displayMode="color-text"
                ),
                override(
                    by_name="Errors",
                    unit=units.PERCENT_UNIT,
                    decimals=2,
                    thresholds=ERRORS,
                    displayMode="color-text",
                ),
            ],
            sort="-Rate",
        ),
    ],
]

process = [
    [
        chart(
            "Process CPU",
            [
                Prometheus(
                    f"rate(process_cpu_user_seconds_total{{{APP}}}[$__rate_interval])",
                    "user {{instance}}",
                ),
                Prometheus(
                    f"rate(process_cpu_system_seconds_total{{{APP}}}[$__rate_interval])",
                    "system {{instance}}",
                ),
            ],
            description="Of one core. Near 100 % the event loop has no time to spare.",
            unit=units.PERCENT_UNIT,
            stack="normal",
            fill=30,
        ),
        chart(
            "Process memory",
            [
                Prometheus(f"process_resident_memory_bytes{{{APP}}}", "RSS {{instance}}"),
                Prometheus(f"nodejs_heap_size_total_bytes{{{APP}}}", "heap total {{instance}}"),
                Prometheus(f"nodejs_heap_size_used_bytes{{{APP}}}", "heap used {{instance}}"),
                Prometheus(f"nodejs_external_memory_bytes{{{APP}}}", "external {{instance}}"),
            ],
            description="A heap that only grows leaks; RSS growing alone leaks outside of it.",
            unit=units.BYTES,
        ),
        chart(
            "Event-loop lag",
            [
                Prometheus(f"nodejs_eventloop_lag_p50_seconds{{{APP}}}", "p50 {{instance}}"),
                Prometheus(f"nodejs_eventloop_lag_p90_seconds{{{APP}}}", "p90 {{instance}}"),
                Prometheus(f"nodejs_eventloop_lag_p99_seconds{{{APP}}}", "p99 {{instance}}"),
                Prometheus(f"nodejs_eventloop_lag_mean_seconds{{{APP}}}", "mean {{instance}}"),
            ],
            description="How long a ready callback waits for its turn.",
            unit=units.SECONDS,
        ),
    ],
    [
        chart(
            "Garbage collection",
            Prometheus(f"sum by (kind) (rate({GC}[$__rate_interval]))", "{{kind}}"),
            description="Share of the time spent collecting. `major` stops everything.",
            unit=units.PERCENT_UNIT,
            stack="normal",
        ),
        chart(
            "Active handles",
            Prometheus(
                f"sum by (instance, type) (nodejs_active_handles{{{APP}}})", "{{type}} {{instance}}"
            ),
            description="Open sockets, servers, timers, files. Sockets that only grow leak.",
            unit=units.SHORT,
            stack="normal",
        ),
        chart(
            "Active requests",
            Prometheus(f"nodejs_active_requests_total{{{APP}}}", "{{instance}}"),
            description="Operations that libuv works on: files, DNS, crypto.",
            unit=units.SHORT,
        ),
    ],
]

dashboard = Dashboard(
    "NestJS application metrics",
    uid="nestjs",
    description="The process, its event loop and its memory; rate, errors and latency per route.",
    tags=[TAG, "nestjs"],
    time=("now-1h", "now"),
    variables=[
        PROMETHEUS,
        services("nodejs_version_info"),
        instances('nodejs_version_info{job=~"$job"}'),
        LabelVariable(
            "route",
            f'{HTTP}_count{{job=~"$job"}}',
            values=ROUTE,
            label="Route",
            multi=True,
            include_all=True,
            all_value=".*",
        ),
        RESOLUTION,
    ],
    links=LINKS,
    annotations=ANNOTATIONS,
    panels=[first_screen, Row("HTTP", http), Row("Process", process)],
)
