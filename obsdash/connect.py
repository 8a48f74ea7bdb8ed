"""From a target's configuration to the target, and to its server. A further target is one case."""

import os
from typing import TYPE_CHECKING, assert_never

from obsdash import secrets
from obsdash.config.model import (
    AlertmanagerConfig,
    Config,
    DirectoryConfig,
    GrafanaConfig,
    PrometheusConfig,
    RulerConfig,
    ServerConfig,
    TargetConfig,
    TlsConfig,
)
from obsdash.project.files import outside_of_definitions
from obsdash.target import Target

if TYPE_CHECKING:
    from obsdash.http import Auth, Client, Tls


def connect(config: Config, target: TargetConfig, *, adopt: bool = False) -> Target:
    """Return a target; nothing is contacted yet. Secrets are resolved here."""
    match target:
        case DirectoryConfig():
            return _directory(config, target)
        case GrafanaConfig():
            return _grafana(config, target, adopt=adopt)
        case PrometheusConfig():
            return _prometheus(config, target)
        case AlertmanagerConfig(config=""):
            return _mimir_alertmanager(config, target, adopt=adopt)
        case AlertmanagerConfig():
            return _alertmanager(config, target, adopt=adopt)
        case RulerConfig():
            return _ruler(config, target)
        case _:
            assert_never(target)


def _directory(config: Config, target: DirectoryConfig) -> Target:
    from obsdash.directory import DirectoryTarget

    folder = outside_of_definitions(config.root, config.root / target.path)
    rules = target.rule_files(config.project)
    return DirectoryTarget(folder, mount=target.mount or None, rules=rules)


def _grafana(config: Config, target: GrafanaConfig, *, adopt: bool) -> Target:
    from obsdash.grafana import GrafanaTarget

    return GrafanaTarget(
        target.url,
        project=config.project,
        auth=_auth(target),
        tls=_tls(config, target.tls),
        org=target.org or None,
        rules=target.rules.managed(config.project) if target.rules else None,
        routing=target.routing,
        secrets=_resolved,
        adopt=adopt,
    )


def _prometheus(config: Config, target: PrometheusConfig) -> Target:
    from obsdash.prometheus import PrometheusTarget

    return PrometheusTarget(
        target.url,
        outside_of_definitions(config.root, config.root / target.rules),
        replicas=target.replicas,
        prefix=f"obsdash-{config.project}-",
        auth=_auth(target),
        tls=_tls(config, target.tls),
    )


def _mimir_alertmanager(config: Config, target: AlertmanagerConfig, *, adopt: bool) -> Target:
    from obsdash.alertmanager import MimirAlertmanagerTarget

    return MimirAlertmanagerTarget(
        target.url,
        project=config.project,
        secrets=_resolved,
        tenant=target.tenant,
        templates=config.root / target.templates if target.templates else None,
        adopt=adopt,
        auth=_auth(target),
        tls=_tls(config, target.tls),
    )


def _alertmanager(config: Config, target: AlertmanagerConfig, *, adopt: bool) -> Target:
    from obsdash.alertmanager import AlertmanagerTarget

    return AlertmanagerTarget(
        target.url,
        outside_of_definitions(config.root, config.root / target.config),
        project=config.project,
        replicas=target.replicas,
        adopt=adopt,
        auth=_auth(target),
        tls=_tls(config, target.tls),
    )


def _ruler(config: Config, target: RulerConfig) -> Target:
    from obsdash.ruler import RulerTarget

    return RulerTarget(
        target.url,
        prefix=target.prefix or f"obsdash-{config.project}-",
        flavour=target.flavour,
        tenant=target.tenant,
        datasource=target.datasource,
        auth=_auth(target),
        tls=_tls(config, target.tls),
    )


def client(
    config: Config,
    server: ServerConfig,
    *,
    path: str = "",
    timeout: float,
    product: str,
) -> "Client":
    """Return a client of a target's server, for paths below `path`. Secrets are resolved here."""
    from obsdash.http import Client

    org = server.org if isinstance(server, GrafanaConfig) else 0
    return Client(
        server.url + path,
        auth=_auth(server),
        tls=_tls(config, server.tls),
        headers={"X-Grafana-Org-Id": str(org)} if org else {},
        timeout=timeout,
        product=product,
    )


def _resolved(reference: str) -> str:
    return secrets.resolve(reference, os.environ)


def _auth(target: ServerConfig) -> "Auth | None":
    from obsdash.http import Auth

    if target.token:
        return Auth(token=_resolved(target.token))
    if target.user:
        return Auth(user=target.user, password=_resolved(target.password))
    return None


def _tls(config: Config, tls: TlsConfig) -> "Tls":
    from obsdash.http import Tls

    place = {
        name: str(config.root / value) if value else None
        for name, value in (("ca", tls.ca), ("cert", tls.cert), ("key", tls.key))
    }
    return Tls(**place, verify=tls.verify)
