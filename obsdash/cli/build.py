"""`obsdash build`."""

from pathlib import Path

import click

from obsdash.build import Built, Order, build
from obsdash.cli.context import Context
from obsdash.config import DirectoryConfig
from obsdash.project.files import outside_of_definitions
from obsdash.words import count

_EPILOG = """\b
Examples:
  obsdash build
  obsdash build --env prod --out /srv/observability
  obsdash build --check
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder to write."
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when the folder is stale.")
@click.pass_obj
def command(context: Context, out: Path | None, check: bool) -> int:
    """Compile all definitions to what Grafana, Prometheus and Alertmanager read.

    Files that are up to date are not rewritten; files of ours that nothing defines any more are
    removed; foreign files are left alone.
    """
    order = _order(context, out)
    if check:
        return _check(context, order)
    return _report(build(order, context.load), order)


def _order(context: Context, out: Path | None) -> Order:
    """Return what to build: into `out`, else the environment's folder, else `build/<env>`."""
    folders = [t for t in context.settings.targets if isinstance(t, DirectoryConfig)]
    default = folders[0] if folders else DirectoryConfig(f"build/{context.settings.name}")
    place = Path.cwd() / out if out else context.root / default.path
    return Order(
        root=context.root,
        out=outside_of_definitions(context.root, Path(place).resolve()),
        environment=context.environment,
        mount=default.mount,
        modernise_off=context.config.modernise_off,
        rules=default.rule_files(context.config.project),
    )


def _check(context: Context, order: Order) -> int:
    from obsdash.build import compare
    from obsdash.cli.planning import show

    plan = compare(order, context.load())
    click.echo(show(context, [plan], "text"))
    return 1 if plan else 0


def _report(built: Built, order: Order) -> int:
    place, objects = _short(order), count(built.objects, "object")
    if built.report is None:
        click.echo(f"{place}: {objects}, 0 written, 0 removed (nothing changed)")
        return 0
    if not built.report.ok:
        from obsdash.render.report import report_text

        click.echo(report_text(built.report), err=True)
        return 2
    from obsdash.target import Applied

    removed = sum(isinstance(o, Applied) and o.verb == "deleted" for o in built.report.outcomes)
    written = len(built.report.outcomes) - removed
    click.echo(f"{place}: {objects}, {written} written, {removed} removed")
    return 0


def _short(order: Order) -> str:
    inside = order.out.is_relative_to(order.root)
    return str(order.out.relative_to(order.root) if inside else order.out)
