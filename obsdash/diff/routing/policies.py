"""One spelling of Grafana's notification policies, mute timings and message templates."""

import re
from collections.abc import Mapping
from typing import Any

from obsdash.diff.routing.routing import Matcher, parsed, respelled
from obsdash.durations import format_duration, milliseconds

_DURATIONS = ("group_wait", "group_interval", "repeat_interval")
_OWN = "object_matchers"
_MATCHERS = (_OWN, "matchers", "match", "match_re")
_TRIPLE = ("label", "operator", "value")
_SERVER_SIDE = ("provenance", "version")
_DEFINE = re.compile(r"\{\{\s*define")  # what Grafana looks for


def one_tree(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree of policies in one spelling, every policy with the receiver that it inherits.

    Matchers become sorted `object_matchers`. What is not of a policy's shape stays as it is.
    """
    return _policy(tree, "")


def _policy(policy: Mapping[str, Any], inherited: Any) -> dict[str, Any]:
    receiver = policy.get("receiver") or inherited
    found = {"receiver": receiver}
    for key, value in policy.items():
        if key not in ("receiver", *_SERVER_SIDE) and _says_something(value):
            found[key] = _spelled(key, value, receiver)
    matchers = matchers_of(policy)
    if matchers is not None:
        found = {key: value for key, value in found.items() if key not in _MATCHERS}
        if matchers:
            found[_OWN] = sorted(map(list, matchers))
    return found


def _says_something(value: Any) -> bool:
    return value not in (None, False, "", [], {})


def _spelled(key: str, value: Any, receiver: Any) -> Any:
    if key in _DURATIONS and isinstance(value, str):
        length = milliseconds(value)
        return value if length is None else format_duration(length)
    if not isinstance(value, list):
        return value
    if key == "group_by":
        return sorted(value, key=str)
    if key == "routes":
        return [_policy(one, receiver) if isinstance(one, dict) else one for one in value]
    return value


def matchers_of(route: Mapping[str, Any]) -> list[Matcher] | None:
    """Return all matchers of a route, None when one is none."""
    own, texts = route.get(_OWN) or [], route.get("matchers") or []
    equal, regex = route.get("match") or {}, route.get("match_re") or {}
    if not (isinstance(own, list) and isinstance(texts, list)):
        return None
    if not (isinstance(equal, dict) and isinstance(regex, dict) and all(map(_is_triple, own))):
        return None
    found = [(str(name), str(is_), str(value)) for name, is_, value in own]
    for text in texts:
        some = parsed(str(text))
        if some is None:
            return None
        found += some
    found += [(name, "=", str(value)) for name, value in equal.items()]
    found += [(name, "=~", str(value)) for name, value in regex.items()]
    return list(dict.fromkeys(found))


def _is_triple(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == len(_TRIPLE)


def one_timing(timing: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mute timing in one spelling: months as numbers, a range of one as that one."""
    spelled = respelled({"mute_time_intervals": [dict(timing)]})["mute_time_intervals"][0]
    intervals = spelled.get("time_intervals")
    if isinstance(intervals, list):
        intervals = [_interval(one) if isinstance(one, dict) else one for one in intervals]
    return {"name": timing.get("name", ""), "time_intervals": intervals or []}


def _interval(interval: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _ranges(value) for key, value in interval.items() if _says_something(value)}


def _ranges(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [_range(one) if isinstance(one, str) else one for one in value]


def _range(text: str) -> str:
    first, colon, last = text.partition(":")
    return first if colon and first == last else text


def one_template(name: str, text: str) -> str:
    """Return a template as Grafana stores it: trimmed, what defines nothing as the one named so."""
    trimmed = text.strip()
    if _DEFINE.search(trimmed):
        return trimmed
    body = "\n".join(f"  {line}" for line in trimmed.split("\n"))
    return f'{{{{ define "{name}" }}}}\n{body}\n{{{{ end }}}}'
