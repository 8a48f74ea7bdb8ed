"""What `obsdash stack` shares: which stack is meant, and what follows once it runs."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from obsdash.cli.context import Context
from obsdash.cli.output import note
from obsdash.errors import ConfigError
from obsdash.words import nearest

if TYPE_CHECKING:
    from obsdash.stack.launch import Settings
    from obsdash.stack.runtimes import Runtime

DEV, PROD = "dev", "prod"
_FIRST_SCRAPES = "150s"  # what rates and histograms need until they have data


@dataclass(frozen=True)
class Stack:
    """One stack: the project's, of an environment."""

    context: Context
    state: Path | None = None
    profiles: tuple[str, ...] = ()
    env_file: Path | None = None
    alertmanager_config: Path | None = None

    @property
    def env(self) -> str:
        """Return which stack: dev unless --env says prod; raises ConfigError for any other."""
        env = self.context.env or DEV
        if env not in {DEV, PROD}:
            raise ConfigError(
                f"there is no stack {env!r}{nearest(env, (DEV, PROD))}",
                help="obsdash stack knows --env dev and --env prod",
            )
        return env

    @property
    def folder(self) -> Path:
        """Return the state folder: dev and prod have their own."""
        if self.state:
            return self.state.resolve()
        return self.context.root / ".obsdash" / ("stack" if self.env == DEV else "stack-prod")

    def choose(self, runtime: str) -> "Runtime":
        """Return what is to run the stack; raises ObsdashError where it cannot."""
        from obsdash.stack.runtimes import choose

        return choose(self.settings, runtime, self.env, self.env_file)

    def recorded(self) -> "list[Runtime]":
        """Return what has started something in the state folder."""
        from obsdash.stack.runtimes import recorded

        return recorded(self.settings)

    @property
    def settings(self) -> "Settings":
        """Return what the runtimes are told."""
        from obsdash.stack.bundle import find_bundle
        from obsdash.stack.launch import Settings

        return Settings(
            folder=self.folder,
            bundle=find_bundle(self.context.root),
            project=self.context.config.project,
            build=self.context.root / "build" / self.env,
            profiles=self.profiles,
            alertmanager_config=self.alertmanager_config,
        )


def build_first(stack: Stack, runtime: "Runtime") -> int:
    """Build what the services of prod read when they start; return the exit code."""
    _set(stack, runtime.inputs())
    return _build(stack) if stack.env == PROD and _has_environment(stack) else 0


def after(stack: Stack, runtime: "Runtime") -> int:
    """Build and sync the environment of the same name, verify, and say where to look."""
    addresses = runtime.addresses()
    code = 0
    if stack.env == DEV and _has_environment(stack):
        _set(stack, addresses.environment(stack.env))
        code = _deliver(stack)
    _heading("Where to look")
    for line in table(addresses.urls):
        click.echo(line)
    _remind(stack, addresses.values.get("KNOBS_URL"))
    return code


def is_declared(stack: Stack, variable: str) -> bool:
    """Tell whether the project's environment knows a variable, should it be one of definitions'.

    obsdash refuses those it does not know; a project without the environment may want them all.
    """
    found = stack.context.config.environments.get(stack.env)
    prefix = f"OBSDASH_{stack.env.upper()}_VARIABLES_"
    if found is None or not variable.startswith(prefix):
        return True
    return variable.removeprefix(prefix).lower() in found.variables


def _set(stack: Stack, variables: Mapping[str, str]) -> None:
    """Put variables into the environment of this process, for the commands that follow."""
    os.environ.update({name: text for name, text in variables.items() if is_declared(stack, name)})


def table(urls: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each component and its URL."""
    return (f"{name:<18}{url}" for name, url in urls.items())


def _has_environment(stack: Stack) -> bool:
    if stack.env in stack.context.config.environments:
        return True
    note(f"nothing is built: the project has no environment {stack.env}")
    note(f"  help: add [tool.obsdash.env.{stack.env}]; obsdash stack urls says where things are")
    return False


def _deliver(stack: Stack) -> int:
    """Build, sync and verify; return the first exit code that is not 0."""
    if code := _build(stack):
        return code
    _heading("Sync")
    if code := _obsdash(stack, "sync", "--yes", "--bulk"):
        return code
    _heading(f"Verify (waiting for the first scrapes, {_FIRST_SCRAPES} at most)")
    return _obsdash(stack, "verify", "--wait", _FIRST_SCRAPES)


def _build(stack: Stack) -> int:
    """Build where the services look for it."""
    _heading("Build")
    return _obsdash(stack, "build", "--out", str(stack.settings.build))


def _obsdash(stack: Stack, *words: str) -> int:
    """Run another command of obsdash in the stack's environment; return its exit code."""
    from obsdash.cli import run

    color = "always" if stack.context.color else "never"
    project = str(stack.context.root)
    return run(["--project", project, "--env", stack.env, "--color", color, *words])


def _remind(stack: Stack, knobs: str | None) -> None:
    env = "" if stack.env == DEV else f" --env {stack.env}"
    note("")
    if knobs:
        note(f"Make an alert fire:  curl '{knobs}?errors=30'   (reset: curl '{knobs}/reset')")
    note(f"Stop everything:     obsdash stack down{env}")


def _heading(text: str) -> None:
    note(f"\n== {text}")
