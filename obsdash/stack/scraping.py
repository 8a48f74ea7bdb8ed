"""Prometheus' configuration for the components that run, at the addresses they got."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

# Short enough that rates and alerts live within half a minute; a machine of one's own bears it.
INTERVAL = "5s"


def prometheus_config(
    bundle: Path, scrape: Iterable[str], addresses: Mapping[str, str]
) -> dict[str, Any]:
    """Return one configuration without `scrape_config_files`, which Prometheus < 2.43 lacks.

    `scrape` names files of `scrape.d`; `addresses` maps `SERVICE:PORT` to where it really is.
    """
    folder = bundle / "prometheus"
    config: dict[str, Any] = _read(folder / "prometheus.yml")
    del config["scrape_config_files"]
    config["global"] |= {"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL}
    config["alerting"]["alertmanagers"] = [
        manager for manager in config["alerting"]["alertmanagers"] if _placed(manager, addresses)
    ]
    config["scrape_configs"] = [
        job
        for name in scrape
        for job in _read(folder / "scrape.d" / name)["scrape_configs"]
        if _placed(job, addresses)
    ]
    return config


def _placed(job: Mapping[str, Any], addresses: Mapping[str, str]) -> bool:
    """Replace the targets of a job by their addresses; False when there is none left."""
    for group in job["static_configs"]:
        group["targets"] = [addresses[name] for name in group["targets"] if name in addresses]
    return any(group["targets"] for group in job["static_configs"])


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
