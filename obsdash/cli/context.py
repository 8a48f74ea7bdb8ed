"""What the commands share: the project, the environment, how to print. Made lazily."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from obsdash.errors import ConfigError, Problems

if TYPE_CHECKING:  # a command pays only for what it uses
    from obsdash.config import Config, EnvironmentConfig
    from obsdash.project import Project
    from obsdash.resource import Environment
    from obsdash.target import Target


@dataclass
class Context:
    """The global options, and what follows from them."""

    project: Path | None
    env: str | None
    color: bool = False

    @cached_property
    def root(self) -> Path:
        """Return the project's folder, absolute."""
        from obsdash.config import find_root

        if self.project is None:
            return find_root(Path.cwd())
        if not self.project.is_dir():
            raise ConfigError(
                f"there is no folder {self.project}", help="obsdash init DIR makes one"
            )
        return self.project.resolve()

    @cached_property
    def config(self) -> "Config":
        """Return the project's configuration."""
        from obsdash.config import load_config

        return load_config(self.root)

    @cached_property
    def settings(self) -> "EnvironmentConfig":
        """Return the chosen environment's configuration."""
        return self.config.environment(self.env)

    @property
    def environment(self) -> "Environment":
        """Return what definition functions receive."""
        return self.settings.environment

    def load(self) -> "Project":
        """Run the definitions; raises Problems with everything that is wrong with them."""
        from obsdash.project import load_project

        off = self.config.modernise_off
        with _no_garbage():
            project = load_project(self.root, self.environment, modernise_off=off)
        if project.errors:
            raise Problems(project.errors)
        return project

    def targets(self, *, adopt: bool = False) -> "list[Target]":
        """Return the environment's targets."""
        from obsdash.connect import connect

        if not self.settings.targets:
            raise ConfigError(
                f"environment {self.settings.name!r} has no targets",
                origin=self.config.origin,
                help=f"add targets to [tool.obsdash.env.{self.settings.name}]",
            )
        return [connect(self.config, target, adopt=adopt) for target in self.settings.targets]


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Look for no garbage among what is made now, not even at exit: a third of a build's time.

    Nearly all of it stays until the command ends.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
