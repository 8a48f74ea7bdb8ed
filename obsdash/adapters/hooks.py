"""Let the objects of grafanalib and the Foundation SDK remember where they were made.

Their classes get a `__new__` that asks for the place, as soon as a definition file imports them.
It stays there: CPython cannot take a `__new__` out of a class again. Outside a definition run it
does nothing.
"""

import importlib.abc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from obsdash.origin import copy_marks, remember_object

# By module, the classes whose instances (and those of their children) have a place of their own.
_CLASSES = {
    "grafanalib.core": ("AlertList", "Dashboard", "Panel", "Row", "Target", "Template"),
    "grafanalib.azuredataexplorer": ("AzureDataExplorerTarget",),
    "grafanalib.azuremonitor": (
        "AzureLogsTarget",
        "AzureMonitorMetricsTarget",
        "AzureResourceGraphTarget",
    ),
    "grafanalib.elasticsearch": ("ElasticsearchTarget",),
    "grafanalib.humio": ("HumioTarget",),
    "grafanalib.influxdb": ("InfluxDBTarget",),
    "grafanalib.opentsdb": ("OpenTSDBTarget",),
    "grafanalib.zabbix": ("ZabbixTarget", "ZabbixTriggersPanel"),
    "grafana_foundation_sdk.cog.variants": ("Dataquery",),
    "grafana_foundation_sdk.models.dashboard": (
        "AnnotationQuery",
        "Dashboard",
        "Panel",
        "RowPanel",
        "VariableModel",
    ),
}
HOOKED = frozenset(_CLASSES)


def hook(module: ModuleType) -> None:
    """Hook the classes of a loaded module."""
    for name in _CLASSES[module.__name__]:
        made: Any = getattr(module, name, None)
        if made is not None:
            made.__new__ = _new


def hooked_spec(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Find a library's module as without us, and hook it as soon as it is loaded."""
    spec = PathFinder.find_spec(name, path)
    if spec and spec.loader:
        spec.loader = _Hooking(spec.loader)
    return spec


class _Hooking(importlib.abc.Loader):
    """Loads a module as its own loader does, then hooks it."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        hook(module)


def _new(cls: type[Any], *_arguments: Any, **_keywords: Any) -> Any:
    made: Any = object.__new__(cls)
    frame = sys._getframe(1)
    original = frame.f_locals.get("inst") if frame.f_code.co_name == "evolve" else None
    if original is None:
        remember_object(made, frame)
    else:
        copy_marks(original, made)  # attr.evolve, by which `auto_panel_ids` copies each panel
    return made
