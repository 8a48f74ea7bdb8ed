"""`obsdash stack`."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from obsdash.cli.applying import on_terminal
from obsdash.cli.context import Context
from obsdash.cli.output import note, to_json
from obsdash.cli.stacking import Stack, after, build_first, is_declared, table
from obsdash.errors import ConfigError
from obsdash.stack.report import Report

_GROUP_EPILOG = """\b
Examples:
  obsdash stack up
  obsdash stack status
  obsdash stack down
"""
_UP_EPILOG = """\b
Examples:
  obsdash stack up
  obsdash stack up --runtime native --profile core --profile demo
  obsdash stack up --env prod --env-file /etc/obsdash/stack.env
"""
_DOWN_EPILOG = """\b
Examples:
  obsdash stack down
  obsdash stack down --env prod
  obsdash stack down --volumes
"""
_STATUS_EPILOG = """\b
Examples:
  obsdash stack status
  obsdash stack status --env prod
"""
_LOGS_EPILOG = """\b
Examples:
  obsdash stack logs prometheus
  obsdash stack logs --follow --tail 0
"""
_URLS_EPILOG = """\b
Examples:
  obsdash stack urls
  set -a; eval "$(obsdash stack urls --format env)"; obsdash diff --env dev
"""

_CHECK_EPILOG = """\b
Examples:
  obsdash stack check
  obsdash stack check --no-run --format json
"""

_BACKUP_EPILOG = """\b
Examples:
  obsdash stack backup stack.tar.gz
  obsdash stack backup --env prod /backups/stack.tar.gz
"""
_RESTORE_EPILOG = """\b
Examples:
  obsdash stack restore stack.tar.gz
  obsdash stack restore --env prod --yes /backups/stack.tar.gz
"""

_BAD = {"failed", "exited", "unhealthy"}
_state = click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of data, logs and process ids (default: .obsdash/stack in the project).",
)


@click.group(epilog=_GROUP_EPILOG)
def command() -> None:
    """Start, stop and look at the bundled stack.

    --env says which: dev, the default, for trying things out on this machine, or prod. It is the
    project's environment of that name, too, that is built and synced.
    """


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    return _state(click.pass_obj(function))


@command.command(epilog=_UP_EPILOG)
@click.option(
    "--runtime",
    type=click.Choice(["auto", "docker", "native"]),
    default="auto",
    help="Containers, or the programs of this machine (default: containers where it has them).",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    help="A group of services to start beside core; may be given several times.",
)
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="Settings of the containers (default: stack/.env).",
)
@click.option(
    "--alertmanager-config",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="A file to copy for Alertmanager (default: what was synced, at first notify nobody).",
)
@click.option("--no-sync", is_flag=True, help="Only start: do not build, sync and verify.")
@_options
def up(
    context: Context,
    state: Path | None,
    runtime: str,
    profiles: tuple[str, ...],
    env_file: Path | None,
    alertmanager_config: Path | None,
    no_sync: bool,
) -> int:
    """Start what does not run yet, wait until it is healthy, build, sync and verify.

    What is missing on this machine is named with the way to get it, and is not scraped. Native
    components whose port is taken get the next free one.
    """
    stack = Stack(context, state, profiles, env_file, alertmanager_config)
    chosen = stack.choose(runtime)
    if not no_sync and (code := build_first(stack, chosen)):
        return code
    if code := _print(chosen.up()):
        return code
    return 0 if no_sync else after(stack, chosen)


@command.command(epilog=_DOWN_EPILOG)
@click.option("--volumes", is_flag=True, help="Delete the data as well; asks first.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@_options
def down(context: Context, state: Path | None, volumes: bool, yes: bool) -> int:
    """Stop everything `up` has started. The data stays unless --volumes is given."""
    stack = Stack(context, state)
    if volumes and not yes:
        if not on_terminal():
            raise ConfigError(
                "--volumes deletes all metrics, logs and traces of the stack",
                help="obsdash stack down --volumes --yes",
            )
        click.confirm(f"Delete all data in {stack.folder}?", abort=True, err=True)
    reports = [report for each in stack.recorded() for report in each.down(volumes=volumes)]
    if not reports:
        note("nothing was running")
    return _print(reports)


@command.command(epilog=_STATUS_EPILOG)
@_options
def status(context: Context, state: Path | None) -> int:
    """Show what every component is doing; exit code 1 when one has ended or is unhealthy."""
    return _print(report for each in Stack(context, state).recorded() for report in each.status())


@command.command(epilog=_LOGS_EPILOG)
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written, until Ctrl-C.")
@click.option(
    "--tail", type=click.IntRange(min=0), default=100, help="Lines of each service (100)."
)
@_options
def logs(
    context: Context, state: Path | None, services: tuple[str, ...], follow: bool, tail: int
) -> None:
    """Print what the components have written."""
    for each in Stack(context, state).recorded():
        for name, line in each.logs(services, tail, follow=follow):
            click.echo(line if len(services) == 1 else f"{name:<18}{line}")


@command.command(epilog=_URLS_EPILOG)
@click.option("--format", "format_", type=click.Choice(["text", "env"]), default="text")
@_options
def urls(context: Context, state: Path | None, format_: str) -> None:
    """Print where the running components are.

    `--format env` prints shell lines that point the environment of the same name at them.
    """
    stack = Stack(context, state)
    for each in stack.recorded():
        found = each.addresses()
        lines = found.shell_lines(stack.env) if format_ == "env" else table(found.urls)
        for line in lines:
            if format_ == "text" or is_declared(stack, line.partition("=")[0]):
                click.echo(line)


@command.command(epilog=_CHECK_EPILOG)
@click.option("--no-run", is_flag=True, help="Start no program; let them only read the files.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def check(context: Context, no_run: bool, format_: str) -> int:
    """Say how far each service's configuration is proven on this machine.

    A program that is here has started with it (ran), or only read it (accepted by the program); a
    published schema allows it (schema), or it is at least what its name says (parsed). Exits with
    1 when one is refused.
    """
    from obsdash.stack.check import Level, document, examine, text

    found = list(examine(Stack(context).settings, run=not no_run))
    click.echo(to_json(document(found)) if format_ == "json" else text(found))
    return 1 if any(each.level is Level.REFUSED for each in found) else 0


_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@command.command(epilog=_BACKUP_EPILOG)
@_file
@_options
def backup(context: Context, state: Path | None, file: Path) -> int:
    """Save the data of all components to a file. What runs stands still meanwhile."""
    code = _print(
        report for each in Stack(context, state).recorded() for report in each.backup(file)
    )
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB")
    return code


@command.command(epilog=_RESTORE_EPILOG)
@_file
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@_options
def restore(context: Context, state: Path | None, file: Path, yes: bool) -> int:
    """Put the data of a backup in the place of what is there. What runs is started again."""
    stack = Stack(context, state)
    if not yes:
        if not on_terminal():
            raise ConfigError(
                "restore replaces all data of the stack", help="obsdash stack restore FILE --yes"
            )
        click.confirm(f"Replace all data in {stack.folder}?", abort=True, err=True)
    return _print(report for each in stack.recorded() for report in each.restore(file))


def _print(reports: Iterable[Report]) -> int:
    """Print each report as it comes; return 1 when one is bad."""
    bad = False
    for report in reports:
        bad |= report.outcome in _BAD
        click.echo(f"{report.name:<17} {report.outcome:<16} {report.detail}".rstrip())
    return 1 if bad else 0
