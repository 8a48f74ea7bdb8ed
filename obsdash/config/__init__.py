"""`[tool.obsdash]` and the process environment, as environments and targets."""

from obsdash.config.load import find_root, load_config
from obsdash.config.model import (
    AlertmanagerConfig,
    Config,
    DirectoryConfig,
    EnvironmentConfig,
    GrafanaConfig,
    PrometheusConfig,
    RulerConfig,
    TargetConfig,
)

__all__ = [
    "AlertmanagerConfig",
    "Config",
    "DirectoryConfig",
    "EnvironmentConfig",
    "GrafanaConfig",
    "PrometheusConfig",
    "RulerConfig",
    "TargetConfig",
    "find_root",
    "load_config",
]
