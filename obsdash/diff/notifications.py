"""What changed in Grafana's mute timings, message templates, contact points and policies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsdash.change import Change
from obsdash.diff.alertmanager import TOPICS
from obsdash.diff.leaf import ORDER, Leaf, Place
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Finding, Group, Topic, part_findings, plainly
from obsdash.diff.policies import matchers_of, one_template, one_timing, one_tree
from obsdash.diff.routing import matcher
from obsdash.diff.scope import Part, Scope
from obsdash.diff.secret import told
from obsdash.resource import Resource
from obsdash.spelling import cut, quoted, spelled

_ROOT = Place(("route",))  # a tree of policies reads as Alertmanager's route


def policy_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield what separates two trees of policies."""
    before, after = _readable(one_tree(live.spec)), _readable(one_tree(desired.spec))
    yield from part_findings(Scope(Part.ALERTMANAGER, before, after, _ROOT), "", TOPICS, desired)


def _readable(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy with its matchers as texts, as Alertmanager's routes have them."""
    found = dict(policy)
    if matchers := matchers_of(policy):
        found["matchers"] = [matcher(*one) for one in found.pop("object_matchers")]
    routes = policy.get("routes")
    if matchers is not None and isinstance(routes, list):
        found["routes"] = [_readable(one) if isinstance(one, dict) else one for one in routes]
    return found


def timing_findings(live: Resource, desired: Resource) -> Iterator[Finding]:
    """Yield which intervals came, went or changed."""
    before, after = _intervals(live.spec), _intervals(desired.spec)
    gone = [one for one in before if one not in after]
    new = [one for one in after if one not in before]
    if len(gone) == len(new) == 1:
        yield _change(desired, f"{gone[0]} → {new[0]}")
        return
    yield from (_change(desired, f"{one} removed") for one in gone)
    yield from (_change(desired, f"{one} added") for one in new)


def _intervals(spec: Mapping[str, Any]) -> list[str]:
    found = one_timing(spec)["time_intervals"]
    return [_interval(one) for one in found] if isinstance(found, list) else [spelled(found)]


_ORDER = ("weekdays", "days_of_month", "months", "years", "times", "location")


def _interval(interval: Any) -> str:
    """Say when an interval is: `saturday, sunday · 22:00-24:00 · Europe/Berlin`."""
    if not isinstance(interval, dict):
        return spelled(interval)
    keys = [*(key for key in _ORDER if key in interval), *sorted(interval.keys() - {*_ORDER})]
    return " · ".join(_part(key, interval[key]) for key in keys) or "at all times"


def _part(key: str, value: Any) -> str:
    if key not in _ORDER:
        return f"{key} {spelled(value)}"
    if isinstance(value, list):
        return ", ".join(_time(one) for one in value)
    return _time(value)


def _time(value: Any) -> str:
    if isinstance(value, dict) and value.keys() == {"start_time", "end_time"}:
        return f"{value['start_time']}-{value['end_time']}"
    return value if isinstance(value, str) else spelled(value)


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
    kinds = _types(desired.spec.get("integrations"))
    for name in sorted({*live.secrets, *desired.secrets}):
        uid, _, key = name.partition("/")
        before, after = live.secrets.get(name), desired.secrets.get(name)
        if uid in kinds and (text := told(before, after)):
            yield _change(desired, f"{kinds[uid]}: secret {key} {text}")


def _types(integrations: Any) -> dict[str, str]:
    """Return uid → type."""
    known = integrations if isinstance(integrations, list) else []
    return {str(one.get("uid")): str(one.get("type")) for one in known if isinstance(one, dict)}


def _contact_point(spec: Mapping[str, Any]) -> dict[str, Any]:
    found = spec.get("integrations") or []
    if not isinstance(found, list):
        return dict(spec)
    return {"integrations": [_one(one) if isinstance(one, dict) else one for one in found]}


def _one(integration: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **integration,
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
        (str(one.get("type")) for one in (group.after, group.before) if isinstance(one, dict)),
        "integration",
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


def _whom(integration: Any) -> str:
    """Return whom an integration tells, where it says so openly."""
    settings = integration.get("settings") if isinstance(integration, dict) else None
    settings = settings if isinstance(settings, dict) else {}
    told = (settings.get(key) for key in ("addresses", "recipient", "chatid", "room_id"))
    return next((f" to {quoted(str(value))}" for value in told if value), "")


def _change(desired: Resource, text: str) -> Change:
    return Change("", text, origin=desired.origin)
