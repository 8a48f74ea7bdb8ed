"""Rule groups as Prometheus shows them, and as a rule file defines them."""

from collections.abc import Mapping
from typing import Any

from obsdash.durations import format_duration, milliseconds
from obsdash.promql import canonical, parse_error
from obsdash.resource import Spec
from obsdash.spelling import text_of


def definition(shown: Mapping[str, Any], interval: int) -> Spec:
    """Return the definition of a group of `GET /api/v1/rules`.

    interval: the global evaluation interval in milliseconds, which a definition need not repeat.
    """
    group: Spec = {"name": shown["name"]}
    own = _milliseconds(shown.get("interval", 0))
    if own != interval:
        group["interval"] = format_duration(own)
    if shown.get("limit"):
        group["limit"] = shown["limit"]
    return group | {"rules": [_rule(rule) for rule in shown.get("rules", ())]}


def loads_as(wanted: Spec, loaded: Spec, interval: int) -> bool:
    """Whether a group, once loaded, shows as another one that was read from the API.

    The API shows neither query_offset nor which labels are the group's.
    """
    ours, theirs = wanted.get("rules") or [], loaded.get("rules") or []
    return (
        _interval(wanted, interval) == _interval(loaded, interval)
        and (wanted.get("limit") or 0) == (loaded.get("limit") or 0)
        and len(ours) == len(theirs)
        and all(
            _same(rule, other, wanted.get("labels") or {})
            for rule, other in zip(ours, theirs, strict=True)
        )
    )


def _rule(shown: Mapping[str, Any]) -> Spec:
    kind = "record" if shown.get("type") == "recording" else "alert"
    rule: Spec = {kind: shown["name"], "expr": shown["query"]}
    for key, name in (("for", "duration"), ("keep_firing_for", "keepFiringFor")):
        if shown.get(name):
            rule[key] = format_duration(_milliseconds(shown[name]))
    for key in ("labels", "annotations"):
        if shown.get(key):
            rule[key] = dict(shown[key])
    return rule


def _same(rule: Spec, shown: Spec, common: Mapping[str, Any]) -> bool:
    labels = {**common, **(rule.get("labels") or {})}
    return (
        rule.get("alert") == shown.get("alert")
        and rule.get("record") == shown.get("record")
        and _length(rule.get("for")) == _length(shown.get("for"))
        and _length(rule.get("keep_firing_for")) == _length(shown.get("keep_firing_for"))
        and _texts(labels) == _texts(shown.get("labels"))
        and _texts(rule.get("annotations")) == _texts(shown.get("annotations"))
        and _same_expression(str(rule.get("expr")), str(shown.get("expr")))
    )


def _same_expression(ours: str, theirs: str) -> bool:
    """Compare two spellings; what is newer than our parser is taken for the same."""
    if ours == theirs or (mine := canonical(ours)) == theirs or mine == canonical(theirs):
        return True
    return bool(parse_error(ours) or parse_error(theirs))


def _interval(group: Spec, default: int) -> int:
    return _length(group.get("interval")) or default


def _length(duration: Any) -> int | None:
    """Return milliseconds; an absent duration is none at all."""
    return milliseconds(str(duration)) if duration else 0


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return labels or annotations as the texts that Prometheus makes of them."""
    return {name: text_of(value) for name, value in (values or {}).items()}
