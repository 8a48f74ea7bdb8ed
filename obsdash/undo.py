"""The plan that puts back what a run changed. Whatever someone changed since is left alone."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from obsdash.diff import difference
from obsdash.diff.mixture import is_mixture
from obsdash.diff.secret import WRITTEN_AGAIN, unseen
from obsdash.plan import Action, Blocked, Create, Delete, Plan, Snapshot, Update, make_plan
from obsdash.resource import Ref, Resource
from obsdash.target import Target

MOST_WORDS = 2  # changes that a refusal names

_Done = Create | Update | Delete


def undo_plan(
    done: Plan, target: Target, *, refused: Collection[Ref], doubtful: Collection[Ref] = ()
) -> Plan:
    """Plan to put a target back to what it was before a plan; raises TargetError.

    refused: what the run did not attempt. Of everything else only the live state counts: an action
    may have been carried out without anybody knowing. It is undone where the object is as the plan
    wanted it, needs nothing where it is as before, and is blocked where it is something else.
    doubtful: what failed, or has no known end: where it was left half done, it is undone as well.
    """
    steps: dict[Ref, _Done] = {
        action.ref: action
        for action in done.actions
        if not isinstance(action, Blocked) and action.ref not in refused
    }
    then = target.read([_before(step) or _either(step) for step in steps.values()], others=False)
    # Read later than what the new plan is based on: an edit in between is found here, or by the
    # comparison before the plan is applied.
    now = target.read([_after(step) or _either(step) for step in steps.values()], others=False)
    live = {ref: _with_secrets(then.live[ref], steps[ref]) for ref in steps if ref in then.live}
    before = [found for step in steps.values() if (found := _before(step))]
    wanted = [_writable(resource, live.get(resource.ref)) for resource in before]
    snapshot = Snapshot(live, blocked=then.blocked, server=then.server)
    plan = make_plan(target.name, wanted, snapshot, prune=True)
    checked = (_checked(a, steps[a.ref], now, half=a.ref in doubtful) for a in plan.actions)
    return replace(plan, actions=tuple(checked))


def lost_secrets(plan: Plan, done: Plan) -> Iterator[tuple[Ref, str]]:
    """Yield the secrets that a plan to undo does not put back: servers do not show them."""
    before = {a.ref: a.live for a in done.actions if isinstance(a, Update | Delete)}
    for action in plan.actions:
        if isinstance(action, Create | Update):
            lost = before[action.ref].secrets.keys() - action.desired.secrets.keys()
            yield from ((action.ref, name) for name in sorted(lost))


def rotated_secrets(done: Plan) -> Iterator[tuple[Ref, str]]:
    """Yield the secrets that a run wrote again: what they were before is known to nobody."""
    for action in done.actions:
        if isinstance(action, Update) and any(WRITTEN_AGAIN in c.text for c in action.changes):
            yield from ((action.ref, name) for name in unseen(action.live, action.desired))


def _before(step: _Done) -> Resource | None:
    return None if isinstance(step, Create) else step.live


def _after(step: _Done) -> Resource | None:
    return None if isinstance(step, Delete) else step.desired


def _either(step: _Done) -> Resource:
    return step.live if isinstance(step, Delete) else step.desired


def _with_secrets(live: Resource, step: _Done) -> Resource:
    """Note the references that the run wrote, so that this, too, can be undone."""
    after = _after(step)
    known = after.secrets if after else {}
    return replace(live, secrets={n: known.get(n) or ref for n, ref in live.secrets.items()})


def _writable(before: Resource, live: Resource | None) -> Resource:
    """Leave out secrets that neither a reference nor the server still knows."""
    there = live.secrets if live else {}
    kept = {name: ref for name, ref in before.secrets.items() if ref or name in there}
    return replace(before, secrets=kept)


def _checked(action: Action, step: _Done, now: Snapshot, *, half: bool) -> Action:
    """Block an action on what is neither as the run left it nor as it found it."""
    live, before, after = now.live.get(action.ref), _before(step), _after(step)
    if isinstance(action, Blocked):
        return action
    sides = [side for side in (before, after) if side]
    known = _same(live, after) or _same(live, before)
    if not (known or (half and live and is_mixture(live, sides))):
        return Blocked(before or _either(step), _since(live, after))
    if reason := now.blocked.get(action.ref):
        return Blocked(before or _either(step), reason)
    return action


def _same(one: Resource | None, other: Resource | None) -> bool:
    if one is None or other is None:
        return one is other
    return not difference(other, one).changes


def _since(live: Resource | None, after: Resource | None) -> str:
    if live is None:
        return "it was deleted since"
    if after is None:
        return "it was made anew since"
    changes = difference(after, live).changes
    words = "; ".join(f"{c.subject} {c.text}".strip() for c in changes[:MOST_WORDS])
    more = f" (and {len(changes) - MOST_WORDS} more)" if len(changes) > MOST_WORDS else ""
    return f"it was changed since: {words}{more}"
