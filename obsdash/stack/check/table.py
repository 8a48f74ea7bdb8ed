"""Which program judges which file, as one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """A service's file and the command that judges it.

    argv: may name `{file}`, `{folder}` (its folder) and `{bundle}`; both are absolute.
    """

    service: str
    file: str  # in the stack's folder
    programs: tuple[tuple[str, ...], ...] = ()  # the first whose first word is on PATH
    argv: tuple[str, ...] = ()
    proof: str = ""  # what its --version says, where another program has the same name
    environment: Mapping[str, str] = field(default_factory=dict)


_FILLED = {
    "GRAFANA_DOMAIN": "grafana.example.com",
    "KEYCLOAK_DOMAIN": "login.example.com",
    "DEFAULT_URL": "https://grafana.example.com/",
    "REDIS_EXTERNAL_URL": "rediss://redis.example.com:6379",
    "ADMIN_NETWORKS": "private_ranges",
}
_COMPOSE = (("docker", "compose"), ("docker-compose",))


def _compose(env: str) -> Check:
    files = ("--file", "{bundle}/compose.yaml", "--file", "{file}")
    settings = ("--env-file", "{bundle}/versions.env", "--env-file", "{bundle}/.env.example")
    argv = (*files, *settings, "--profile", "*", "config", "--quiet")
    return Check(f"compose {env}", f"compose.{env}.yaml", _COMPOSE, argv, environment=_FILLED)


CHECKS = (
    Check("prometheus", "prometheus/prometheus.yml", (("promtool",),), ("check", "config")),
    Check(
        "alertmanager",
        "alertmanager/alertmanager.yml",
        (("amtool",),),
        ("check-config", "{file}"),
    ),
    Check(
        "loki",
        "loki/loki.yaml",
        (("loki",),),
        ("-verify-config", "-config.expand-env=true", "-config.file={file}"),
        proof="loki, version",
    ),
    Check(
        "tempo",
        "tempo/tempo.yaml",
        (("tempo",),),
        ("-config.verify=true", "-config.expand-env=true", "-config.file={file}"),
    ),
    Check("alloy", "alloy/config.alloy", (("alloy",),), ("validate", "{folder}")),
    Check(
        "promtail",
        "promtail/promtail.yml",
        (("promtail",),),
        ("-check-syntax", "-config.file={file}"),
    ),
    Check(
        "otel-collector",
        "otel-collector/otel-collector.yml",
        (("otelcol-contrib",), ("otelcol",)),
        ("validate", "--config={file}"),
    ),
    Check("jaeger", "jaeger/jaeger.yaml", (("jaeger",),), ("validate", "--config={file}")),
    Check(
        "proxy",
        "proxy/Caddyfile",
        (("caddy",),),
        ("adapt", "--adapter", "caddyfile", "--config", "{file}"),
        environment=_FILLED,
    ),
    Check("keycloak", "keycloak/realm.json"),
    _compose("dev"),
    _compose("prod"),
)
