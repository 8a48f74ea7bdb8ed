"""Every component of the native stack, as one table.

Texts in `argv`, `url` and `variables` may name `{address}`, `{port}`, `{home}` (the component's
own folder), `{share}` (where its program keeps its files), `{bundle}` (the stack's files), and the
address of any other component by its name, `-` written as `_`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addition:
    """What a component gets when another one is there (or, with `absent`, when it is not)."""

    other: str
    absent: bool = False
    argv: tuple[str, ...] = ()
    scrape: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """One program: how it is found, started, known to be ready, scraped and named to users."""

    name: str  # the name of its service; scrape files call it NAME:PORT
    port: int  # preferred
    url: str
    remedy: str  # how to get it when it is missing
    argv: tuple[str, ...]
    programs: tuple[str, ...] = ()  # on PATH, the first that is there; none: Python itself
    module: str = ""  # what Python needs
    needs: tuple[str, ...] = ()  # useless without these components
    additions: tuple[Addition, ...] = ()
    folders: tuple[str, ...] = ()  # below its own
    password: bool = False  # make one, in the file `password`
    ready: str = ""  # path that answers 200; empty: it is ready when it listens
    reload: str = ""  # path to POST to when it runs already
    scrape: tuple[str, ...] = ()  # files of prometheus/scrape.d
    variables: tuple[tuple[str, str], ...] = ()  # for `urls --format env`


REDIS = Component(
    name="redis",
    programs=("redis-server",),
    remedy="apt install redis-server",
    port=6379,
    url="redis://{address}",
    argv=(
        *("--bind", "127.0.0.1", "--port", "{port}", "--dir", "{home}"),
        *("--save", "", "--appendonly", "no"),
        *("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"),
    ),
    variables=(("OBSDASH_DEMO_VARIABLES_REDIS_URL", "redis://{address}"),),
)

REDIS_EXPORTER = Component(
    name="redis-exporter",
    programs=("prometheus-redis-exporter", "redis_exporter"),
    remedy="apt install prometheus-redis-exporter",
    needs=("redis",),
    port=9121,
    url="http://{address}/metrics",
    argv=("--redis.addr=redis://{redis}", "--web.listen-address={address}"),
    ready="/health",
    scrape=("redis.yml",),
)

NODE_EXPORTER = Component(
    name="node-exporter",
    programs=("prometheus-node-exporter", "node_exporter"),
    remedy="apt install prometheus-node-exporter",
    port=9100,
    url="http://{address}/metrics",
    argv=("--web.listen-address={address}",),
    ready="/",
    scrape=("node.yml",),
)

DEMO = Component(
    name="demo",
    module="prometheus_client",
    remedy="pip install 'obsdash[demo]'",
    port=8088,
    url="http://{address}/chaos",
    argv=("{bundle}/demo", "--listen", "{address}", "--log-dir", "{home}/logs"),
    additions=(
        Addition("redis-exporter", argv=("--redis", "{redis}")),
        Addition(
            "redis-exporter",
            absent=True,
            argv=("--simulate", "redis"),
            scrape=("simulated/redis.yml",),
        ),
        Addition(
            "mysqld-exporter",
            absent=True,
            argv=("--simulate", "mysql"),
            scrape=("simulated/mysql.yml",),
        ),
    ),
    ready="/",
    scrape=("demo.yml",),
    variables=(("OBSDASH_DEMO_KNOBS_URL", "http://{address}/chaos"),),
)

ALERTMANAGER = Component(
    name="alertmanager",
    programs=("prometheus-alertmanager", "alertmanager"),
    remedy="apt install prometheus-alertmanager",
    port=9093,
    url="http://{address}",
    argv=(
        "--config.file={home}/alertmanager.yml",
        "--storage.path={home}/data",
        "--web.listen-address={address}",
        "--cluster.listen-address=",
    ),
    ready="/-/ready",
    reload="/-/reload",
    scrape=("alertmanager.yml",),
    variables=(
        ("OBSDASH_DEMO_ALERTMANAGER_URL", "http://{address}"),
        ("OBSDASH_DEMO_ALERTMANAGER_CONFIG", "{home}/alertmanager.yml"),
        ("OBSDASH_DEMO_VARIABLES_ALERTMANAGER_URL", "http://{address}"),
    ),
)

GRAFANA = Component(
    name="grafana",
    programs=("grafana-server",),
    remedy="see https://grafana.com/grafana/download",
    port=3000,
    url="http://{address}",
    argv=(
        *("-homepath", "{share}"),
        "cfg:server.http_addr=127.0.0.1",
        "cfg:server.http_port={port}",
        "cfg:paths.data={home}/data",
        "cfg:paths.logs={home}/data/log",
        "cfg:paths.plugins={home}/data/plugins",
        "cfg:paths.provisioning={home}/provisioning",
        "cfg:security.admin_password=$__file{{{home}/password}}",
        "cfg:analytics.reporting_enabled=false",
        "cfg:analytics.check_for_updates=false",
        "cfg:analytics.check_for_plugin_updates=false",
    ),
    folders=tuple(
        f"provisioning/{name}"
        for name in (
            "access-control",
            "alerting",
            "dashboards",
            "datasources",
            "notifiers",
            "plugins",
        )
    ),
    password=True,
    ready="/api/health",
    scrape=("grafana.yml",),
    variables=(
        ("OBSDASH_DEMO_GRAFANA_URL", "http://{address}"),
        ("OBSDASH_DEMO_GRAFANA_USER", "admin"),
        ("OBSDASH_DEMO_GRAFANA_PASSWORD", '"$(cat {home}/password)"'),
        ("OBSDASH_DEMO_VARIABLES_GRAFANA_URL", "http://{address}"),
    ),
)

PROMETHEUS = Component(
    name="prometheus",
    programs=("prometheus",),
    remedy="apt install prometheus",
    port=9090,
    url="http://{address}",
    argv=(
        "--config.file={home}/prometheus.yml",
        "--storage.tsdb.path={home}/data",
        "--storage.tsdb.retention.time=15d",
        "--web.listen-address={address}",
        "--web.enable-lifecycle",
        "--web.enable-remote-write-receiver",
        "--enable-feature=exemplar-storage",
    ),
    folders=("rules",),
    ready="/-/ready",
    reload="/-/reload",
    scrape=("prometheus.yml",),
    variables=(
        ("OBSDASH_DEMO_PROMETHEUS_URL", "http://{address}"),
        ("OBSDASH_DEMO_PROMETHEUS_RULES", "{home}/rules"),
        ("OBSDASH_DEMO_VARIABLES_PROMETHEUS_URL", "http://{address}"),
    ),
)

# In starting order: who is watched or asked comes before who watches and asks.
MANIFEST = (REDIS, REDIS_EXPORTER, NODE_EXPORTER, DEMO, ALERTMANAGER, GRAFANA, PROMETHEUS)
