"""`sync --wait-health`: from the plans to whether every rule in them can be evaluated."""

from collections.abc import Collection, Mapping, Sequence

import click

from obsdash.cli.context import Context
from obsdash.cli.output import note
from obsdash.errors import TargetError
from obsdash.health import Evaluating, wait_for
from obsdash.plan import Create, Plan, Update
from obsdash.resource import LOKI_RULE_GROUP, RULE_GROUP, Ref, Resource
from obsdash.target import Target


def wait_for_health(
    context: Context, plans: Sequence[Plan], targets: Sequence[Target], *, saved: bool, err: bool
) -> int:
    """Wait until the rules of the plans were evaluated, say which fail, return the exit code.

    saved: whether the plans come from a file; else the definitions know the lines of all rules.
    """
    from obsdash.render.health import health_text

    by_name = {target.name: target for target in targets}
    places = {} if saved else {r.ref: r for r in context.load().resources}
    code = 0
    for plan in plans:
        target, groups = by_name[plan.target], _groups(plan, places)
        if not groups or not isinstance(target, Evaluating):
            continue
        note(f"waiting until {plan.target} has evaluated the rules")
        try:
            health = wait_for(target, groups)
        except TargetError as error:
            click.echo(f"{plan.target}: {error.message}", err=err)
            code = 1
            continue
        click.echo(health_text(plan.target, groups, health), err=err)
        code = 1 if health.sick or health.waiting else code
    return code


def _groups(plan: Plan, places: Mapping[Ref, Resource]) -> Collection[Resource]:
    """Return the rule groups that are as planned: written, or left as they were."""
    written = [a.desired for a in plan.actions if isinstance(a, Create | Update)]
    same = [places.get(ref) or Resource(ref, {}) for ref in plan.unchanged]
    return [group for group in (*written, *same) if group.ref.kind in (RULE_GROUP, LOKI_RULE_GROUP)]
