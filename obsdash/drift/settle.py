"""Each edit settled: refused, overwritten, kept, joined with what the definition changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from obsdash.diff import difference
from obsdash.drift.case import Case, case_of, edits_of
from obsdash.drift.model import ASK, Base, Policy, Take
from obsdash.migration.sources import NONE, Sources
from obsdash.plan import Action, Blocked, Edit, Fate, Kept, Plan, Sides, Update
from obsdash.resource import Ref, Resource


def three_way(
    plan: Plan, bases: Mapping[Ref, Base], policy: Policy = ASK, sources: Sources = NONE
) -> Plan:
    """Tell in a plan whose changes are whose, and settle each edit as the policy says.

    bases: of the objects that the plan updates.
    """
    settled = [
        _settled(action, base, policy, sources)
        if isinstance(action, Update) and (base := bases.get(action.ref))
        else action
        for action in plan.actions
    ]
    return replace(
        plan,
        actions=tuple(one for one in settled if not isinstance(one, Kept)),
        kept=tuple(one for one in settled if isinstance(one, Kept)),
        two_way={ref: base.why for ref, base in bases.items() if base.why},
    )


def _settled(update: Update, base: Base, policy: Policy, sources: Sources) -> Action | Kept:
    if base.resource is None:
        refused = base.edited and policy.take != "ours"
        return Blocked(update.desired, _lost(base)) if refused else update
    case = case_of(update.live, update.desired, base.resource, sources)
    edits = edits_of(case, base)
    if not edits:
        return update
    yours = difference(base.resource, update.desired, sources).changes
    sides = Sides(yours, edits, update.notes)
    conflicts = [edit for edit in edits if edit.collides or not policy.merge]
    sides = replace(sides, edits=tuple(_with_fate(edit, policy) for edit in edits))
    if conflicts and not policy.take:
        return Blocked(update.desired, _reason(conflicts, policy), sides)
    if policy == Policy("ours"):
        return replace(update, sides=sides)
    joined = _joined(update, case, policy)
    found = difference(update.live, joined, sources)
    if policy == Policy("theirs") or not found.changes:
        return Kept(joined, sides)
    return replace(update, desired=joined, changes=found.changes, noise=found.noise, sides=sides)


def _with_fate(edit: Edit, policy: Policy) -> Edit:
    if policy.merge and not edit.collides:
        return replace(edit, fate="kept")
    fates: dict[Take, Fate] = {"": "undecided", "ours": "overwritten", "theirs": "kept"}
    return replace(edit, fate=fates[policy.take])


def _joined(update: Update, case: Case, policy: Policy) -> Resource:
    """Return the definition with the edits; its revision names the version that they are from."""
    prefer = policy.take or "theirs"
    folder = case.ours.folder
    if case.base.folder == folder or (
        prefer == "theirs" and case.base.folder != case.theirs.folder
    ):
        folder = case.theirs.folder
    spec = case.merged(prefer).document
    return replace(update.desired, spec=spec, folder=folder, revision=update.live.revision)


def _lost(base: Base) -> str:
    return f"edits made in Grafana were merged into it, but {base.why}: --take ours overwrites them"


def _reason(conflicts: Sequence[Edit], policy: Policy) -> str:
    people = sorted({edit.save.by for edit in conflicts if edit.save and edit.save.by})
    by = f" by {', '.join(people)}" if people else ""
    if policy.merge:
        return f"edited in Grafana{by} where the definition changed, too: add --take ours or theirs"
    return (
        f"edited in Grafana{by}: --take ours overwrites that, --take theirs leaves it as it is,"
        " --merge joins both"
    )
