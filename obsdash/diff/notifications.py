"""What changed in Grafana's mute timings, message templates, contact points and policies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsdash.change import Change
from obsdash.diff.alertmanager import TOPICS
from obsdash.diff.leaf import ORDER, Leaf, Place
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Finding, Group, Topic, part_findings, plainly
from obsdash.diff.policies import one_template, one_timing, one_tree
from obsdash.diff.routing import matcher
from obsdash.diff.scope import Part, Scope
from obsdash.resource import Resource
from obsdash.spelling import cut, quoted

_ROOT = Place(("route",))  # a tree of policies reads as Alertmanager's route


def policy_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two trees of policies."""
    before, after = _readable(one_tree(live.spec)), _readable(one_tree(desired.spec))
    yield from part_findings(Scope(Part.ALERTMANAGER, before, after, _ROOT), "", TOPICS, desired)


def _readable(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy with its matchers as texts, as Alertmanager's routes have them."""
    found = {key: value for key, value in policy.items() if key != "object_matchers"}
    if "object_matchers" in policy:
        found["matchers"] = [matcher(*one) for one in policy["object_matchers"]]
    if "routes" in policy:
        found["routes"] = [_readable(route) for route in policy["routes"]]
    return found


def timing_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield which intervals came, went or changed."""
    before = [_interval(one) for one in one_timing(live.spec)["time_intervals"]]
    after = [_interval(one) for one in one_timing(desired.spec)["time_intervals"]]
    gone = [one for one in before if one not in after]
    new = [one for one in after if one not in before]
    if len(gone) == len(new) == 1:
        yield _change(desired, f"{gone[0]} → {new[0]}")
        return
    yield from (_change(desired, f"{one} removed") for one in gone)
    yield from (_change(desired, f"{one} added") for one in new)


def _interval(interval: Mapping[str, Any]) -> str:
    """Say when an interval is: `saturday, sunday 22:00-24:00 Europe/Berlin`."""
    parts = [
        ", ".join(_times(one) for one in value) if isinstance(value, list) else str(value)
        for key in ("weekdays", "days_of_month", "months", "years", "times", "location")
        if (value := interval.get(key))
    ]
    return " · ".join(parts) or "at all times"


def _times(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('start_time')}-{value.get('end_time')}"
    return str(value)


def template_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield how many lines of a template changed, and the first of them."""
    before, after = (
        one_template(side.ref.uid, str(side.spec.get("template", ""))).split("\n")
        for side in (live, desired)
    )
    gone = [line for line in before if line not in after]
    new = [line for line in after if line not in before]
    if before == after:
        return
    if not gone and not new:
        yield _change(desired, "lines reordered")
    elif len(gone) == len(new) == 1:
        yield _change(desired, f"{quoted(cut(gone[0].strip()))} → {quoted(cut(new[0].strip()))}")
    else:
        first = quoted(cut((new or gone)[0].strip()))
        yield _change(desired, f"text: {len(gone)} lines removed, {len(new)} added: {first} …")


def contact_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two contact points, by integration; of secrets, names only."""
    scope = Scope(Part.OTHER, _contact_point(live.spec), _contact_point(desired.spec))
    yield from part_findings(scope, "", (Topic(("integrations", "*"), _integration),), desired)
    kinds = {one.get("uid"): one.get("type") for one in desired.spec.get("integrations") or ()}
    for name in sorted({*live.secrets, *desired.secrets}):
        uid, _, key = name.partition("/")
        before, after = live.secrets.get(name), desired.secrets.get(name)
        if uid in kinds and (text := _secret(before, after)):
            yield _change(desired, f"{kinds[uid]}: secret {key} {text}")


def _contact_point(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"integrations": [_one_integration(one) for one in spec.get("integrations") or ()]}


def _one_integration(integration: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uid": integration.get("uid", ""),
        "type": integration.get("type", ""),
        "settings": _loosely(integration.get("settings") or {}),
        "disableResolveMessage": bool(integration.get("disableResolveMessage")),
    }


def _loosely(value: Any) -> Any:
    """Return settings as Grafana reads them: "3" is 3, "true" is true, nothing is absent."""
    if isinstance(value, dict):
        inner = {key: _loosely(one) for key, one in value.items()}
        return {key: one for key, one in inner.items() if one not in ("", None, {}, [], "false")}
    if isinstance(value, list):
        return [_loosely(one) for one in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def _integration(group: Group) -> Iterator[str]:
    """Tell an integration by its type: `slack: title "a" → "b"`."""
    kind = next(
        (str(one["type"]) for one in (group.after, group.before) if isinstance(one, dict)), ""
    )
    if group.path[-1] == ORDER:
        return  # they are all told
    if group.whole:
        one = group.before if group.after is MISSING else group.after
        yield f"{kind}{_whom(one)} {'removed' if group.after is MISSING else 'added'}"
        return
    for leaf in group.leaves:
        yield from _setting(kind, leaf, leaf.path[len(group.path) :])


def _setting(kind: str, leaf: Leaf, path: Sequence[str]) -> Iterator[str]:
    match path:
        case ("uid",):
            return  # which one it is: no matter of what it does
        case ("disableResolveMessage",):
            yield f"{kind}: is {'not ' if leaf.after else ''}told when alerts are resolved"
        case ("settings", *rest) if rest:
            yield f"{kind}: {plainly('.'.join(rest), leaf.before, leaf.after)}"
        case _:
            yield f"{kind}: {plainly('.'.join(path), leaf.before, leaf.after)}"


def _whom(integration: Mapping[str, Any]) -> str:
    """Return whom an integration tells, where it says so openly."""
    settings = integration.get("settings") or {}
    told = (settings.get(key) for key in ("addresses", "recipient", "chatid", "room_id"))
    return next((f" to {quoted(str(value))}" for value in told if value), "")


def _secret(before: str | None, after: str | None) -> str:
    """Say what became of a secret: a server tells that there is one, `""`, not which."""
    if before is None:
        return f"added ({after})" if after else "added"
    if after is None:
        return "removed"
    return f"{before} → {after}" if before and after and before != after else ""


def _change(desired: Resource, text: str) -> Change:
    return Change("", text, origin=desired.origin)
