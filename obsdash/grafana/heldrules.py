"""The rules of a group as a server holds them, and back. What an older one lacks stands here.

`held` makes what is written, `shown` what is read. Where a server cannot hold what is wanted and
nothing is lost by it (the order of rules, two equal titles, when an alert ends), `shown` gives the
wanted form back; what would be lost is found by `unheld` before anything is written.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsdash.grafana.ownership import marked_rule, unmarked_rule
from obsdash.grafana.server import Server
from obsdash.resource import Resource, Spec

_SERVER_SIDE = frozenset({"id", "orgID", "folderUID", "ruleGroup", "updated", "provenance"})
_ENDS_AT_ONCE = "missingSeriesEvalsToResolve"

# A rule is always written in full: what is left out of a group, Grafana fills in from what it has.
_FULL: Spec = {"isPaused": False, "for": "0s", "labels": {}, "annotations": {}}


def held(group: Spec, server: Server, project: str) -> list[Spec]:
    """Return a group's rules as they are written, with the project's mark."""
    titles = _titles(group, server)
    return [
        marked_rule({**_FULL, **_condition(rule), **rule, "title": titles[rule["uid"]]}, project)
        for rule in group["rules"]
    ]


def _condition(rule: Spec) -> Spec:
    """Return a condition for a recording rule: up to 12.2 there has to be one, whatever it says."""
    return {"condition": rule["record"]["from"]} if rule.get("record") else {}


def shown(group: Spec, like: Spec, server: Server) -> Spec:
    """Return a group as it was read, without what is the server's own, in the shape of another."""
    wanted = {rule["uid"]: rule for rule in like["rules"]}
    titles = _titles(like, server)
    rules = []
    for answer in group["rules"]:
        rule = {key: value for key, value in answer.items() if key not in _SERVER_SIDE}
        rule = unmarked_rule(rule, wanted.get(rule["uid"], {}))
        if same := wanted.get(rule["uid"]):
            if rule["title"] == titles[rule["uid"]]:
                rule["title"] = same["title"]
            if not server.ends_with_series and _ENDS_AT_ONCE in same:
                rule[_ENDS_AT_ONCE] = same[_ENDS_AT_ONCE]
        rules.append(rule)
    if not server.whole_rule_groups:
        rules = _in_order(rules, [*wanted])
    return {**group, "rules": rules}


def unheld(group: Resource, server: Server) -> Iterator[str]:
    """Yield what a server cannot hold of a group."""
    for index, rule in enumerate(group.spec["rules"]):
        what = f"{rule['title']!r} in {place(group, index)}"
        if rule.get("record") and not server.recording_rules:
            yield (
                f"{server} has no recording rules (12.1 has), and {what} is one:"
                " records = false leaves them to Prometheus"
            )
        if rule.get("keep_firing_for") and not server.keeps_firing:
            yield f"{server} has no keep_firing_for (12.0 has), which {what} sets"


def renamed(group: Resource, server: Server) -> Iterator[str]:
    """Yield which rules a server holds under other titles; alerts are routed by them."""
    titles = _titles(group.spec, server)
    found: dict[str, list[int]] = {}
    for index, rule in enumerate(group.spec["rules"]):
        if titles[rule["uid"]] != rule["title"]:
            found.setdefault(rule["title"], []).append(index)
    for title, places in found.items():
        others = ", ".join(repr(titles[group.spec["rules"][index]["uid"]]) for index in places)
        yield (
            f"{place(group, places[0])}: {server} allows a title once in a folder, so further"
            f" alerts {title!r} are called, and have the alertname, {others}"
        )


def place(group: Resource, index: int) -> str:
    """Return where a rule of a group is defined; the group when that is not known."""
    return str(group.origin_of(f"/rules/{index}") or group.ref)


def _titles(group: Spec, server: Server) -> Mapping[str, str]:
    """Return the title of each rule, by uid: `Title (2)` for a second one where one is allowed."""
    seen: Counter[str] = Counter()
    titles = {}
    for rule in group["rules"]:
        title = rule["title"]
        seen[title] += 1
        again = seen[title] > 1 and not server.title_twins
        titles[rule["uid"]] = f"{title} ({seen[title]})" if again else title
    return titles


def _in_order(rules: Sequence[dict[str, Any]], uids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rules in the order of the uids; others stay behind those they are behind now."""
    places = {uid: place for place, uid in enumerate(uids)}
    known = iter(sorted((r for r in rules if r["uid"] in places), key=lambda r: places[r["uid"]]))
    return [next(known) if rule["uid"] in places else rule for rule in rules]
