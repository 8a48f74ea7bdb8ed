"""API performance: how fast and how well the chat API, its models and its searches answer."""

from dashboards._common import (
    ANNOTATIONS,
    HITS,
    LINKS,
    MAX_LATENCY,
    PROMETHEUS,
    RESOLUTION,
    TAG,
    chart,
    error_share,
    failing,
    instances,
    latency,
    now,
    services,
    share,
    slowness,
)
from obsdash.author import (
    Dashboard,
    Heatmap,
    LabelVariable,
    PieChart,
    Prometheus,
    Row,
    Stat,
    override,
    thresholds,
    to_alert,
    to_dashboard,
    units,
)

API = 'job=~"$job", instance=~"$instance"'
REQUESTS = f"axum_http_requests_total{{{API}}}"
DURATION = f"axum_http_requests_duration_seconds_bucket{{{API}}}"
LLM = 'llm_request_duration_seconds_bucket{model=~"$model"}'
LLM_COUNT = 'llm_request_duration_seconds_count{model=~"$model"}'
LLM_WITHIN_10S = LLM.replace("{", r'{le=~"10(\\.0)?", ')  # Prometheus 3 writes 10.0, 2 writes 10
SLOW_ANSWERS = (
    f"1 - sum by (model) (rate({LLM_WITHIN_10S}[$__rate_interval]))"
    f" / (sum by (model) (rate({LLM_COUNT}[$__rate_interval])) > 0)"
)
SEARCH = "search_request_duration_seconds"

STATUS_COLORS = [
    override(by_regex="/^2/", color="green"),
    override(by_regex="/^3/", color="blue"),
    override(by_regex="/^4/", color="yellow"),
    override(by_regex="/^429/", color="orange"),
    override(by_regex="/^5/", color="red"),
]

to_logs = to_dashboard("loki-logs", "Logs", variables={"service": "${__field.labels.job}"})


def percentile(quantile: float, buckets: str, by: str = "") -> str:
    """Return a percentile of a histogram; nothing while there are no requests."""
    labels = f"{by}, le" if by else "le"
    rate = f"sum by ({labels}) (rate({buckets}[$__rate_interval]))"
    return f"histogram_quantile({quantile}, {rate}) >= 0"


def hit_ratio() -> str:
    """Return the share of cache look-ups that hit; nothing while there are none."""
    hits = 'sum(rate(cache_requests_total{result="hit"}[$__rate_interval]))'
    return f"{hits} / (sum(rate(cache_requests_total[$__rate_interval])) > 0)"


first_screen = [
    Stat(
        "Chat requests",
        Prometheus("sum(rate(chat_requests_total[$__rate_interval])) or vector(0)"),
        description="Chat requests a second.",
        unit=units.REQUESTS_PER_SECOND,
        decimals=1,
        color="blue",
    ),
    failing(error_share(scope=API, by="")),
    slowness(latency(0.95, scope=API, by="")),
    Stat(
        "LLM p95",
        now(percentile(0.95, LLM)),
        description="95 of 100 answers of the chosen models come faster.",
        unit=units.SECONDS,
        thresholds=thresholds("green", (10, "yellow"), (20, "red")),
        no_value="no requests",
    ),
    share(
        "Cache hit ratio",
        hit_ratio(),
        "Cache look-ups that found an answer.",
        HITS,
        no_value="no look-ups",
    ),
    Stat(
        "Active connections",
        now("sum(app_active_connections)"),
        description="Open connections to the chat API.",
        unit=units.SHORT,
        decimals=0,
        color="blue",
    ),
]

chat = [
    [
        chart(
            "Chat request rate",
            Prometheus(
                "sum by (status) (rate(chat_requests_total[$__rate_interval]))", "{{status}}"
            ),
            description="Chat requests a second, by outcome.",
            unit=units.REQUESTS_PER_SECOND,
            stack="normal",
            fill=30,
            overrides=[
                override(by_name="success", color="green"),
                override(by_name="error", color="red"),
            ],
        ),
        chart(
            "Request latency",
            [
                Prometheus(percentile(0.5, DURATION), "p50"),
                Prometheus(percentile(0.9, DURATION), "p90"),
                Prometheus(percentile(0.95, DURATION), "p95", exemplars=True),
                Prometheus(percentile(0.99, DURATION), "p99"),
            ],
            description="Half, 90, 95 and 99 of 100 requests are answered faster. The dots are "
            "traced requests, the line is the objective for p95.",
            unit=units.SECONDS,
            links=[to_alert("HighLatency")],
            limit=MAX_LATENCY,
        ),
    ],
    [
        chart(
            "Request rate by endpoint",
            Prometheus(
                f"sum by (method, endpoint) (rate({REQUESTS}[$__rate_interval]))",
                "{{method}} {{endpoint}}",
            ),
            description="Requests a second.",
            unit=units.REQUESTS_PER_SECOND,
        ),
        chart(
            "Latency p95 by endpoint",
            Prometheus(
                percentile(0.95, DURATION, by="method, endpoint"), "{{method}} {{endpoint}}"
            ),
            description="Which endpoint is slow.",
            unit=units.SECONDS,
            limit=MAX_LATENCY,
        ),
        Heatmap(
            "Request latency distribution",
            Prometheus(
                f"sum by (le) (increase({DURATION}[$__rate_interval]))", "{{le}}", format="heatmap"
            ),
            description="How many requests took how long: two bands are two kinds of requests.",
            unit=units.SECONDS,
            scheme="Blues",
            interval="$interval",
        ),
    ],
]

