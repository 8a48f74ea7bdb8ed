"""The data sources that every environment has, at the addresses that its variables name."""

from obsdash.author import (
    AlertmanagerSource,
    DataSource,
    ElasticsearchSource,
    Environment,
    LokiSource,
    PrometheusSource,
    TempoSource,
)


def core(env: Environment, **traces: str) -> list[DataSource]:
    """Return metrics, logs, traces and alerts; `traces`: where a log line's trace id leads."""
    tempo = env.get("tempo_url", "http://tempo:3200")
    return [
        PrometheusSource(
            "prometheus",
            env.get("prometheus_url", "http://prometheus:9090"),
            default=True,
            interval=env.get("scrape_interval", "15s"),
            traces="tempo" if tempo else "",
        ),
        LokiSource(
            "loki",
            env.get("loki_url", "http://loki:3100"),
            traces={title: uid for title, uid in traces.items() if env.get(f"{uid}_url", True)},
        ),
        TempoSource("tempo", tempo, logs="loki", metrics="prometheus"),
        AlertmanagerSource("alertmanager", env.get("alertmanager_url", "http://alertmanager:9093")),
        ElasticsearchSource(
            "elasticsearch",
            env.get("elasticsearch_url", "http://elasticsearch:9200"),
            name="Elasticsearch (legacy logs)",
            index="[logs-]YYYY.MM.DD",
        ),
    ]


def present(sources: list[DataSource]) -> list[DataSource]:
    """Leave out what an environment does not have: its address is an empty variable."""
    return [source for source in sources if source.url]
