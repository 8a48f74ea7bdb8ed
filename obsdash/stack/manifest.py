"""Every component of the native stack, as one table.

Texts in `argv`, `url` and `variables` may name `{address}`, `{port}`, `{home}` (the
component's own folder), `{share}` (where its program keeps its files), `{bundle}` (the stack's
files), `{build}` (what `obsdash build` writes), the address of any other component by its name, `-`
written as `_`, and that of a further port as `{name_PORT}`.
"""

from obsdash.stack.component import Addition, Component

EXPORTERS, LOGS, TRACES, LEGACY = "exporters", "logs", "traces", "legacy"

REDIS = Component(
    name="redis",
    profile="demo",
    programs=("redis-server",),
    remedy="apt install redis-server",
    port=6379,
    url="redis://{address}",
    argv=(
        *("--bind", "127.0.0.1", "--port", "{port}", "--dir", "{home}"),
        *("--save", "", "--appendonly", "no"),
        *("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"),
    ),
    variables=(("VARIABLES_REDIS_URL", "redis://{address}"),),
)

REDIS_EXPORTER = Component(
    name="redis-exporter",
    profile=EXPORTERS,
    programs=("prometheus-redis-exporter", "redis_exporter"),
    remedy="apt install prometheus-redis-exporter",
    needs=("redis",),
    port=9121,
    url="http://{address}/metrics",
    argv=("--redis.addr=redis://{redis}", "--web.listen-address={address}"),
    ready="/health",
)

NODE_EXPORTER = Component(
    name="node-exporter",
    profile=EXPORTERS,
    programs=("prometheus-node-exporter", "node_exporter"),
    remedy="apt install prometheus-node-exporter",
    port=9100,
    url="http://{address}/metrics",
    argv=("--web.listen-address={address}",),
    ready="/",
)

PUSHGATEWAY = Component(
    name="pushgateway",
    keeps=("data",),
    profile=EXPORTERS,
    programs=("prometheus-pushgateway", "pushgateway"),
    remedy="apt install prometheus-pushgateway",
    port=9091,
    url="http://{address}",
    argv=(
        "--web.listen-address={address}",
        "--persistence.file={home}/data/metrics",
        "--persistence.interval=1m",
    ),
    folders=("data",),
    ready="/-/ready",
)

MYSQLD_EXPORTER = Component(
    name="mysqld-exporter",
    profile="databases",
    programs=("prometheus-mysqld-exporter", "mysqld_exporter"),
    remedy="apt install prometheus-mysqld-exporter",
    settings=("MYSQLD_EXPORTER_MY_CNF",),
    port=9104,
    url="http://{address}/metrics",
    argv=("--config.my-cnf={MYSQLD_EXPORTER_MY_CNF}", "--web.listen-address={address}"),
    ready="/",
)

POSTGRES_EXPORTER = Component(
    name="postgres-exporter",
    profile="databases",
    programs=("prometheus-postgres-exporter", "postgres_exporter"),
    remedy="apt install prometheus-postgres-exporter",
    settings=("DATA_SOURCE_URI", "DATA_SOURCE_USER", "DATA_SOURCE_PASS_FILE"),
    port=9187,
    url="http://{address}/metrics",
    argv=("--web.listen-address={address}",),  # it reads the settings itself
    ready="/",
)

LOKI = Component(
    name="loki",
    keeps=("data",),
    profile=LOGS,
    programs=("loki",),
    proof="loki, version",  # Debian's loki is about genes
    remedy="see https://grafana.com/docs/loki/latest/setup/install/local/",
    port=3100,
    ports={9096: 9096},
    url="http://{address}",
    argv=(
        "-config.file={home}/loki.yaml",
        "-config.expand-env=true",
        "-server.http-listen-address=127.0.0.1",
        "-server.http-listen-port={port}",
        "-server.grpc-listen-address=127.0.0.1",
        "-server.grpc-listen-port={port_9096}",
        "-ruler.storage.local.directory={build}/loki/rules",
        "-ingester.min-ready-duration=0s",
    ),
    files=("loki/loki.yaml",),
    paths={"/loki": "data"},
    folders=("data",),
    ready="/ready",
    variables=(
        ("VARIABLES_LOKI_URL", "http://{address}"),
        ("QUERY_LOKI", "http://{address}"),
    ),
)

