"""What Grafana's editor leaves out on save, because what it edits has no such setting."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from obsdash.diff.dashboard.defaults import DASHBOARD, PANELS
from obsdash.diff.dashboard.fields import FIELDS, drops
from obsdash.diff.leaf import Leaf
from obsdash.diff.leaves import same
from obsdash.diff.missing import MISSING
from obsdash.diff.scope import Editor, Part, Scope
from obsdash.migration.lift import version_of
from obsdash.migration.reading import each_panel, inner, objects, text

# What a dashboard has, in any version; the editor saves nothing else.
_DASHBOARD = frozenset(
    (
        *DASHBOARD,
        *("annotations", "description", "gnetId", "id", "links", "panels", "refresh", "revision"),
        *("schemaVersion", "snapshot", "tags", "templating", "time", "timepicker", "title", "uid"),
        *("autoUpdate", "version"),
    )
)
# What older dashboards had.
_FORMER = frozenset(
    (
        *("hideControls", "rows", "sharedCrosshair", "nav", "pulldowns", "services"),
        *("originalTitle", "overwrite", "__elements", "__inputs", "__requires"),
    )
)


def editor(live: Mapping[str, Any], desired: Mapping[str, Any]) -> Editor:
    """Return whose editor saved a live dashboard: of an older Grafana, or not."""
    if version_of(desired):
        older = version_of(live) < version_of(desired)
    else:  # a definition need not say its schema
        older = () != _plugins(live) < _plugins(desired)
    return Editor.OLDER if older else Editor.SAME


def _plugins(dashboard: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the newest version that a panel's plugin says it is of."""
    panels = each_panel(dict(dashboard))
    return max((_numbers(text(panel.get("pluginVersion"))) for panel in panels), default=())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version.partition("-")[0])[:3]))


def is_new(part: Any, scope: Scope) -> bool:
    """Whether an older editor cannot keep a variable, as it knows no such type."""
    if scope.part is not Part.VARIABLE or scope.editor is not Editor.OLDER:
        return False
    return part.get("type") in ("groupby", "snapshot", "switch")


def dropped(leaf: Leaf, scope: Scope) -> bool:
    """Whether the editor lost it: what it saved has no such setting, the definition says it."""
    if scope.part is Part.DASHBOARD:
        return leaf.before is MISSING and _gone(leaf.path, scope)
    if scope.part is not Part.PANEL or scope.editor is Editor.NONE:
        return False
    return leaf.path[0] == "fieldConfig" and _lost(leaf, scope) and _unknown(leaf, scope)


def _gone(path: Sequence[str], scope: Scope) -> bool:
    if path[0] in _FORMER:
        return True
    if scope.editor is Editor.NONE:
        return False
    return path[0] not in _DASHBOARD or (path[0] == "templating" and path[-1] != "list")


def _lost(leaf: Leaf, scope: Scope) -> bool:
    """Whether it is not there, or was not and then got its default."""
    known = PANELS.get(str(scope.after.get("type")), {})
    dotted = ".".join(leaf.path)
    return leaf.before is MISSING or (dotted in known and same(known[dotted], leaf.before))


def _unknown(leaf: Leaf, scope: Scope) -> bool:
    """Whether the panel's plugin has no such field setting, and drops it therefore."""
    plugin, older = str(scope.after.get("type")), scope.editor is Editor.OLDER
    if plugin not in FIELDS:  # not installed where the live side was saved: it lost them all
        config = inner(scope.before, "fieldConfig")
        return leaf.before is MISSING and not (config.get("defaults") or config.get("overrides"))
    paths = _settings(leaf)
    return bool(paths) and all(drops(plugin, path, older=older) for path in paths)


def _settings(leaf: Leaf) -> list[Sequence[str]]:
    """Return the paths of the field settings that a leaf is about."""
    below, name = leaf.path[1:2], leaf.path[2:]
    if below == ("defaults",) and name:
        return [name]
    if below != ("overrides",):
        return []
    if name[1:2] == ("properties",) and name[2:]:
        return [name[2].partition(" #")[0].split(".")]
    rules = objects([leaf.after])
    return [
        str(one.get("id")).split(".") for rule in rules for one in objects(rule.get("properties"))
    ]
