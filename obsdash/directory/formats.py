"""What the files say: resources ↔ bytes, one format a kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import orjson

from obsdash.directory import notifications
from obsdash.directory.layout import folder_at, kind_at, stem
from obsdash.disk import alertrules, rules, yaml
from obsdash.disk.expanding import escaped, placeholder, plain, reference
from obsdash.resource import (
    ALERT_RULE_GROUP,
    ALERTMANAGER,
    DASHBOARD,
    DATASOURCE,
    LOKI_RULE_GROUP,
    PROMETHEUS_RULE,
    RULE_GROUP,
    THANOS_RULE_GROUP,
    Ref,
    Resource,
    Spec,
    alert_group_ref,
)

_JSON = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True)
class Format:
    """How the files of a kind are written and read.

    several: whether a file may hold several resources.
    encode: all resources of one file → its bytes.
    decode: a file's path and bytes → its resources; raises ValueError for a damaged one.
    """

    several: bool
    encode: Callable[[Sequence[Resource]], bytes]
    decode: Callable[[str, bytes], list[Resource]]


def encode(path: str, resources: Sequence[Resource]) -> bytes:
    """Return the bytes of the file that holds these resources, whatever order they come in."""
    return FORMATS[kind_at(path)].encode(resources)


def decode(path: str, content: bytes) -> list[Resource]:
    """Return the resources in a file; raises ValueError when it is damaged."""
    return FORMATS[kind_at(path)].decode(path, content)


def provider(folder: str) -> bytes:
    """Return Grafana's provisioning file that makes it read the dashboards in `folder`."""
    return yaml.dump(
        {
            "apiVersion": 1,
            "providers": [
                {
                    "name": "obsdash",
                    "type": "file",
                    "allowUiUpdates": False,
                    "disableDeletion": False,
                    "updateIntervalSeconds": 10,
                    "options": {"path": escaped(folder), "foldersFromFilesStructure": True},
                }
            ],
        }
    )


def _encode_dashboard(resources: Sequence[Resource]) -> bytes:
    return orjson.dumps(resources[0].spec, option=_JSON)


def _decode_dashboard(path: str, content: bytes) -> list[Resource]:
    spec = orjson.loads(content)
    if not isinstance(spec, dict):
        raise ValueError("a dashboard is a JSON object")
    folder = folder_at(str(PurePosixPath(path).parent))
    return [Resource(Ref(DASHBOARD, stem(path)), spec, folder)]


def _encode_datasources(resources: Sequence[Resource]) -> bytes:
    ordered = sorted(resources, key=lambda resource: resource.ref)
    return yaml.dump(
        {"apiVersion": 1, "prune": True, "datasources": [_provisioned(one) for one in ordered]}
    )


def _provisioned(resource: Resource) -> Spec:
    secrets = {name: placeholder(ref) for name, ref in resource.secrets.items() if ref}
    hidden = {"secureJsonData": secrets} if secrets else {}
    return {**escaped(resource.spec), "uid": escaped(resource.ref.uid), "editable": False, **hidden}


def _decode_datasources(_: str, content: bytes) -> list[Resource]:
    document = yaml.load(content) or {}
    found = document.get("datasources") if isinstance(document, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError("datasources is a list of objects")
    return [_data_source(one) for one in found]


def _data_source(written: Spec) -> Resource:
    spec = {k: v for k, v in plain(written).items() if k not in ("editable", "secureJsonData")}
    hidden = written.get("secureJsonData")
    secrets = hidden if isinstance(hidden, dict) else {}
    return Resource(
        Ref(DATASOURCE, str(spec.get("uid") or spec.get("name", ""))),
        spec,
        secrets={name: reference(str(value)) for name, value in secrets.items()},
    )


def _encode_groups(resources: Sequence[Resource]) -> bytes:
    return rules.encode_groups(resource.spec for resource in resources)


def _groups_decoder(kind: str) -> Callable[[str, bytes], list[Resource]]:
    def decode_groups(path: str, content: bytes) -> list[Resource]:
        return [
            Resource(Ref(kind, f"{stem(path)}/{group['name']}"), group)
            for group in rules.decode_groups(content)
        ]

    return decode_groups


def _encode_alert_rules(resources: Sequence[Resource]) -> bytes:
    ordered = sorted(resources, key=lambda resource: resource.ref)
    groups = [alertrules.to_file(one.spec, one.folder) for one in ordered]
    return yaml.dump({"apiVersion": 1, "groups": groups})


def _decode_alert_rules(_: str, content: bytes) -> list[Resource]:
    document = yaml.load(content) or {}
    groups = document.get("groups") if isinstance(document, dict) else None
    if not isinstance(groups, list) or not all(isinstance(one, dict) for one in groups):
        raise ValueError("groups is a list of objects")
    return [_alert_rules(one) for one in groups]


def _alert_rules(written: Spec) -> Resource:
    folder, spec = alertrules.from_file(written)
    return Resource(alert_group_ref(folder, spec["name"]), spec, folder)


def _notifications(kind: str) -> Format:
    """Return the format of a kind of notification objects."""

    def encode_all(resources: Sequence[Resource]) -> bytes:
        ordered = sorted(resources, key=lambda resource: resource.ref)
        return yaml.dump(notifications.to_file(kind, ordered))

    def decode_all(_: str, content: bytes) -> list[Resource]:
        return notifications.from_file(kind, _mapping(content))

    return Format(True, encode_all, decode_all)


def _encode_document(resources: Sequence[Resource]) -> bytes:
    return yaml.dump(resources[0].spec)


def _decode_alertmanager(_: str, content: bytes) -> list[Resource]:
    return [Resource(Ref(ALERTMANAGER, "main"), _mapping(content))]


def _decode_object(path: str, content: bytes) -> list[Resource]:
    return [Resource(Ref(PROMETHEUS_RULE, stem(path)), _mapping(content))]


def _mapping(content: bytes) -> Spec:
    document = yaml.load(content)
    if not isinstance(document, dict):
        raise ValueError("the document is a mapping")
    return document


FORMATS = {
    **{kind: _notifications(kind) for kind in notifications.SHAPES},
    DASHBOARD: Format(False, _encode_dashboard, _decode_dashboard),
    DATASOURCE: Format(True, _encode_datasources, _decode_datasources),
    ALERT_RULE_GROUP: Format(True, _encode_alert_rules, _decode_alert_rules),
    RULE_GROUP: Format(True, _encode_groups, _groups_decoder(RULE_GROUP)),
    LOKI_RULE_GROUP: Format(True, _encode_groups, _groups_decoder(LOKI_RULE_GROUP)),
    THANOS_RULE_GROUP: Format(True, _encode_groups, _groups_decoder(THANOS_RULE_GROUP)),
    PROMETHEUS_RULE: Format(False, _encode_document, _decode_object),
    ALERTMANAGER: Format(False, _encode_document, _decode_alertmanager),
}
