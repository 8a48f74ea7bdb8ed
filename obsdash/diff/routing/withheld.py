"""Where an Alertmanager configuration holds secrets, and what it looks like without them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from obsdash.diff.routing.integrations import SECRET

# Names of secrets end so in every integration; `…_file` names the place of one instead.
_NAMES = re.compile(r"(password|secrets?|token|token_id|credentials|_key|webhook_url)$|^key$")
_WEBHOOK = ("webhook_configs", "url")
_ADDRESSES = {_WEBHOOK, ("slack_configs", "api_url"), ("global", "slack_api_url")}
_OPEN = {("victorops_configs", "routing_key")}
# What is below these has names that users choose.
_CHOSEN = {"custom_fields", "details", "fields", "headers", "labels", "match", "match_re"}


def withheld(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the secrets: place (`receivers[mail].email_configs[0].auth_password`) → value."""
    return {_spelled(path): value for path, value in _walk(config, ()) if _is_secret(path)}


def in_plain_sight(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the places of secrets that a definition should only name the file of.

    The address of a webhook may be one, but need not.
    """
    for path, _ in _walk(config, ()):
        if _is_secret(path) and _keys(path)[-2:] != _WEBHOOK:
            yield _spelled(path)


def without_secrets(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration as an Alertmanager shows it."""
    hidden: dict[str, Any] = _hidden(config, ())
    return hidden


def filled(config: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Return a configuration with other values in some places."""
    new: dict[str, Any] = _filled(config, (), values)
    return new


def _filled(value: Any, path: tuple[str, ...], values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return values.get(_spelled(path), value)
    inner = [_filled(one, (*path, step), values) for step, one in _steps(value)]
    if isinstance(value, dict):
        return dict(zip(value, inner, strict=True))
    return inner if isinstance(value, list) else value


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for step, inner in _steps(value):
        yield from _walk(inner, (*path, step))
    if isinstance(value, str) and value:
        yield path, value


def _hidden(value: Any, path: tuple[str, ...]) -> Any:
    if isinstance(value, str) and value and _is_secret(path):
        return SECRET
    inner = [_hidden(one, (*path, step)) for step, one in _steps(value)]
    if isinstance(value, dict):
        return dict(zip(value, inner, strict=True))
    return inner if isinstance(value, list) else value


def _steps(value: Any) -> list[tuple[str, Any]]:
    """Return what is in an object or a list, with its name."""
    if isinstance(value, dict):
        return [(str(key), inner) for key, inner in value.items()]
    items = value if isinstance(value, list) else []
    names = [item.get("name") if isinstance(item, dict) else None for item in items]
    return [(f"[{name or index}]", items[index]) for index, name in enumerate(names)]


def _is_secret(path: tuple[str, ...]) -> bool:
    keys = _keys(path)
    if not keys or keys[-2:] in _OPEN or not _CHOSEN.isdisjoint(keys):
        return False
    return keys[-2:] in _ADDRESSES or _NAMES.search(keys[-1]) is not None


def _keys(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the steps that are keys of objects: what an item is called says nothing of it."""
    return tuple(step for step in path if not step.startswith("["))


def _spelled(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[", "[")
