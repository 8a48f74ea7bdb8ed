"""YAML of one style: the same value always gives the same bytes, and reads well in a review.

It is read as the servers read it: `on`, `no`, `17:00` and `1_000` are texts, and so is whatever
stands for a label, `1.50`. (PyYAML knows YAML 1.1 only, for which these are truths and numbers.)
"""

import re
from collections.abc import Hashable
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


# What a server takes for a text, whatever it looks like: what stands at these keys, or in these.
_TEXTS = frozenset(("alert", "expr", "name", "record"))
_HOLD_TEXTS = frozenset(("annotations", "labels", "match", "match_re"))
# Where it takes `yes` for a truth.
_TRUTHS = frozenset(
    (
        *("continue", "disable_notifications", "editable", "enable_http2", "follow_redirects"),
        *("insecure_skip_verify", "isDefault", "require_tls", "send_resolved", "short"),
        *("short_fields", "update_alerts"),
    )
)
_TAG = "tag:yaml.org,2002:"


class Reader(_Loader):
    """A loader of YAML 1.2 that leaves labels and names as they are spelled."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (as PyYAML has it: filled below)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Return the value of a node; PyYAML's own way there takes four times as long."""
        if node.tag == f"{_TAG}str" and isinstance(node, yaml.ScalarNode):
            return node.value
        known = self.constructed_objects
        if node in known:
            return known[node]
        if node.tag == f"{_TAG}map" and isinstance(node, yaml.MappingNode):
            known[node] = self.construct_mapping(node)
        elif node.tag == f"{_TAG}seq" and isinstance(node, yaml.SequenceNode):
            known[node] = [self.construct_object(item) for item in node.value]
        else:
            return super().construct_object(node, deep)
        return known[node]

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping; called by the loader."""
        if isinstance(node, yaml.MappingNode):
            self.flatten_mapping(node)
            for key, value in node.value:
                if key.value in _TEXTS:
                    _as_text(value)
                elif key.value in _HOLD_TEXTS and isinstance(value, yaml.MappingNode):
                    for name, text in value.value:
                        _as_text(name)
                        _as_text(text)
                elif key.value in _TRUTHS and str(value.value).lower() in self.bool_values:
                    value.tag = f"{_TAG}bool"
        return super().construct_mapping(node, deep)


def _as_text(node: yaml.Node) -> None:
    if isinstance(node, yaml.ScalarNode) and node.tag not in (f"{_TAG}null", f"{_TAG}merge"):
        node.tag = f"{_TAG}str"


for _tag, _pattern, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?(?:0|[1-9][0-9]*|0[0-7]+)|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", "<<", "<"),
):
    Reader.add_implicit_resolver(f"{_TAG}{_tag}", re.compile(f"(?:{_pattern})$"), list(_first))


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
        return yaml.load(content, Loader=Reader)  # noqa: S506 (a safe loader)
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
    return dumper.represent_scalar(f"{_TAG}str", value, style=style)


_Dumper.add_representer(str, _text)
