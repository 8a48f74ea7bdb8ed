"""`obsdash stack`."""

from collections.abc import Iterable
from pathlib import Path

import click

from obsdash.cli.context import Context
from obsdash.cli.output import note
from obsdash.stack.native import Report

_GROUP_EPILOG = """\b
Examples:
  obsdash stack up
  obsdash stack status
  obsdash stack down
"""
_UP_EPILOG = """\b
Examples:
  obsdash stack up
  obsdash stack up --state /var/tmp/obsdash-stack
  obsdash stack up --alertmanager-config routing.yml
"""
_DOWN_EPILOG = """\b
Examples:
  obsdash stack down
  obsdash stack down --state /var/tmp/obsdash-stack
"""
_STATUS_EPILOG = """\b
Examples:
  obsdash stack status
  obsdash stack status --state /var/tmp/obsdash-stack
"""
_URLS_EPILOG = """\b
Examples:
  obsdash stack urls
  set -a; eval "$(obsdash stack urls --format env)"; obsdash --env demo sync
"""

_BAD = {"failed", "exited"}

_state_option = click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of all data, logs and process ids (default: .obsdash/stack in the project).",
)


@click.group(epilog=_GROUP_EPILOG)
def command() -> None:
    """Start, stop and look at the bundled stack.

    The stack runs as plain processes on 127.0.0.1: Prometheus, Alertmanager, the exporters,
    Redis and Grafana where they are installed, and the demo workload.
    """


@command.command(epilog=_UP_EPILOG)
@_state_option
@click.option(
    "--alertmanager-config",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="A file to copy for Alertmanager (default: what was synced, at first notify nobody).",
)
@click.pass_obj
def up(context: Context, state: Path | None, alertmanager_config: Path | None) -> int:
    """Start what is installed and does not run yet.

    What is missing is named with the way to get it, and is not scraped. Ports that are taken
    are replaced by the next free ones.
    """
    from obsdash.stack import native
    from obsdash.stack.bundle import find_bundle
    from obsdash.stack.launch import Settings

    settings = Settings(
        folder=_folder(context, state),
        bundle=find_bundle(context.root),
        project=context.config.project,
        alertmanager_config=alertmanager_config,
    )
    return _print(native.up(settings))


@command.command(epilog=_DOWN_EPILOG)
@_state_option
@click.pass_obj
def down(context: Context, state: Path | None) -> int:
    """Stop everything `up` has started. The data stays."""
    from obsdash.stack import native

    reports = native.down(_folder(context, state))
    if not reports:
        note("nothing was running")
    return _print(reports)


@command.command(epilog=_STATUS_EPILOG)
@_state_option
@click.pass_obj
def status(context: Context, state: Path | None) -> int:
    """Show what every component is doing; exit code 1 when one has ended by itself."""
    from obsdash.stack import native

    return _print(native.status(_folder(context, state)))


@command.command(epilog=_URLS_EPILOG)
@_state_option
@click.option("--format", "format_", type=click.Choice(["text", "env"]), default="text")
@click.pass_obj
def urls(context: Context, state: Path | None, format_: str) -> None:
    """Print where the running components are.

    `--format env` prints shell lines that point the environment `demo` at them.
    """
    from obsdash.stack import launch, native

    folder = _folder(context, state)
    for name, (component, address) in native.running(folder).items():
        if format_ == "text":
            click.echo(f"{name:<16}{native.url(folder, component, address)}")
        else:
            for line in launch.variables(folder, component, address):
                click.echo(line)


def _folder(context: Context, state: Path | None) -> Path:
    return state.resolve() if state else context.root / ".obsdash" / "stack"


def _print(reports: Iterable[Report]) -> int:
    """Print each report as it comes; return 1 when one is bad."""
    bad = False
    for report in reports:
        bad |= report.outcome in _BAD
        click.echo(f"{report.name:<16}{report.outcome:<17}{report.detail}".rstrip())
    return 1 if bad else 0
