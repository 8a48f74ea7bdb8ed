"""How the values of options are read."""

from datetime import timedelta

import click

from obsdash.errors import ConfigError


def duration(
    ctx: click.Context,  # noqa: ARG001 (click's signature)
    param: click.Parameter,
    value: str | None,
) -> timedelta | None:
    """Read `90s`, `1h30m`, `7d`; raises ConfigError, naming the option."""
    if value is None:
        return None
    from obsdash.verify import parse_duration

    try:
        return parse_duration(value)
    except ConfigError as error:
        raise ConfigError(f"{param.opts[0]}: {error.message}", help=error.help) from None
