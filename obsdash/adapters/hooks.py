"""Let the objects of grafanalib and the Foundation SDK remember where they were made.

Their classes get a `__new__` that asks for the place, as soon as a definition file imports them.
It stays there: CPython cannot take a `__new__` out of a class again. Outside a definition run it
does nothing.
"""

import importlib.abc
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from obsdash.adapters.modernise.identity import Ids
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


class Hooks(importlib.abc.MetaPathFinder):
    """Finds the libraries' modules as without us, and hooks them as soon as they are loaded."""

    def __init__(self, *, stable_ids: bool) -> None:
        self._stable_ids = stable_ids
        self._original: tuple[Any, Any] | None = None  # Dashboard, its own auto_panel_ids

    def __enter__(self) -> None:
        sys.meta_path.insert(0, self)
        for name in _CLASSES.keys() & sys.modules.keys():
            self.hook(sys.modules[name])

    def __exit__(self, *_error: object) -> None:
        sys.meta_path.remove(self)
        if self._original:
            dashboard, method = self._original
            dashboard.auto_panel_ids = method

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module that is to be hooked; None for everything else."""
        spec = PathFinder.find_spec(fullname, path) if fullname in _CLASSES else None
        if spec and spec.loader:
            spec.loader = _Hooking(spec.loader, self.hook)
        return spec

    def hook(self, module: ModuleType) -> None:
        """Hook the classes of a loaded module."""
        for name in _CLASSES[module.__name__]:
            made: Any = getattr(module, name, None)
            if made is not None:
                made.__new__ = _new
        if module.__name__ == "grafanalib.core" and self._stable_ids:
            self._original = module.Dashboard, module.Dashboard.auto_panel_ids
            module.Dashboard.auto_panel_ids = _auto_panel_ids


class _Hooking(importlib.abc.Loader):
    """Loads a module as its own loader does, then hooks it."""

    def __init__(self, loader: importlib.abc.Loader, hook: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._hook = hook

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._hook(module)


def _new(cls: type[Any], *_arguments: Any, **_keywords: Any) -> Any:
    made: Any = object.__new__(cls)
    frame = sys._getframe(1)
    original = frame.f_locals.get("inst") if frame.f_code.co_name == "evolve" else None
    if isinstance(original, cls):
        copy_marks(original, made)  # attr.evolve copies an object to change it
    else:
        remember_object(made, frame)
    return made


def _auto_panel_ids(dashboard: Any) -> Any:
    """Give panels without an id one of their title, where grafanalib would count them through.

    Counted ids all change when a panel is inserted. Like grafanalib's own, it returns a new
    dashboard; it leaves dicts to the modernise pass, where grafanalib's fails.
    """
    ids = Ids(filter(None, map(_id, dashboard._iter_panels())))

    def numbered(panel: Any) -> Any:
        if isinstance(panel, dict):
            return panel
        inside = getattr(panel, "panels", None)
        changes: dict[str, Any] = {"panels": list(map(numbered, inside))} if inside else {}
        if not panel.id:
            changes["id"] = ids.give(panel.title, _kind(panel))
        return _copy(panel, **changes) if changes else panel

    return _copy(
        dashboard,
        panels=list(map(numbered, dashboard.panels)),
        rows=[_copy(row, panels=list(map(numbered, row.panels))) for row in dashboard.rows],
    )


def _id(panel: Any) -> Any:
    return panel.get("id") if isinstance(panel, dict) else panel.id


def _copy(thing: Any, **changes: Any) -> Any:
    copy: Any = object.__new__(type(thing))
    copy.__dict__ = thing.__dict__ | changes  # its marks too
    return copy


def _kind(panel: Any) -> Any:
    """Return the type as far as an id depends on it: to ask each panel for its JSON takes long."""
    if hasattr(panel, "collapsed"):
        return "row"
    return "" if panel.title else panel.to_json_data().get("type")
