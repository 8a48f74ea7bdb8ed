"""Prometheus' configuration for the components that run, at the addresses they got."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

# Short enough that rates and alerts live within half a minute; a machine of one's own bears it.
INTERVAL = "5s"
_SERVICE = re.compile(r"[a-z][a-z0-9-]*:\d+")


def prometheus_config(
    bundle: Path, simulated: Iterable[str], addresses: Mapping[str, str]
) -> dict[str, Any]:
    """Return one configuration without `scrape_config_files`, which Prometheus < 2.43 lacks.

    It has the jobs of scrape.d whose services run, and those of the files `simulated`;
    `addresses` maps `SERVICE:PORT` to where it really is.
    """
    folder = bundle / "prometheus"
    config: dict[str, Any] = _read(folder / "prometheus.yml")
    del config["scrape_config_files"]
    config["global"] |= {"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL}
    config["alerting"]["alertmanagers"] = [
        manager for manager in config["alerting"]["alertmanagers"] if _placed(manager, addresses)
    ]
    scrape = folder / "scrape.d"
    files = [*sorted(scrape.glob("*.yml")), *(scrape / name for name in simulated)]
    config["scrape_configs"] = [
        job for file in files for job in _read(file)["scrape_configs"] if _placed(job, addresses)
    ]
    return config


def services_of(file: Path) -> set[str]:
    """Return the names of the services that a file of scrape.d scrapes or asks."""
    texts = [text for job in _read(file)["scrape_configs"] for text in _addresses(job)]
    return {text.partition(":")[0] for text in texts}


def _addresses(job: Mapping[str, Any]) -> list[str]:
    """Return where a job goes: the address it relabels to, else its targets."""
    asked = _asked(job)
    if asked:
        return [each["replacement"] for each in asked]
    return [target for group in job.get("static_configs", []) for target in group["targets"]]


def _asked(job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the relabelings by which a job asks one exporter about many targets."""
    return [
        each
        for each in job.get("relabel_configs", [])
        if each.get("target_label") == "__address__"
        and _SERVICE.fullmatch(each.get("replacement", ""))
    ]


def _placed(job: Mapping[str, Any], addresses: Mapping[str, str]) -> bool:
    """Put real addresses into a job; False when nothing of what it scrapes runs."""
    asked = _asked(job)
    if any(each["replacement"] not in addresses for each in asked):
        return False
    for each in asked:
        each["replacement"] = addresses[each["replacement"]]
    if asked:
        return True
    groups = job.get("static_configs", [])
    for group in groups:
        group["targets"] = [addresses[name] for name in group["targets"] if name in addresses]
    return any(group["targets"] for group in groups) or not groups


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