responses = [
    chart(
        "Status codes",
        Prometheus(f"sum by (status) (rate({REQUESTS}[$__rate_interval]))", "{{status}}"),
        description="Responses a second by HTTP status code.",
        unit=units.REQUESTS_PER_SECOND,
        draw="bars",
        stack="normal",
        fill=70,
        line_width=0,
        overrides=STATUS_COLORS,
        data_links=[to_logs],
        width=10,
    ),
    PieChart(
        "Status code distribution",
        Prometheus(f"sum by (status) (increase({REQUESTS}[$__range]))", "{{status}}", instant=True),
        description="Shares of the HTTP status codes in the chosen time.",
        unit=units.SHORT,
        decimals=0,
        shape="donut",
        legend_values=("percent",),
        overrides=STATUS_COLORS,
        width=6,
    ),
    chart(
        "Rate-limited responses",
        Prometheus(
            'sum by (job) (60 * rate(axum_http_requests_total{status="429"}[$__rate_interval]))',
            "{{job}}",
        ),
        description="Responses 429 a minute, all services. The alert fires above 1000.",
        unit=units.SHORT,
        limit=1000,
        links=[to_alert("RateLimiterOverload")],
    ),
]

llm = [
    Heatmap(
        "LLM response time $model",
        Prometheus(f"sum by (le) (increase({LLM}[$__rate_interval]))", "{{le}}", format="heatmap"),
        key="llm-heatmap",
        description="How many answers took how long, a picture a model.",
        unit=units.SECONDS,
        repeat="model",
        width=24,
        interval="$interval",
    ),
    chart(
        "LLM latency by model",
        [
            Prometheus(percentile(0.5, LLM, by="model"), "{{model}} p50"),
            Prometheus(percentile(0.95, LLM, by="model"), "{{model}} p95"),
        ],
        description="Half and 95 of 100 answers come faster.",
        unit=units.SECONDS,
    ),
    chart(
        "LLM slow answers",
        Prometheus(SLOW_ANSWERS, "{{model}}"),
        description="Share of the answers that took more than 10 seconds.",
        unit=units.PERCENT_UNIT,
        soft_max=0.1,
    ),
    chart(
        "LLM requests",
        Prometheus(
            f"sum by (model, operation) (rate({LLM_COUNT}[$__rate_interval]))",
            "{{model}} {{operation}}",
        ),
        description="Requests a second by model and operation.",
        unit=units.REQUESTS_PER_SECOND,
        stack="normal",
    ),
]

search = [
    chart(
        "Search latency",
        [
            Prometheus(percentile(0.5, f"{SEARCH}_bucket", by="backend"), "{{backend}} p50"),
            Prometheus(percentile(0.95, f"{SEARCH}_bucket", by="backend"), "{{backend}} p95"),
        ],
        description="Half and 95 of 100 searches are answered faster, in OpenSearch and Neo4j.",
        unit=units.SECONDS,
    ),
    chart(
        "Searches",
        Prometheus(f"sum by (backend) (rate({SEARCH}_count[$__rate_interval]))", "{{backend}}"),
        description="Searches a second by backend.",
        unit=units.REQUESTS_PER_SECOND,
    ),
]

cache = [
    chart(
        "Cache hits",
        Prometheus(hit_ratio(), "hit ratio"),
        description="Share of the cache look-ups that hit. A fall costs time and money.",
        unit=units.PERCENT_UNIT,
        max=1,
        color="green",
    ),
    chart(
        "Cache look-ups",
        Prometheus("sum by (result) (rate(cache_requests_total[$__rate_interval]))", "{{result}}"),
        description="Look-ups a second by result.",
        unit=units.OPERATIONS_PER_SECOND,
        stack="normal",
        overrides=[
            override(by_name="hit", color="green"),
            override(by_name="miss", color="orange"),
        ],
    ),
    chart(
        "Connections and requests in flight",
        [
            Prometheus("sum(app_active_connections)", "connections"),
            Prometheus(f"sum(axum_http_requests_pending{{{API}}})", "requests in flight"),
        ],
        description="What the API holds open. Growing without more requests, it waits for others.",
        unit=units.SHORT,
    ),
]

dashboard = Dashboard(
    "API performance",
    uid="api-performance",
    description="How fast and how well the chat API, its models and its searches answer.",
    tags=[TAG, "api"],
    time=("now-1h", "now"),
    variables=[
        PROMETHEUS,
        services("axum_http_requests_total"),
        instances('axum_http_requests_total{job=~"$job"}'),
        LabelVariable(
            "model",
            "llm_request_duration_seconds_count",
            label="Model",
            multi=True,
            include_all=True,
        ),
        RESOLUTION,
    ],
    links=LINKS,
    annotations=ANNOTATIONS,
    panels=[
        first_screen,
        Row("Chat API", chat),
        Row("Responses", responses),
        Row("Language models", [llm[:1], llm[1:]]),
        Row("Search", search),
        Row("Cache and connections", cache),
    ],
)
