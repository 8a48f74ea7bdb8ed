"""Which rules a server has, where, and whose: the one list that every version has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from obsdash.grafana.ownership import rule_owner
from obsdash.grafana.site import Site
from obsdash.grafana.transport import Json
from obsdash.resource import Ref, alert_group_ref

_OURS = "api"  # the provenance of what is written over the provisioning API
_PLUGIN = "__grafana_origin"  # a label


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule as the list shows it; owner: the project in its mark, "" without."""

    uid: str
    title: str
    folder: str  # path
    group: str
    owner: str = ""
    provenance: str = ""
    plugin: str = ""

    def is_made_by(self, project: str) -> bool:
        """Whether a project made it: a copy that a person made has the mark, not the provenance."""
        return self.owner == project and self.provenance == _OURS

    @property
    def locked(self) -> str:
        """Return why nobody but its maker may write it, "" when others may."""
        if self.provenance == "file":
            return "Grafana provisions it from a file: change it there, or remove it there first"
        if self.provenance == "converted_prometheus":
            return "it was imported through Grafana's Prometheus import: remove it there first"
        if self.plugin:
            return f"it belongs to {self.plugin}"
        return ""


def list_rules(site: Site) -> Mapping[Ref, list[Listed]]:
    """Return the rules of each group."""
    answer = site.api.get("ruler", "grafana", "api", "v1", "rules")
    found: dict[Ref, list[Listed]] = {}
    for title, groups in (answer or {}).items():
        for rule in _rules(site, title, groups):
            found.setdefault(alert_group_ref(rule.folder, rule.group), []).append(rule)
    return found


def _rules(site: Site, title: str, groups: Json) -> Iterator[Listed]:
    for group in groups:
        for rule in group["rules"]:
            body = rule["grafana_alert"]
            yield Listed(
                uid=body["uid"],
                title=body["title"],
                folder=site.folders.path(body["namespace_uid"]) or title,
                group=group["name"],
                owner=rule_owner(rule.get("annotations") or {}),
                provenance=body.get("provenance") or "",
                plugin=(rule.get("labels") or {}).get(_PLUGIN, ""),
            )
