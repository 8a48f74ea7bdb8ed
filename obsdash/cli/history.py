"""`obsdash history`."""

import click

from obsdash.cli.context import Context
from obsdash.cli.output import to_json
from obsdash.journal import runs

_EPILOG = """\b
Examples:
  obsdash history
  obsdash history --env prod
  obsdash history --format json | jq -r '.runs[0].run'
"""


@click.command(epilog=_EPILOG)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(context: Context, format_: str) -> int:
    """Show what each sync and rollback did, the newest first.

    With --env, those of one environment. obsdash rollback RUN puts back what a run changed.
    """
    from obsdash.render.history import history_json, history_text

    found = runs(context.root)
    if context.env:
        found = [run for run in found if run.environment in (context.settings.name, "")]
    click.echo(to_json(history_json(found)) if format_ == "json" else history_text(found))
    return 0
