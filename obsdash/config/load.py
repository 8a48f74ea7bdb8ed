"""Read and check `[tool.obsdash]`: every mistake at once, each with its line."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from obsdash.config.checks import Table
from obsdash.config.model import Config, EnvironmentConfig
from obsdash.config.overrides import astray, override
from obsdash.config.targets import parse_targets
from obsdash.errors import ConfigError, Problems
from obsdash.origin import Origin
from obsdash.words import nearest

FILE = "pyproject.toml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_BUILT_IN = {"env": {"local": {"targets": [{"type": "directory", "path": "build/local"}]}}}


def find_root(start: Path) -> Path:
    """Return the nearest folder, from `start` upwards, with a `[tool.obsdash]`; else `start`."""
    for folder in (start, *start.parents):
        file = folder / FILE
        if file.is_file() and b"[tool.obsdash" in file.read_bytes():
            return folder
    return start


def load_config(root: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Return the configuration of the project in `root`; raises ConfigError or Problems."""
    text = _read(root / FILE)
    errors: list[ConfigError] = []
    top = Table(_settings(text), "", text, errors)
    top.known("project", "default-env", "modernise", "env")
    modernise = top.table("modernise")
    modernise.known("off")
    environments = {
        name: _environment(name, table, os.environ if environ is None else environ)
        for name, table in top.table("env").tables()
    }
    project = top.text("project", root.resolve().name)
    if not _NAME.fullmatch(project):
        top.wrong("project", "must be 1–40 letters, digits, '.', '_' or '-'")
    config = Config(
        root=root,
        project=project,
        default_env=top.text("default-env", next(iter(environments), "local")),
        environments=environments,
        modernise_off=frozenset(modernise.texts("off")),
        origin=Origin(FILE, top.line()),
    )
    if errors:
        raise errors[0] if len(errors) == 1 else Problems(errors)
    return config


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"it cannot be read: {reason}", origin=Origin(FILE, 0)) from None


def _settings(text: str) -> Any:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        origin = Origin(FILE, int(line[1]) if line else 0)
        raise ConfigError(f"it is not TOML: {error}", origin=origin) from None
    tool = document.get("tool")
    return tool.get("obsdash", _BUILT_IN) if isinstance(tool, dict) else _BUILT_IN


def _environment(name: str, table: Table, environ: Mapping[str, str]) -> EnvironmentConfig:
    table.known("variables", "targets", "query")
    table.check_name(name, _NAME)
    targets = parse_targets(table.list_of_tables("targets"), name, environ)
    query = table.table("query")
    urls = override(query.values, environ, name, "query")
    return EnvironmentConfig(
        name=name,
        variables=_variables(table.table("variables"), name, environ),
        targets=targets,
        query={key: query.url(key, value) for key, value in urls.items()},
    )


def _variables(table: Table, env: str, environ: Mapping[str, str]) -> Mapping[str, Any]:
    for key in astray(table.values, environ, env):
        variable = key.rpartition("_VARIABLES_")[2].lower()
        table.wrong(
            "",
            f"has no {variable}, which {key} sets{nearest(variable, table.values)}",
            help_=f'declare it, {variable} = "" say, or unset {key}',
        )
    return override(table.values, environ, env, "variables")
