"""The data sources that every environment has, at the addresses that its variables name.

An empty variable, `tempo_url = ""`, says that an environment has no such server.
"""

from obsdash.author import (
    AlertmanagerSource,
    DataSource,
    ElasticsearchSource,
    Environment,
    LokiSource,
    PrometheusSource,
    TempoSource,
)

_IN_THE_STACK = {
    "prometheus": "http://prometheus:9090",
    "loki": "http://loki:3100",
    "tempo": "http://tempo:3200",
    "jaeger": "http://jaeger:16686",
    "alertmanager": "http://alertmanager:9093",
    "elasticsearch": "http://elasticsearch:9200",
}


def address(env: Environment, uid: str) -> str:
    """Return where a server of the stack is in this environment, "" where it is not."""
    return str(env.get(f"{uid}_url", _IN_THE_STACK[uid]))


def link(env: Environment, uid: str) -> str:
    """Return the uid to link to, "" where there is nothing to link to."""
    return uid if address(env, uid) else ""


def core(env: Environment, **traces: str) -> list[DataSource]:
    """Return metrics, logs, traces and alerts; `traces`: where a log line's trace id leads."""
    return [
        PrometheusSource(
            "prometheus",
            address(env, "prometheus"),
            default=True,
            interval=env.get("scrape_interval", "15s"),
            traces=link(env, "tempo"),
        ),
        LokiSource(
            "loki",
            address(env, "loki"),
            traces={title: uid for title, uid in traces.items() if link(env, uid)},
        ),
        TempoSource("tempo", address(env, "tempo"), logs=link(env, "loki"), metrics="prometheus"),
        AlertmanagerSource("alertmanager", address(env, "alertmanager")),
        ElasticsearchSource(
            "elasticsearch",
            address(env, "elasticsearch"),
            name="Elasticsearch (legacy logs)",
            index="[logs-]YYYY.MM.DD",
        ),
    ]


def present(sources: list[DataSource]) -> list[DataSource]:
    """Leave out what the environment does not have."""
    return [source for source in sources if source.url]
