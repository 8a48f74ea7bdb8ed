"""`obsdash config`."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

import click

from obsdash import secrets
from obsdash.cli.context import Context
from obsdash.cli.output import to_json
from obsdash.config import Config, EnvironmentConfig, TargetConfig

_EPILOG = """\b
Examples:
  obsdash config
  obsdash config --env prod
  obsdash config --format json
"""


@click.command(epilog=_EPILOG)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def command(context: Context, format_: str) -> None:
    """Show the configuration as it is used, with overrides applied and secrets masked."""
    chosen = context.settings
    if format_ == "json":
        click.echo(to_json(_document(context.config, chosen)))
        return
    click.echo("\n".join(_lines(context.config, chosen)))


def _lines(config: Config, chosen: EnvironmentConfig) -> Iterator[str]:
    others = ", ".join(sorted(config.environments.keys() - {chosen.name}))
    yield f"project      {config.project}"
    yield f"folder       {config.root}"
    yield f"environment  {chosen.name}" + (f"   (others: {others})" if others else "")
    for name, value in chosen.variables.items():
        yield f"variable     {name} = {value}"
    for target in chosen.targets:
        yield f"target       {_kind(target)}"
        yield from (f"               {key} = {value}" for key, value in _values(target).items())
    for name, url in chosen.query.items():
        yield f"query        {name} → {url}"
    if config.modernise_off:
        yield f"modernise    off: {', '.join(sorted(config.modernise_off))}"


def _document(config: Config, chosen: EnvironmentConfig) -> Mapping[str, Any]:
    return {
        "schemaVersion": 1,
        "project": config.project,
        "environment": chosen.name,
        "environments": sorted(config.environments),
        "variables": dict(chosen.variables),
        "targets": [{"type": _kind(target), **_values(target)} for target in chosen.targets],
        "query": dict(chosen.query),
        "modernise": {"off": sorted(config.modernise_off)},
    }


def _kind(target: TargetConfig) -> str:
    """Return the type as it is written: `grafana`."""
    return type(target).__name__.removesuffix("Config").lower()


def _values(settings: Any) -> dict[str, Any]:
    """Return what is set, a secret as its reference and whether that leads anywhere."""
    found: dict[str, Any] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if value == _default(field):
            continue
        if is_dataclass(value):
            found |= _values(value)
        elif field.name in ("token", "password") and value:
            state = "set" if secrets.is_set(value, os.environ) else "not set"
            found[field.name] = f"{value} ({state})"
        else:
            found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()
