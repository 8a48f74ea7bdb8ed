"""What a configuration holds. Secrets are references here and stay so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from obsdash.delivery.rulefiles import RuleFiles
from obsdash.errors import ConfigError
from obsdash.origin import Origin
from obsdash.resource import Environment
from obsdash.words import nearest

if TYPE_CHECKING:
    from obsdash.delivery.alertrules import ManagedRules


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """How a server's certificate is checked, and our own; paths relative to the project."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class DirectoryConfig:
    """A folder; `mount` is where the servers that read it see it.

    rules_for: the readers that rules are written for. metadata: `namespace` and `labels` of
    PrometheusRules. partial_response: Thanos' strategy, its own default when empty. rules: where
    Grafana keeps those it evaluates. routing_for: the readers that routing is written for.
    """

    path: str
    mount: str = ""
    rules_for: tuple[str, ...] = ("prometheus",)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    partial_response: str = ""
    rules: "ManagedRulesConfig | None" = None
    routing_for: tuple[str, ...] = ("alertmanager",)

    def rule_files(self, project: str) -> RuleFiles:
        """Return in which files rules are wanted."""
        return RuleFiles(
            outputs=self.rules_for,
            project=project,
            namespace=self.metadata.get("namespace", ""),
            labels=self.metadata.get("labels", {}),
            partial_response=self.partial_response,
            managed=self.rules.managed(project) if self.rules else None,
            routing=self.routing_for,
        )


@dataclass(frozen=True, slots=True)
class ManagedRulesConfig:
    """Where a Grafana keeps the rules that it evaluates itself, and on which data sources."""

    folder: str
    prometheus: str = ""
    loki: str = ""
    records: bool = True
    records_to: str = ""

    def managed(self, project: str) -> "ManagedRules":
        """Return how the rules of a project become Grafana's own."""
        from obsdash.delivery.alertrules import ManagedRules

        return ManagedRules(
            project,
            self.folder,
            prometheus=self.prometheus,
            loki=self.loki,
            records=self.records,
            records_to=self.records_to,
        )


@dataclass(frozen=True, slots=True)
class GrafanaConfig:
    """A Grafana over HTTP; `token`, or `user` and `password`. Without `rules` it takes none.

    routing: whether it takes the project's routing, and all its policies are the project's.
    """

    url: str
    token: str = ""
    user: str = ""
    password: str = ""
    org: int = 0
    rules: ManagedRulesConfig | None = None
    routing: bool = False
    tls: TlsConfig = field(default_factory=TlsConfig)


@dataclass(frozen=True, slots=True)
class PrometheusConfig:
    """A Prometheus, and the folder its rule files are in; `replicas` read the same folder."""

    url: str
    rules: str
    replicas: tuple[str, ...] = ()
    token: str = ""
    user: str = ""
    password: str = ""
    tls: TlsConfig = field(default_factory=TlsConfig)


@dataclass(frozen=True, slots=True)
class AlertmanagerConfig:
    """An Alertmanager, and the file that it and its `replicas` read; a tenant's without a file.

    Without `config` it is the Alertmanager of a Mimir or Cortex; templates: a folder of its own.
    """

    url: str
    config: str = ""
    replicas: tuple[str, ...] = ()
    tenant: str = ""
    templates: str = ""
    token: str = ""
    user: str = ""
    password: str = ""
    tls: TlsConfig = field(default_factory=TlsConfig)


@dataclass(frozen=True, slots=True)
class RulerConfig:
    """A Mimir, Cortex or Loki, or a Grafana that converts rules; `prefix` of our namespaces.

    flavour: which of the four, found out when empty. datasource: the uid that Grafana queries.
    """

    url: str
    flavour: str = ""
    tenant: str = ""
    prefix: str = ""
    datasource: str = ""
    token: str = ""
    user: str = ""
    password: str = ""
    tls: TlsConfig = field(default_factory=TlsConfig)


ServerConfig = AlertmanagerConfig | GrafanaConfig | PrometheusConfig | RulerConfig
TargetConfig = DirectoryConfig | ServerConfig


@dataclass(frozen=True, slots=True)
class EnvironmentConfig:
    """One environment: its variables, where it is delivered, where its queries run."""

    name: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[TargetConfig, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)  # data source uid or type → URL

    @property
    def environment(self) -> Environment:
        """Return what definition functions receive."""
        return Environment(self.name, self.variables)


@dataclass(frozen=True, slots=True)
class Config:
    """A project's configuration, complete and checked."""

    root: Path
    project: str
    default_env: str
    environments: Mapping[str, EnvironmentConfig]
    modernise_off: frozenset[str] = frozenset()
    origin: Origin | None = None

    def environment(self, name: str | None) -> EnvironmentConfig:
        """Return an environment by name, the default one for None."""
        wanted = self.default_env if name is None else name
        if found := self.environments.get(wanted):
            return found
        known = ", ".join(sorted(self.environments))
        raise ConfigError(
            f"there is no environment {wanted!r}{nearest(wanted, self.environments)}",
            origin=self.origin,
            help=f"environments: {known}" if known else f"add [tool.obsdash.env.{wanted}]",
        )
