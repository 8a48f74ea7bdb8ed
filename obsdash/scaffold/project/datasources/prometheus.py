"""Where the dashboards' data comes from, in each environment."""

from obsdash.author import PrometheusSource
from obsdash.resource import Environment


def data_sources(env: Environment) -> PrometheusSource:
    return PrometheusSource(
        uid="prometheus",
        url=env.get("prometheus_url", "http://prometheus:9090"),
        default=True,
    )
