"""What the alert files share: which services are ours, and where the links of alerts begin."""

from obsdash.author import BaseUrls, Environment

SERVICES = ("demo-api", "nest-api", "rate-limiter", "fluxpay", "search")

# The services count requests under the names of their frameworks: axum, prom-bundle, Spring.
REQUESTS = (
    "axum_http_requests_total",
    "http_request_duration_seconds_count",
    "http_server_requests_seconds_count",
)
FAILED_REQUESTS = (
    'axum_http_requests_total{status=~"5.."}',
    'http_request_duration_seconds_count{status_code=~"5.."}',
    'http_server_requests_seconds_count{status=~"5.."}',
)
REQUEST_DURATIONS = (
    "axum_http_requests_duration_seconds",
    "http_request_duration_seconds",
    "http_server_requests_seconds",
)


def base_urls(env: Environment) -> BaseUrls:
    """Return where this environment's Grafana and runbooks are found."""
    return BaseUrls(
        grafana=env.get("grafana_url", ""), runbooks=env.get("runbook_url", "docs/runbooks")
    )
