"""Rule files of Prometheus and Loki → a draft a group."""

from dataclasses import replace
from typing import Any

from obsdash.adapters.draft import Draft, Where, origin_in, text_of
from obsdash.errors import DefinitionError
from obsdash.resource import LOKI_RULE_GROUP, RULE_GROUP, Ref, Spec


def is_rule_file(document: Spec) -> bool:
    """Whether a document is a rule file; `groups:` may have all of them commented out."""
    return "groups" in document and isinstance(document["groups"] or [], list)


def is_group(document: Spec) -> bool:
    """Whether a document is one group of a rule file."""
    rules = document.get("rules")
    return bool(rules) and isinstance(rules, list) and all(map(_is_rule, rules))


def read_file(document: Spec, where: Where) -> list[Draft]:
    """Return a draft for each group."""
    return [
        replace(draft, inside=f"/groups/{index}")
        for index, group in enumerate(document["groups"] or ())
        for draft in read_group(group, where)
    ]


def read_group(group: Any, where: Where) -> list[Draft]:
    """Return the draft of one group; raises DefinitionError for what no server takes."""
    from obsdash.promql import NEWER, refusal  # 10 ms that only projects with rules pay

    origin = origin_in(group) or where.origin
    name = text_of(group, "name")
    if not name:
        raise DefinitionError("a rule group has no name", origin=origin, help='add "name"')
    if group.get("rules") is None:
        group = {**group, "rules": []}  # `rules:` with all of them commented out
    if not isinstance(group["rules"], list):
        raise DefinitionError(f"the rules of group {name!r} are not a list", origin=origin)
    for rule in group["rules"]:
        if not _is_rule(rule):
            raise DefinitionError(
                f"a rule of group {name!r} is neither an alert nor a record with an expr",
                origin=origin_in(rule) or origin,
            )
        if not where.loki and (reason := refusal(str(rule["expr"]))):
            raise DefinitionError(
                f"{rule.get('alert') or rule['record']!r} of group {name!r}: the expression is not"
                f" PromQL: {reason}",
                origin=origin_in(rule) or origin,
                help=NEWER,
            )
    kind = LOKI_RULE_GROUP if where.loki else RULE_GROUP
    return [Draft(Ref(kind, f"{where.namespace}/{name}"), group, origin)]


def _is_rule(rule: object) -> bool:
    return isinstance(rule, dict) and "expr" in rule and ("alert" in rule or "record" in rule)
