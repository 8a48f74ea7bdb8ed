"""From plans to what became of them, journalled: `sync` and `rollback` end here."""

import sys
from collections.abc import Sequence

import click

from obsdash.cli.context import Context
from obsdash.cli.output import note, to_json
from obsdash.cli.planning import show
from obsdash.errors import TargetError
from obsdash.journal import Journal, Occasion, begun
from obsdash.plan import Plan
from obsdash.target import Applied, Refused, Report, Target, apply_plan, plan_again


def on_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm() -> None:
    """Ask before anything is changed; ends the command on a no."""
    click.confirm("Apply?", abort=True, err=True)


def apply_all(
    context: Context,
    plans: Sequence[Plan],
    targets: Sequence[Target],
    format_: str,
    *,
    undoes: str = "",
    whole: bool = True,
) -> int:
    """Apply plans with a journal of it, say what became of each object, return the exit code."""
    from obsdash.render.report import report_json

    todo = [plan for plan in plans if plan]
    if not todo:
        if format_ == "json":
            click.echo(to_json(report_json([])))
        return 0
    by_name = {target.name: target for target in targets}
    occasion = Occasion(context.config.project, context.settings.name, undoes, whole)
    with begun(context.root, occasion, todo) as journal:
        reports = _apply(todo, by_name, journal, err=format_ == "json")
        journal.end(interrupted=any(report.interrupted for report in reports))
    if format_ == "json":
        click.echo(to_json(report_json(reports, journal.run)))
    if not undoes:
        for plan, report in zip(todo, reports, strict=False):
            _plan_again(context, plan, by_name[plan.target], report, err=format_ == "json")
    _say_how_to_undo(journal, reports)
    if any(report.interrupted for report in reports):
        return 2
    return 0 if all(report.ok for report in reports) else 1


def _apply(
    plans: Sequence[Plan], targets: dict[str, Target], journal: Journal, *, err: bool
) -> list[Report]:
    from obsdash.render.report import report_text

    reports: list[Report] = []
    for plan in plans:
        report = apply_plan(plan, targets[plan.target], note=journal.noting(plan.target))
        reports.append(report)
        click.echo(report_text(report), err=err)
        if report.interrupted:
            break
    return reports


def _plan_again(context: Context, plan: Plan, target: Target, report: Report, *, err: bool) -> None:
    """Show what is to be done now about what had changed since the plan was made."""
    if report.interrupted or not any(isinstance(o, Refused) and o.stale for o in report.outcomes):
        return
    try:
        anew = plan_again(plan, target, report.outcomes)
    except TargetError as error:
        note(f"what was refused cannot be planned anew: {error.message}")
        return
    if not anew:
        note("what was refused is by now as it was to be")
        return
    click.echo(
        f"\nPlanned anew, which obsdash sync applies:\n{show(context, [anew], 'text')}", err=err
    )


def _say_how_to_undo(journal: Journal, reports: Sequence[Report]) -> None:
    """Name the way back where not everything went well."""
    done = any(isinstance(o, Applied) for report in reports for o in report.outcomes)
    if done and not all(report.ok for report in reports):
        note(f"obsdash rollback {journal.run} puts back what was done")
    if not journal.complete:
        note("the journal is incomplete: the disk is full; a rollback finds out what was done")
