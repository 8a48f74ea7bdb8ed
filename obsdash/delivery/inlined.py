"""A routing for an Alertmanager that reads no files: a Mimir's, a Cortex'."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from obsdash.diff.routing.withheld import filled, withheld, without_secrets
from obsdash.resource import Resource

TEMPLATE_FILES = "template_files"  # name → text, beside the configuration's own keys
_FILE = "_file"


def inlined(routing: Resource, templates: Mapping[str, str]) -> Resource:
    """Return a routing whose secrets stand in it, `<secret>` in the place of each.

    `api_url_file` becomes `api_url`; `secrets` of the result is place → reference. Templates come
    along. What names a file that is no secret of the routing stays as it is.
    """
    spec: dict[str, Any] = _inlined(routing.spec, routing.secrets)
    places = withheld(spec)
    references = {*routing.secrets.values()}
    secrets = {place: value for place, value in places.items() if value in references}
    if templates:
        spec = {**spec, "templates": sorted(templates), TEMPLATE_FILES: dict(templates)}
    return replace(routing, spec=without_secrets(spec), secrets=secrets)


def revealed(spec: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration as it is sent. values: place → secret."""
    return filled({key: value for key, value in spec.items() if key != TEMPLATE_FILES}, values)


def _inlined(value: Any, secrets: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_inlined(one, secrets) for one in value]
    if not isinstance(value, dict):
        return value
    return dict(_entry(key, inner, secrets) for key, inner in value.items())


def _entry(key: str, value: Any, secrets: Mapping[str, str]) -> tuple[str, Any]:
    if key.endswith(_FILE) and isinstance(value, str) and value in secrets:
        return key.removesuffix(_FILE), secrets[value]
    return key, _inlined(value, secrets)
