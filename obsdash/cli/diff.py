"""`obsdash diff`."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from obsdash.cli.backtesting import changed_alerts
from obsdash.cli.context import Context
from obsdash.cli.options import duration
from obsdash.cli.output import note, write_result
from obsdash.cli.planning import make_plans, show
from obsdash.cli.settling import settling
from obsdash.drift import Policy, Take
from obsdash.plan import Plan

_EPILOG = """\b
Examples:
  obsdash diff --env prod
  obsdash diff --env prod --exit-code 'dashboard/api*'
  obsdash diff --env prod --out plan.json --markdown comment.md
"""


@click.command(epilog=_EPILOG)
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text"
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Save the plan for sync --plan."
)
@click.option(
    "--markdown",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write Markdown to a file.",
)
@click.option(
    "--json",
    "json_",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write JSON to a file.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 unless everything is as defined.")
@click.option("--prune", is_flag=True, help="Plan to delete what is ours and no longer defined.")
@click.option("--adopt", is_flag=True, help="Plan to take over what exists and is not ours yet.")
@settling
@click.option("--rotate-secrets", is_flag=True, help="Plan to write all secrets again.")
@click.option(
    "--backtest",
    metavar="TIME",
    callback=duration,
    help="Also say how often new and changed alerts would have fired in this time, 7d.",
)
@click.option("--noise", is_flag=True, help="Count the folded differences by class.")
@click.pass_obj
def command(
    context: Context,
    refs: tuple[str, ...],
    format_: str,
    out: Path | None,
    markdown: Path | None,
    json_: Path | None,
    exit_code: bool,
    prune: bool,
    adopt: bool,
    take: Take | None,
    merge: bool,
    rotate_secrets: bool,
    backtest: timedelta | None,
    noise: bool,
) -> int:
    """Show what a sync would change, as a reviewer would say it.

    REF names a resource as printed (dashboard/api), * allowed; none means all of them. What was
    edited in Grafana is told apart from your changes; docs/drift.md describes it.
    """
    targets = context.targets(adopt=adopt)
    policy = Policy(take or "", merge)
    plans = make_plans(context, targets, refs, policy, prune=prune, rotate=rotate_secrets)
    past = changed_alerts(context, plans, backtest) if backtest else None
    click.echo(show(context, plans, format_, past, noise=noise))
    for file, kind in ((markdown, "markdown"), (json_, "json")):
        if file:
            write_result(file, show(context, plans, kind, past, noise=noise) + "\n")
    if out:
        _save(context, plans, out)
    return 1 if exit_code and not all(plan.in_sync for plan in plans) else 0


def _save(context: Context, plans: Sequence[Plan], out: Path) -> None:
    from obsdash.planfile import dump_plans

    write_result(out, dump_plans(context.config.project, context.settings.name, plans))
    note(f"saved: obsdash --env {context.settings.name} sync --plan {out} applies exactly this")
