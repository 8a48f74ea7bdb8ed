"""Groups of Grafana-managed rules as Grafana's provisioning files write them.

Such a file spells some keys, durations and the links to a panel in another way than the API does.
"""

from typing import Any

from obsdash.disk.expanding import escaped, plain
from obsdash.durations import format_duration, milliseconds
from obsdash.resource import Spec

# A file's key → the API's.
_KEYS = {
    "keepFiringFor": "keep_firing_for",
    "missing_series_evals_to_resolve": "missingSeriesEvalsToResolve",
}
_QUERY_KEYS = {"datasourceUID": "datasourceUid"}  # the API takes either, and shows the second
_RECORD_KEYS = {"targetDatasourceUid": "target_datasource_uid"}
_LINKS = {"dashboardUid": "__dashboardUid__", "panelId": "__panelId__"}
_INTERVAL = "1m"
_VERBATIM = {"annotations", "data"}  # of a rule, Grafana expands no `$` in these
_DEFAULTS = {"noDataState": "NoData", "execErrState": "Alerting"}


def from_file(written: Spec) -> tuple[str, Spec]:
    """Return a group's folder, and the group as the API has it; raises ValueError."""
    group = {key: value if key == "rules" else plain(value) for key, value in written.items()}
    if not (isinstance(group.get("name"), str) and isinstance(group.get("folder"), str)):
        raise ValueError("a group has a name and a folder")
    interval = group.get("interval") or _INTERVAL
    if isinstance(interval, str):
        length = milliseconds(interval)
        if not length or length % 1000:
            raise ValueError(f"the interval {interval!r} is no duration of whole seconds")
        interval = length // 1000
    rules = [_rule_from_file(rule) for rule in group.get("rules") or ()]
    spec = {"name": group["name"], "interval": interval, "rules": rules}
    return group["folder"].strip("/"), spec


def to_file(group: Spec, folder: str) -> Spec:
    """Return a group, with its folder, as a file has it; `$$` is a `$` that nothing expands."""
    return {
        "orgId": 1,
        "name": escaped(group["name"]),
        "folder": escaped(folder),
        "interval": format_duration(group["interval"] * 1000),
        "rules": [_rule_to_file(rule) for rule in group["rules"]],
    }


def _rule_from_file(rule: Spec) -> Spec:
    read = {key: value if key in _VERBATIM else plain(value) for key, value in rule.items()}
    found = _renamed({k: v for k, v in read.items() if k not in _LINKS}, _KEYS)
    links = {name: str(rule[key]) for key, name in _LINKS.items() if rule.get(key)}
    if links:
        found["annotations"] = {**(found.get("annotations") or {}), **links}
    if isinstance(found.get("data"), list):
        found["data"] = [_query(query) for query in found["data"]]
    if found.get("record"):
        return {**found, "record": _renamed(found["record"], _RECORD_KEYS)}
    return {**_DEFAULTS, **found}


def _query(query: Any) -> Any:
    return _renamed(query, _QUERY_KEYS) if isinstance(query, dict) else query


def _rule_to_file(rule: Spec) -> Spec:
    written = _renamed(rule, {api: file for file, api in _KEYS.items()})
    if written.get("record"):
        names = {api: file for file, api in _RECORD_KEYS.items()}
        written["record"] = _renamed(written["record"], names)
    return {key: value if key in _VERBATIM else escaped(value) for key, value in written.items()}


def _renamed(document: Spec, names: dict[str, str]) -> Spec:
    return {names.get(key, key): value for key, value in document.items()}
