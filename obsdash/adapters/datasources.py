"""Data sources, as Grafana's API or its provisioning files spell them → drafts."""

import os
import re
from dataclasses import replace
from typing import Any

from obsdash.adapters.dashboards import checked_uid
from obsdash.adapters.draft import Draft, Where, origin_in, text_of
from obsdash.errors import ConfigError, DefinitionError
from obsdash.origin import Origin
from obsdash.resource import DATASOURCE, Ref, Spec
from obsdash.secrets import check

# Read from the server, or meaningful in a provisioning file only.
_NOT_SENT = ("id", "orgId", "version", "readOnly", "editable", "typeLogoUrl", "typeName")
_PLAIN_SECRETS = ("password", "basicAuthPassword")
_PASSWORD_IN_URL = re.compile(r"://[^/@:]*:[^/@]+@")

# How Grafana's provisioning files refer to the environment; `$$` stands for `$`.
_ENVIRONMENT = re.compile(r"\$\$|\$__env\{(\w+)\}|\$\{(\w+)\}|\$(\w+)")
_WHOLE = re.compile(r"\$__env\{(\w+)\}|\$\{(\w+)\}|\$(\w+)")
_FILE = re.compile(r"\$__file\{(.+)\}")


def is_provisioning(document: Spec) -> bool:
    """Whether a document is a provisioning file."""
    return isinstance(document.get("datasources"), list)


def is_datasource(document: Spec) -> bool:
    """Whether a document is one data source."""
    named = isinstance(document.get("type"), str) and isinstance(document.get("name"), str)
    return named and ("access" in document or "url" in document or "jsonData" in document)


def read_provisioning(document: Spec, where: Where) -> list[Draft]:
    """Return a draft for each data source of a provisioning file."""
    return [
        replace(_provisioned(item, where), inside=f"/datasources/{index}")
        for index, item in enumerate(document["datasources"])
    ]


def read(document: Spec, where: Where) -> list[Draft]:
    """Return the draft of one data source as the API takes it."""
    origin = origin_in(document) or where.origin
    what = f'data source "{text_of(document, "name")}"'
    given = document.get("secureJsonData") or {}
    try:
        secrets = {name: check(value, f"{what}: {name}") for name, value in given.items()}
    except ConfigError as error:
        raise DefinitionError(error.message, origin=origin, help=error.help) from None
    return [_draft(document, secrets, what, origin)]


def _provisioned(document: Any, where: Where) -> Draft:
    origin = origin_in(document) or where.origin
    if not isinstance(document, dict) or not text_of(document, "name"):
        raise DefinitionError("a data source has no name", origin=origin, help='add "name"')
    given = document.get("secureJsonData") or {}
    rest = {key: value for key, value in document.items() if key != "secureJsonData"}
    document = _expanded(rest, origin)
    document["secureJsonData"] = {name: _reference(value) for name, value in given.items()}
    return read(document, where)[0]


def _reference(value: Any) -> Any:
    """Return Grafana's way to name a secret as ours; anything else as it is."""
    text = value if isinstance(value, str) else ""
    if match := _WHOLE.fullmatch(text):
        return f"env:{match[match.lastindex or 0]}"
    if match := _FILE.fullmatch(text):
        return f"file:{match[1]}"
    return value


def _expanded(value: Any, origin: Origin) -> Any:
    """Replace environment variables as Grafana does when it reads a provisioning file."""
    if isinstance(value, dict):
        return {key: _expanded(item, origin) for key, item in value.items()}
    if isinstance(value, list):
        return [_expanded(item, origin) for item in value]
    if isinstance(value, str) and "$" in value:
        return _ENVIRONMENT.sub(lambda match: _variable(match, origin), value)
    return value


def _variable(match: re.Match[str], origin: Origin) -> str:
    if match.lastindex is None:
        return "$"
    name = match[match.lastindex]
    if name not in os.environ:
        raise DefinitionError(
            f"the environment variable {name} is not set",
            origin=origin,
            help=f"export {name}=…, or write $$ for a plain dollar sign",
        )
    return os.environ[name]


def _draft(document: Spec, secrets: dict[str, str], what: str, origin: Origin) -> Draft:
    if not text_of(document, "type"):
        raise DefinitionError(f"{what} has no type", origin=origin, help='add "type"')
    for key in _PLAIN_SECRETS:
        if document.get(key):
            raise DefinitionError(
                f"{what}: {key} is a secret in plain sight",
                origin=origin,
                help=f'move it to secureJsonData as {key} = "env:NAME"',
            )
    if _PASSWORD_IN_URL.search(text_of(document, "url")):
        raise DefinitionError(
            f"{what}: the url holds a password",
            origin=origin,
            help="use basicAuthUser, and basicAuthPassword in secureJsonData",
        )
    uid = checked_uid(document.get("uid"), what, origin)
    left_out = {*_NOT_SENT, *_PLAIN_SECRETS, "secureJsonData", "secureJsonFields"}
    spec = {key: value for key, value in document.items() if key not in left_out}
    return Draft(Ref(DATASOURCE, uid), {"access": "proxy", **spec}, origin, secrets=secrets)
