"""Where each resource has its file, and which names cannot be a file's."""

from collections.abc import Iterable, Iterator

from obsdash.disk.names import LONGEST, unusable
from obsdash.resource import (
    ALERT_RULE_GROUP,
    ALERTMANAGER,
    CONTACT_POINT,
    DASHBOARD,
    DATASOURCE,
    FOLDER,
    KINDS,
    LOKI_RULE_GROUP,
    MESSAGE_TEMPLATE,
    MUTE_TIMING,
    NOTIFICATION_POLICY,
    PROMETHEUS_RULE,
    RULE_GROUP,
    THANOS_RULE_GROUP,
    Ref,
    Resource,
)

DASHBOARDS = "grafana/dashboards"
DATASOURCES_FILE = "grafana/provisioning/datasources/obsdash.yaml"
PROVIDER_FILE = "grafana/provisioning/dashboards/obsdash.yaml"
ALERTING = "grafana/provisioning/alerting"
ALERTMANAGER_FILE = "alertmanager/alertmanager.yml"

# What Grafana's alerting reads: a file a kind.
ALERTING_FILES = {
    ALERT_RULE_GROUP: "obsdash-rules.yaml",
    MUTE_TIMING: "obsdash-mute-timings.yaml",
    MESSAGE_TEMPLATE: "obsdash-templates.yaml",
    CONTACT_POINT: "obsdash-contact-points.yaml",
    NOTIFICATION_POLICY: "obsdash-policies.yaml",
}

# Loki's ruler reads a folder a tenant; `fake` is the tenant when authentication is off.
RULES = {
    RULE_GROUP: "prometheus/rules",
    LOKI_RULE_GROUP: "loki/rules/fake",
    THANOS_RULE_GROUP: "thanos/rules",
}
OBJECTS = "kubernetes/prometheusrules"

# Where a resource of each kind may be, ours or not: a folder and the ending of the files in it.
PLACES = {
    DATASOURCE: ("grafana/provisioning/datasources", (".yaml", ".yml")),
    DASHBOARD: (DASHBOARDS, (".json",)),
    **{kind: (ALERTING, (f"/{name}",)) for kind, name in ALERTING_FILES.items()},
    RULE_GROUP: (RULES[RULE_GROUP], (".yml",)),
    LOKI_RULE_GROUP: (RULES[LOKI_RULE_GROUP], (".yml", ".yaml")),
    THANOS_RULE_GROUP: (RULES[THANOS_RULE_GROUP], (".yml",)),
    PROMETHEUS_RULE: (OBJECTS, (".yaml",)),
    ALERTMANAGER: ("alertmanager", ("/alertmanager.yml",)),
}

# Grafana makes one folder of a directory and cannot nest them: a path of titles becomes one title.
NESTING = " › "


def place(resource: Resource) -> str:
    """Return the path of a resource's file (for a folder: of its directory) in the target."""
    kind, uid = resource.ref.kind, resource.ref.uid
    if kind == FOLDER:
        return folder_place(uid)
    if kind == DASHBOARD:
        return f"{folder_place(resource.folder)}/{uid}.json"
    if kind == DATASOURCE:
        return DATASOURCES_FILE
    if kind in ALERTING_FILES:
        return f"{ALERTING}/{ALERTING_FILES[kind]}"
    if kind == ALERTMANAGER:
        return ALERTMANAGER_FILE
    if kind == PROMETHEUS_RULE:
        return f"{OBJECTS}/{uid}.yaml"
    return f"{RULES[kind]}/{_namespace(resource.ref)}.yml"


def folder_place(folder: str) -> str:
    """Return the directory of the dashboards in a folder."""
    return f"{DASHBOARDS}/{folder.replace('/', NESTING)}" if folder else DASHBOARDS


def folder_at(path: str) -> str:
    """Return the folder whose directory a path is."""
    return path[len(DASHBOARDS) + 1 :].replace(NESTING, "/")


def kind_at(path: str) -> str:
    """Return the kind of the resources in a file, "" when the path is none of ours."""
    for kind in KINDS:
        folder, endings = PLACES.get(kind, ("", ()))
        if folder and path.startswith(f"{folder}/") and path.endswith(endings):
            return kind
    return ""


def stem(path: str) -> str:
    """Return a file's name without its ending: a dashboard's uid, a namespace."""
    return path.rpartition("/")[2].rpartition(".")[0]


def refusals(wanted: Iterable[Resource]) -> dict[Ref, str]:
    """Return the resources that have no place on a file system, with the reason."""
    seen: dict[str, str] = {}
    found = {}
    for resource in sorted(wanted, key=lambda resource: (_folder(resource), resource.ref)):
        if reason := next(_bad_names(resource), "") or _clash(resource, seen):
            found[resource.ref] = reason
    return found


def _bad_names(resource: Resource) -> Iterator[str]:
    for what, name in _names(resource):
        if reason := unusable(name):
            yield f"the {what} {name!r} cannot be the name of a file: {reason}"
    folder = _folder(resource)
    if NESTING in folder:
        yield f"a folder cannot be called {folder!r}: {NESTING!r} stands for nested folders"
    if folder.casefold() == "general":
        yield f"a folder cannot be called {folder}: Grafana calls its root so"
    if len(folder_place(folder).encode(errors="replace")) > LONGEST:
        yield f"the titles of the folder {folder!r} are too long for the name of a file"


def _names(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield each name in a resource's path, and what it is."""
    folder = _folder(resource)
    for title in folder.split("/") if folder else ():
        yield "folder title", title
    if resource.ref.kind == DASHBOARD:
        yield "uid", resource.ref.uid
    elif resource.ref.kind in RULES:
        yield "namespace", _namespace(resource.ref)


def _folder(resource: Resource) -> str:
    return resource.ref.uid if resource.ref.kind == FOLDER else resource.folder


def _clash(resource: Resource, seen: dict[str, str]) -> str:
    for own in (folder_place(_folder(resource)), place(resource)):
        other = seen.setdefault(own.casefold(), own)
        if other != own:
            return f"some file systems take {own} and {other} for the same"
    return ""


def _namespace(ref: Ref) -> str:
    return ref.uid.partition("/")[0]


def dashboards_by_uid(files: Iterable[str]) -> dict[str, list[str]]:
    """Return the files of each dashboard: two when it is on its way to another folder."""
    found: dict[str, list[str]] = {}
    for path in files:
        if kind_at(path) == DASHBOARD:
            found.setdefault(stem(path), []).append(path)
    return found
