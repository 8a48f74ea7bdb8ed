"""`obsdash init`."""

from pathlib import Path
from shlex import quote

import click

_EPILOG = """\b
Examples:
  obsdash init shop
  obsdash init . && obsdash build
"""


@click.command(epilog=_EPILOG)
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Write a project that builds at once.

    One dashboard, one alert with its test, one data source, the settings, a CI file. What is there
    already is left alone.
    """
    from obsdash.scaffold import write_project

    for file in write_project(folder):
        click.echo(f"{'wrote' if file.new else 'kept '}  {file.path}")
    place = "" if folder == Path() else f"cd {quote(str(folder))} && "
    click.echo(f"\nNext: {place}obsdash build && obsdash diff")
