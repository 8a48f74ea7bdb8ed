"""The options that say what becomes of edits made in Grafana."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def settling(command: F) -> F:
    """Give a command `--take` and `--merge`."""
    take = click.option(
        "--take",
        type=click.Choice(["ours", "theirs"]),
        help="Where the definition and an edit in Grafana conflict: whose side wins.",
    )
    merge = click.option(
        "--merge",
        is_flag=True,
        help="Join edits with your changes; a conflict is only what both changed.",
    )
    return take(merge(command))
