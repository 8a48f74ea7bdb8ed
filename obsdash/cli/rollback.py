"""`obsdash rollback`."""

from collections.abc import Sequence

import click

from obsdash.cli.applying import apply_all, confirm, on_terminal
from obsdash.cli.context import Context
from obsdash.cli.output import note
from obsdash.cli.planning import for_these, show
from obsdash.errors import ConfigError
from obsdash.journal import Run, find, plans_of, runs
from obsdash.plan import Plan
from obsdash.selection import narrow
from obsdash.target import Applied, Outcome, Refused, Target
from obsdash.undo import lost_secrets, rotated_secrets, undo_plan

_EPILOG = """\b
Examples:
  obsdash rollback last --dry-run
  obsdash rollback --env prod 20261121-101502-4f1c
  obsdash rollback 4f1c 'dashboard/api*'
"""


@click.command(epilog=_EPILOG)
@click.argument("run")
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option("--dry-run", is_flag=True, help="Show what would be put back and stop.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask on a terminal.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(
    context: Context, run: str, refs: tuple[str, ...], dry_run: bool, yes: bool, format_: str
) -> int:
    """Put back what a run changed, but nothing that was changed since.

    RUN is an id that obsdash history shows, its beginning or end, or last. A rollback is a run,
    too, and can be rolled back.

    Exits with 0 when everything is as before the run, 1 when an object failed or was refused, 2
    when the rollback could not begin or was interrupted.
    """
    meant = _found(context, run)
    done = plans_of(context.root, meant)
    targets = context.targets()
    plans = narrow(_undoing(meant, done, for_these(done, targets, meant.id)), refs)
    click.echo(show(context, plans, "text"), err=format_ == "json")
    _remark(meant, plans, done)
    if dry_run:
        plans = []
    if any(plans) and not yes and on_terminal():
        confirm()
    return apply_all(context, plans, targets, format_, undoes=meant.id, whole=not refs)


def _found(context: Context, name: str) -> Run:
    """Return the run; raises ConfigError when it is none of this project and environment."""
    here = (context.config.project, context.settings.name)
    run = find(runs(context.root), name, context.settings.name)
    if run.state == "running":
        raise ConfigError(f"{run.id} is still running", help="wait until it ends")
    if run.state != "unreadable" and (run.project, run.environment) != here:
        raise ConfigError(
            f"{run.id} is of project {run.project!r}, environment {run.environment!r}",
            help=f"obsdash --env {run.environment} rollback {run.id}",
        )
    return run


def _undoing(run: Run, done: Sequence[Plan], targets: Sequence[Target]) -> list[Plan]:
    parts = {part.target: part for part in run.parts}
    return [
        _undone(plan, target, parts[plan.target].outcomes if plan.target in parts else ())
        for plan, target in zip(done, targets, strict=True)
    ]


def _undone(done: Plan, target: Target, outcomes: Sequence[Outcome]) -> Plan:
    refused = {o.ref for o in outcomes if isinstance(o, Refused)}
    applied = {o.ref for o in outcomes if isinstance(o, Applied)}
    doubtful = {action.ref for action in done.actions} - applied - refused
    return undo_plan(done, target, refused=refused, doubtful=doubtful)


def _remark(run: Run, plans: Sequence[Plan], done: Sequence[Plan]) -> None:
    rotated = [found for then in done for found in rotated_secrets(then)]
    for ref, name in rotated:
        note(
            f"{ref}: the secret {name} stays as {run.id} wrote it: nobody knows what it was before"
        )
    if not any(plans) and not rotated:
        note(f"nothing to put back: everything is as it was before {run.id}")
    for plan, then in zip(plans, done, strict=True):
        for ref, name in lost_secrets(plan, then):
            note(f"{ref}: the secret {name} is not known any more: set it by hand, or sync again")
