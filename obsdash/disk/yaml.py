"""YAML of one style: the same value always gives the same bytes, and reads well in a review."""

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml import SafeDumper as _Base
    from yaml import SafeLoader as _Loader
else:
    _Base = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # libyaml: six times as fast
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Text that PyYAML would write bare and another reader of YAML would take for a number or a truth.
_AMBIGUOUS = re.compile(
    r"[-+]?(0[xob][0-9a-f_]+|[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|\.[0-9_]+(e[-+]?[0-9]+)?)|[yn]",
    re.IGNORECASE,
)

# What a reader looks for first comes first; the rest is sorted.
_FIRST = (
    "apiVersion", "prune", "global", "templates", "name", "alert", "record", "expr", "for",
    "keep_firing_for", "interval", "limit", "query_offset", "uid", "type", "url", "receiver",
    "labels", "annotations", "route", "matchers", "inhibit_rules", "receivers", "rules",
)  # fmt: skip
_RANK = {key: (rank, "") for rank, key in enumerate(_FIRST)}


class _Dumper(_Base):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True  # a shared dict is written out twice, not as &id001


def dump(value: Any) -> bytes:
    """Encode plain JSON, keys in a fixed order whatever order they come in."""
    text: str = yaml.dump(
        _ordered(value),
        Dumper=_Dumper,
        sort_keys=False,
        width=1_000_000,
        allow_unicode=True,
        default_flow_style=False,
    )
    return text.encode()


def load(content: bytes) -> Any:
    """Decode one document; raises ValueError saying what is wrong and where."""
    try:
        return yaml.load(content, Loader=_Loader)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"{error.problem}{line}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"it is not YAML: {error}") from error


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=_rank)}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _rank(key: Any) -> tuple[int, str]:
    return _RANK.get(key, (len(_FIRST), str(key)))


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = None
    if "\n" in value and value[0] not in " \n" and not value.endswith("\n\n"):
        style = "|"
    elif _AMBIGUOUS.fullmatch(value):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
