"""`obsdash sync`."""

from collections.abc import Sequence
from pathlib import Path

import click

from obsdash.cli.applying import apply_all, confirm, on_terminal
from obsdash.cli.context import Context
from obsdash.cli.planning import make_plans, saved_plans, show
from obsdash.cli.settling import settling
from obsdash.cli.waiting import wait_for_health
from obsdash.drift import Policy, Take
from obsdash.errors import ConfigError
from obsdash.guard import danger
from obsdash.plan import Plan

_EPILOG = """\b
Examples:
  obsdash sync
  obsdash sync --env prod 'dashboard/api*'
  obsdash diff --env prod --out plan.json && obsdash sync --env prod --plan plan.json
"""


@click.command(epilog=_EPILOG)
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Apply exactly this saved plan.",
)
@click.option("--prune", is_flag=True, help="Delete what is ours and no longer defined.")
@click.option("--adopt", is_flag=True, help="Take over what exists and is not ours yet.")
@settling
@click.option("--rotate-secrets", is_flag=True, help="Write all secrets again.")
@click.option("--bulk", is_flag=True, help="Allow changing more than 30 % of ten or more objects.")
@click.option(
    "--wait-health",
    is_flag=True,
    help="Wait until every rule was evaluated; fail if one cannot be.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask on a terminal.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    context: Context,
    refs: tuple[str, ...],
    plan_file: Path | None,
    prune: bool,
    adopt: bool,
    take: Take | None,
    merge: bool,
    rotate_secrets: bool,
    bulk: bool,
    wait_health: bool,
    dry_run: bool,
    yes: bool,
    format_: str,
) -> int:
    """Show the plan, apply it, and say what became of each object.

    Exits with 0 when everything is as planned, 1 when an object failed or was refused, or a rule
    cannot be evaluated (--wait-health), 2 when the sync could not begin or was interrupted.
    """
    if plan_file and (refs or prune or rotate_secrets or take or merge):
        raise ConfigError(
            "a saved plan is applied as it is: it takes neither REF nor an option of its making",
            help="give --prune, --rotate-secrets, --take and --merge to obsdash diff --out",
        )
    targets = context.targets(adopt=adopt)
    if plan_file:
        plans = saved_plans(context, targets, plan_file)
    else:
        policy = Policy(take or "", merge)
        plans = make_plans(context, targets, refs, policy, prune=prune, rotate=rotate_secrets)
    # In JSON the result is the report; the plan is then for the reader of the log.
    click.echo(show(context, plans, "text"), err=format_ == "json")
    if dry_run:
        plans = []
    if any(plans):
        _consent(plans, ask=not yes and on_terminal(), bulk=bulk)
    code = apply_all(context, plans, targets, format_)
    if wait_health and not dry_run and code < 2:
        err, saved = format_ == "json", plan_file is not None
        return max(code, wait_for_health(context, plans, targets, saved=saved, err=err))
    return code


def _consent(plans: Sequence[Plan], *, ask: bool, bulk: bool) -> None:
    """Ask on a terminal; elsewhere refuse what is dangerous without its flag."""
    if ask:
        confirm()
        return
    reasons = [reason for plan in plans if (reason := danger(plan))]
    if reasons and not bulk:
        raise ConfigError(reasons[0], help="read the plan; --bulk applies it")
