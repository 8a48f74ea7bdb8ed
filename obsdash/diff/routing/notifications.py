"""What changed in Grafana's mute timings, message templates, contact points and policies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from obsdash.change import Change
from obsdash.diff.leaf import ORDER, Leaf, Place
from obsdash.diff.missing import MISSING
from obsdash.diff.naming import Finding, Group, Topic, part_findings, plainly
from obsdash.diff.routing.alertmanager import TOPICS
from obsdash.diff.routing.intervals import interval_changes
from obsdash.diff.routing.policies import matchers_of, one_template, one_tree
from obsdash.diff.routing.routing import matcher
from obsdash.diff.scope import Part, Scope
from obsdash.diff.secret import told
from obsdash.resource import Resource
from obsdash.spelling import cut, quoted

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
    for text in interval_changes(live.spec, desired.spec):
        yield _change(desired, text)


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