TEMPO = Component(
    name="tempo",
    keeps=("data",),
    profile=TRACES,
    programs=("tempo",),
    remedy="see https://grafana.com/docs/tempo/latest/setup/linux/",
    port=3200,
    # Alloy, where programs send to, has the well-known ports.
    ports={9095: 19095, 4317: 14317, 4318: 14318, 9411: 19411, 14268: 24268, 14250: 24250},
    url="http://{address}",
    argv=(
        "-config.file={home}/tempo.yaml",
        "-config.expand-env=true",
        "-server.http-listen-port={port}",
        "-server.grpc-listen-port={port_9095}",
    ),
    files=("tempo/tempo.yaml",),
    paths={"/var/tempo": "data"},
    folders=("data",),
    ready="/ready",
    variables=(("VARIABLES_TEMPO_URL", "http://{address}"),),
)

ALLOY = Component(
    name="alloy",
    profile=TRACES,
    programs=("alloy",),
    remedy="see https://grafana.com/docs/alloy/latest/set-up/install/linux/",
    port=12345,
    ports={4317: 4317, 4318: 4318, 9411: 9411, 14268: 14268},
    url="http://{address}",
    argv=(
        "run",
        "--server.http.listen-addr={address}",
        "--storage.path={home}/data",
        "--disable-reporting",
        "{home}",
    ),
    files=("alloy/config.alloy", "alloy/traces.alloy"),
    folders=("data",),
    ready="/-/ready",
    reload="/-/reload",
)

JAEGER = Component(
    name="jaeger",
    profile=LEGACY,
    programs=("jaeger",),
    remedy="see https://www.jaegertracing.io/download/",
    port=16686,
    ports={4317: 24317, 4318: 24318, 13133: 13133, 16685: 16685, 8888: 18888},
    url="http://{address}",
    argv=("--config={home}/jaeger.yaml",),
    files=("jaeger/jaeger.yaml",),
    ready="/",
    variables=(("VARIABLES_JAEGER_URL", "http://{address}"),),
)

OTEL_COLLECTOR = Component(
    name="otel-collector",
    profile=LEGACY,
    programs=("otelcol-contrib", "otelcol"),
    remedy="see https://opentelemetry.io/docs/collector/installation/",
    port=13133,
    ports={4317: 34317, 4318: 34318, 8888: 8888},
    url="http://{address}",
    argv=("--config={home}/otel-collector.yml",),
    files=("otel-collector/otel-collector.yml",),
    ready="/",
)

DEMO = Component(
    name="demo",
    profile="demo",
    module="prometheus_client",
    remedy="pip install 'obsdash[demo]'",
    port=8088,
    url="http://{address}/chaos",
    argv=("-B", "{bundle}/demo", "--listen", "{address}", "--log-dir", "{home}/logs"),
    additions=(
        Addition("loki", argv=("--loki", "http://{loki}")),
        Addition("alloy", argv=("--otlp", "http://{alloy_4318}")),
        Addition("tempo", unless="alloy", argv=("--otlp", "http://{tempo_4318}")),
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
    variables=(("KNOBS_URL", "http://{address}/chaos"),),
)

ALERTMANAGER = Component(
    name="alertmanager",
    keeps=("data", "alertmanager.yml"),
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
    variables=(
        ("ALERTMANAGER_URL", "http://{address}"),
        ("ALERTMANAGER_CONFIG", "{home}/alertmanager.yml"),
        ("VARIABLES_ALERTMANAGER_URL", "http://{address}"),
    ),
)

GRAFANA = Component(
    name="grafana",
    keeps=("data", "password"),
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
    variables=(
        ("GRAFANA_URL", "http://{address}"),
        ("GRAFANA_USER", "admin"),
        ("VARIABLES_GRAFANA_URL", "http://{address}"),
    ),
    secret_files=(("GRAFANA_PASSWORD", "password"),),
)

PROMETHEUS = Component(
    name="prometheus",
    keeps=("data", "rules"),
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
    variables=(
        ("PROMETHEUS_URL", "http://{address}"),
        ("PROMETHEUS_RULES", "{home}/rules"),
        ("VARIABLES_PROMETHEUS_URL", "http://{address}"),
    ),
)

# In starting order: who is watched or asked comes before who watches and asks.
MANIFEST = (
    REDIS,
    REDIS_EXPORTER,
    NODE_EXPORTER,
    PUSHGATEWAY,
    MYSQLD_EXPORTER,
    POSTGRES_EXPORTER,
    LOKI,
    TEMPO,
    JAEGER,
    OTEL_COLLECTOR,
    ALLOY,
    DEMO,
    ALERTMANAGER,
    GRAFANA,
    PROMETHEUS,
)

# As in compose.yaml; of some, only containers have services.
PROFILES = (
    *("core", LOGS, TRACES, EXPORTERS, "demo", "databases"),
    *(LEGACY, "jaeger", "sso", "jvm", "gitlab"),
)
USUAL = ("core", LOGS, TRACES, EXPORTERS, "demo")  # of a dev stack
