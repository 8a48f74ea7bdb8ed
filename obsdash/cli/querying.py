"""From an environment's configuration to the data sources that its queries run on."""

from collections.abc import Callable, Iterable
from functools import cache

from obsdash.config import Config, EnvironmentConfig, GrafanaConfig, PrometheusConfig
from obsdash.connect import client
from obsdash.errors import ConfigError
from obsdash.http import Client
from obsdash.resource import Resource
from obsdash.verify import (
    Backend,
    Backends,
    DataSource,
    Loki,
    Prometheus,
    ThroughGrafana,
    defined_sources,
    grafana_sources,
    proxy_path,
)
from obsdash.words import nearest

_TIMEOUT = 60.0  # seconds: what takes longer is no query for a dashboard
_SPOKEN: dict[str, tuple[Callable[[Client], Backend], str]] = {
    "prometheus": (Prometheus, "Prometheus"),
    "loki": (Loki, "Loki"),
}


def backends(config: Config, chosen: EnvironmentConfig, resources: Iterable[Resource]) -> Backends:
    """Return the data sources and how to reach them; asks Grafana, where there is one, for its own.

    Raises TargetError when that Grafana does not answer, ConfigError when `query` names what
    cannot be asked.
    """
    defined = defined_sources(resources)
    grafana = next((t for t in chosen.targets if isinstance(t, GrafanaConfig)), None)
    listed = grafana_sources(_grafana(config, grafana)) if grafana else None
    known = {source.uid for source in listed or ()}
    sources = (*(listed or ()), *(source for source in defined if source.uid not in known))
    found = Backends(
        sources=sources,
        named={key: _named(config, chosen, key, sources) for key in chosen.query},
        through=_through(config, grafana) if grafana else None,
        servers=_servers(config, chosen),
        complete=listed is not None,
    )
    if not found.any:
        raise ConfigError(
            f"environment {chosen.name!r} has nothing that queries can run on",
            origin=config.origin,
            help=f'add query = {{ prometheus = "http://…" }} to [tool.obsdash.env.{chosen.name}], '
            "or a prometheus or grafana target",
        )
    return found


def rule_server(config: Config, chosen: EnvironmentConfig) -> Client:
    """Return the Prometheus that evaluates the rules; raises ConfigError when there is none."""
    for target in chosen.targets:
        if isinstance(target, PrometheusConfig):
            return _server(config, target)
    if url := chosen.query.get("prometheus"):
        return Client(url, timeout=_TIMEOUT, product="Prometheus")
    raise ConfigError(
        f"environment {chosen.name!r} has no Prometheus to look back on",
        origin=config.origin,
        help=f'add query = {{ prometheus = "http://…" }} to [tool.obsdash.env.{chosen.name}], '
        "or a prometheus target",
    )


def _named(
    config: Config, chosen: EnvironmentConfig, key: str, sources: Iterable[DataSource]
) -> Backend:
    """Return the backend of an entry of `query`; a target's own server keeps its credentials."""
    kind = next((source.type for source in sources if source.uid == key), key)
    if kind not in _SPOKEN:
        raise ConfigError(
            f"query.{key} is neither a data source nor a type that is asked directly"
            f"{nearest(key, [*_SPOKEN, *(source.uid for source in sources)])}",
            origin=config.origin,
            help="asked directly: prometheus, loki; the others through a grafana target",
        )
    backend, product = _SPOKEN[kind]
    url = chosen.query[key]
    for target in chosen.targets:
        if isinstance(target, PrometheusConfig) and target.url == url:
            return backend(_server(config, target))
    return backend(Client(url, timeout=_TIMEOUT, product=product))


def _servers(config: Config, chosen: EnvironmentConfig) -> dict[str, Backend]:
    """Return the first Prometheus target as what evaluates the rules."""
    for target in chosen.targets:
        if isinstance(target, PrometheusConfig):
            return {"prometheus": Prometheus(_server(config, target))}
    return {}


def _server(config: Config, target: PrometheusConfig) -> Client:
    return client(config, target, timeout=_TIMEOUT, product="Prometheus")


def _grafana(config: Config, target: GrafanaConfig, path: str = "") -> Client:
    return client(config, target, path=path, timeout=_TIMEOUT, product="Grafana")


def _through(config: Config, target: GrafanaConfig) -> Callable[[DataSource], Backend]:
    """Return what makes a data source's backend, once each."""
    shared = _grafana(config, target)

    @cache
    def make(source: DataSource) -> Backend:
        api = None
        if spoken := _SPOKEN.get(source.type):
            api = spoken[0](_grafana(config, target, proxy_path(source)))
        return ThroughGrafana(shared, source, api)

    return make
