"""What every command prints the same way: results to stdout, everything else to stderr."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from obsdash.errors import ObsdashError, Problems, TargetError
from obsdash.render.escape import printable
from obsdash.words import count

_MOST = 50  # errors that anyone reads


def use_color(choice: str) -> bool:
    """Whether to color: as asked, else as NO_COLOR, FORCE_COLOR and the terminal say."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def print_errors(error: ObsdashError) -> None:
    """Print each error as one sentence with its place, and the remedy below it."""
    errors = error.errors if isinstance(error, Problems) else (error,)
    for each in errors[:_MOST]:
        click.echo(f"{click.style('error:', fg='red')} {printable(str(each))}", err=True)
        if each.help:
            click.echo(f"  help: {printable(each.help)}", err=True)
    if len(errors) > 1:
        more = f", the first {_MOST} above" if len(errors) > _MOST else ""
        click.echo(count(len(errors), "error") + more, err=True)


def note(text: str) -> None:
    """Print a line that is not the result."""
    click.echo(text, err=True)


def to_json(document: Any) -> str:
    """Return a document as JSON that a person can read as well."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def write_result(file: Path, content: str | bytes) -> None:
    """Write a result to a file the user named, whole or not at all."""
    data = content.encode() if isinstance(content, str) else content
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise TargetError(f"{file} cannot be written: {error.strerror}") from None
