"""What Grafana replaces in its provisioning files: `$NAME`, `$__env{NAME}`, `$__file{PATH}`."""

from typing import Any

_SCHEMES = ("env", "file")


def placeholder(reference: str) -> str:
    """Return what Grafana replaces by the secret: `env:NAME` → `$__env{NAME}`."""
    scheme, _, place = reference.partition(":")
    return f"$__{scheme}{{{place}}}"


def reference(placeholder: str) -> str:
    """Return the reference again; anything else, a literal secret say, becomes no reference."""
    for scheme in _SCHEMES:
        if placeholder.startswith(f"$__{scheme}{{") and placeholder.endswith("}"):
            return f"{scheme}:{placeholder[len(scheme) + 4 : -1]}"
    return ""


def escaped(value: Any) -> Any:
    """Keep Grafana from expanding a `$`; it leaves keys alone."""
    return _in_texts(value, "$", "$$")


def plain(value: Any) -> Any:
    """Return what Grafana makes of an escaped value."""
    return _in_texts(value, "$$", "$")


def _in_texts(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {key: _in_texts(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_texts(item, old, new) for item in value]
    return value
